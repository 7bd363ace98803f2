import { expect, it } from 'vitest';
import { caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

/** What a token sees of Variables that it may not read: a denied list looks empty, so rights are proved by a read. */
export function variableRightsCases({ cluster, space }: Contract): void {
  const all = ['read', 'list', 'write', 'destroy'] as const;

  it('answers a denied list with 200 and nothing', async () => {
    const { manager, caller: with_ } = await space();
    await manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    const denied = await with_({ capabilities: ['read-job'], variables: { 'chaos/status/*': all } });
    const list = await denied.get('/v1/vars', { prefix: 'chaos/schedule/' });
    expect([list.status, list.body]).toEqual([200, []]);
  });

  it('answers a denied read with 403, whether the Variable exists or not', async () => {
    const { manager, caller: with_ } = await space();
    await manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    const denied = await with_({ capabilities: ['read-job'], variables: { 'chaos/status/*': all } });
    expect((await denied.get('/v1/var/chaos/schedule/a')).status).toBe(403);
    expect((await denied.get('/v1/var/chaos/schedule/none')).status).toBe(403);
  });

  it('answers an allowed read of a missing Variable with 404 and these words', async () => {
    const { caller: with_ } = await space();
    const allowed = await with_({ variables: { 'chaos/*': all } });
    const missing = await allowed.get('/v1/var/chaos/control/halt');
    expect([missing.status, missing.body]).toEqual([404, 'variable not found']);
  });

  it.each([
    [['list'], { list: ['chaos/schedule/a'], read: 403, write: 403, destroy: 403 }],
    [['write'], { list: [], read: 403, write: 200, destroy: 403 }],
    [['read'], { list: ['chaos/schedule/a'], read: 200, write: 403, destroy: 403 }],
    [['destroy'], { list: [], read: 403, write: 403, destroy: 204 }],
  ] as const)('grants with %j alone just that', async (capabilities, granted) => {
    const { manager, caller: with_ } = await space();
    await manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    const one = await with_({ variables: { 'chaos/*': capabilities } });
    const list = await one.get('/v1/vars', { prefix: 'chaos/' });
    expect([list.status, (list.body as { Path: string }[]).map(each => each.Path)]).toEqual([200, granted.list]);
    expect((await one.get('/v1/var/chaos/schedule/a')).status).toBe(granted.read);
    expect((await one.put('/v1/var/chaos/schedule/a', { Items: { v: '2' } })).status).toBe(granted.write);
    expect((await one.delete('/v1/var/chaos/schedule/a')).status).toBe(granted.destroy);
  });

  it('lets the longest matching path decide', async () => {
    const { caller: with_ } = await space();
    const one = await with_({
      variables: { 'chaos/*': ['read'], 'chaos/secrets/*': ['deny'], 'chaos/secrets/own': all },
    });
    expect((await one.get('/v1/var/chaos/schedule/a')).status).toBe(404);
    expect((await one.get('/v1/var/chaos/secrets/a')).status).toBe(403);
    expect((await one.put('/v1/var/chaos/secrets/own', { Items: { v: '1' } })).status).toBe(200);
    expect((await one.get('/v1/var/elsewhere')).status).toBe(403);
  });

  it('hides another namespace: lists nothing, reads 403', async () => {
    const mine = await space();
    const other = await space();
    await other.manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    const here = await mine.caller({ variables: { 'chaos/*': all } });
    const there = here.in(other.namespace);
    expect((await there.get('/v1/vars', { prefix: 'chaos/' })).body).toEqual([]);
    expect((await there.get('/v1/var/chaos/schedule/a')).status).toBe(403);
    expect((await here.in('no-such-namespace').get('/v1/vars', { prefix: 'chaos/' })).body).toEqual([]);
  });

  it('lists over all namespaces only what is granted', async () => {
    const mine = await space();
    const other = await space();
    for (const one of [mine, other]) await one.manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    const here = await mine.caller({ variables: { 'chaos/*': all } });
    const list = await here.in('*').get('/v1/vars', { prefix: 'chaos/schedule/' });
    expect(list.body).toMatchObject([{ Namespace: mine.namespace }]);
  });

  it('refuses an unknown token everywhere, and shows nobody without a token anything', async () => {
    const { namespace } = await space();
    const unknown = caller(cluster().address, namespace, 'f4e1b3c2-0000-4000-8000-000000000000');
    expect((await unknown.get('/v1/vars', { prefix: 'chaos/' })).status).toBe(403);
    expect((await unknown.get('/v1/var/chaos/schedule/a')).status).toBe(403);
    expect((await unknown.get('/v1/nodes')).status).toBe(403);
    const none = caller(cluster().address, namespace, undefined);
    expect((await none.get('/v1/vars', { prefix: 'chaos/' })).body).toEqual([]);
    expect((await none.get('/v1/var/chaos/schedule/a')).status).toBe(403);
  });
}
