import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHand } from './testing.ts';

const items = (v: string) => ({ Items: { v } });

describe('Variables', () => {
  it('are written, read, listed by prefix in order, and deleted', () => {
    const { ask } = createHand();
    for (const path of ['chaos/b', 'chaos/a', 'other'])
      expect(ask('PUT', `/v1/var/${path}`, items('1')).status).toBe(200);
    expect(ask('GET', '/v1/var/chaos/a').body).toMatchObject({
      Path: 'chaos/a',
      Namespace: 'default',
      Items: { v: '1' },
    });
    const list = ask('GET', '/v1/vars', undefined, { query: { prefix: 'chaos/' } });
    expect((list.body as { Path: string }[]).map(each => each.Path)).toEqual(['chaos/a', 'chaos/b']);
    expect(list.body).not.toMatchObject([{ Items: expect.anything() }]);
    expect(ask('DELETE', '/v1/var/chaos/a').status).toBe(204);
    expect(ask('DELETE', '/v1/var/chaos/a').status).toBe(204);
    expect(ask('GET', '/v1/var/chaos/a')).toMatchObject({ status: 404, body: 'variable not found' });
  });

  it('are paged by namespace and path', () => {
    const { ask } = createHand();
    for (const path of ['a', 'b', 'c']) ask('PUT', `/v1/var/${path}`, items('1'));
    const first = ask('GET', '/v1/vars', undefined, { query: { per_page: '2' } });
    expect(first).toMatchObject({ body: [{ Path: 'a' }, { Path: 'b' }], nextToken: 'default.c' });
    const rest = ask('GET', '/v1/vars', undefined, { query: { per_page: '2', next_token: first.nextToken ?? '' } });
    expect(rest.body).toMatchObject([{ Path: 'c' }]);
    expect(rest.nextToken).toBeUndefined();
  });

  it.each([
    ['chaos/c.d', items('1'), 'RPC Error:: 400,invalid path "chaos/c.d"'],
    ['a'.repeat(129), items('1'), `RPC Error:: 400,invalid path "${'a'.repeat(129)}"`],
    ['nomad', items('1'), /reserved top-level directory/],
    ['nomad/x', items('1'), /valid paths under the top-level "nomad" directory/],
    ['', items('1'), 'missing variable path'],
    ['a', {}, 'variable missing required Items object'],
    ['a', { Items: {} }, 'variable missing required Items object'],
    ['a', undefined, 'Request body is empty'],
    [
      'a',
      { Items: { v: 1 } },
      'json: cannot unmarshal number into Go struct field VariableDecrypted.Items of type string',
    ],
    ['a', items('x'.repeat(65_536)), 'RPC Error:: 400,variables are limited to 64KiB in total size'],
    ['a', items('ü'.repeat(32_768)), 'RPC Error:: 400,variables are limited to 64KiB in total size'],
  ])('refuse %j with status 400', (path, body, text) => {
    const answer = createHand().ask('PUT', `/v1/var/${path}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
  });

  it('take keys and values of 64 KiB in all, and a path that ends with a slash', () => {
    expect(createHand().ask('PUT', '/v1/var/chaos/a/', items('x'.repeat(65_535))).status).toBe(200);
  });

  it.each([
    ['PUT', 0, 409],
    ['PUT', 1, 409],
    ['DELETE', 0, 409],
  ] as const)('answer %s with cas=%d of an index that is not theirs with the present one', (method, cas, status) => {
    const { ask } = createHand();
    const written = ask('PUT', '/v1/var/a', items('1'));
    const answer = ask(method, '/v1/var/a', items('2'), { query: { cas: String(cas) } });
    expect(answer).toMatchObject({
      status,
      index: written.index,
      body: { Path: 'a', Items: { v: '1' }, ModifyIndex: written.index },
    });
  });

  it('answer a compare-and-set of a missing one with a blank one, and its creation with cas=0 once', () => {
    const { ask } = createHand();
    const blank = { Path: 'a', Namespace: 'default', CreateIndex: 0, ModifyIndex: 0, CreateTime: 0, ModifyTime: 0 };
    expect(ask('PUT', '/v1/var/a', items('1'), { query: { cas: '7' } })).toMatchObject({ status: 409, body: blank });
    expect(ask('PUT', '/v1/var/a', items('1'), { query: { cas: '0' } }).status).toBe(200);
    expect(ask('PUT', '/v1/var/a', items('2'), { query: { cas: '0' } }).status).toBe(409);
    expect(ask('PUT', '/v1/var/a', items('2'), { query: { cas: 'x' } })).toMatchObject({
      status: 400,
      body: expect.stringMatching(/^can not parse cas/),
    });
  });

  it('behave as a map from path to value with a version, whatever the order of writes', () => {
    const step = fc.record({
      path: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom('set', 'cas-right', 'cas-wrong', 'create', 'delete', 'delete-right'),
      value: fc.string({ minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        const { ask, cluster } = createHand({ nodes: 0 });
        const model = new Map<string, { value: string; index: number }>();
        for (const { path, kind, value } of steps) {
          const before = model.get(path);
          const right = String(before?.index ?? 0);
          const wrong = String((before?.index ?? 0) + 1);
          const cas = { 'cas-right': right, 'cas-wrong': wrong, create: '0', 'delete-right': right }[kind as string];
          const query = cas === undefined ? {} : { cas };
          const isDelete = kind.startsWith('delete');
          const answer = ask(isDelete ? 'DELETE' : 'PUT', `/v1/var/${path}`, isDelete ? undefined : items(value), {
            query,
          });
          const conflicts = kind === 'cas-wrong' || (kind === 'create' && before !== undefined);
          expect(answer.status).toBe(conflicts ? 409 : isDelete ? 204 : 200);
          if (conflicts) continue;
          if (isDelete) model.delete(path);
          else model.set(path, { value, index: answer.index });
        }
        for (const path of ['a', 'b', 'c']) {
          const answer = ask('GET', `/v1/var/${path}`);
          const expected = model.get(path);
          if (expected === undefined) expect(answer.status).toBe(404);
          else
            expect(answer).toMatchObject({
              index: expected.index,
              body: { Items: { v: expected.value }, ModifyIndex: expected.index },
            });
        }
        expect(cluster.tables.variables.get('default')?.size ?? 0).toBe(model.size);
      }),
      { numRuns: 60 },
    );
  });
});
