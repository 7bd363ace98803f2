import { expect, it } from 'vitest';
import type { Variable } from '../../../src/nomad/types.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const itemsOf = (size: number): Record<string, string> => ({ fill: 'x'.repeat(size) });

/** Reading, writing and compare-and-set of Variables. */
export function variableCases({ space }: Contract): void {
  it('answers a write with the Variable and its index, and reads it back', async () => {
    const { namespace, manager } = await space();
    const written = await manager.put('/v1/var/chaos/schedule/a', {
      Items: { fault: 'alloc-kill', target_job: 'web' },
    });
    expect(written.status).toBe(200);
    expect(written.body).toMatchObject({
      Namespace: namespace,
      Path: 'chaos/schedule/a',
      Items: { target_job: 'web' },
    });
    const { ModifyIndex, CreateIndex, CreateTime } = written.body as Variable;
    expect(ModifyIndex).toBe(CreateIndex);
    const read = await manager.get('/v1/var/chaos/schedule/a');
    expect(read.body).toMatchObject({
      ModifyIndex,
      CreateTime,
      ModifyTime: CreateTime,
      Items: { fault: 'alloc-kill' },
    });
    expect(CreateTime / 1e6).toBeGreaterThan(1.6e12);
  });

  it('refuses cas=0 where the Variable exists, with the present one in the body', async () => {
    const { manager } = await space();
    const first = await manager.put('/v1/var/chaos/runs/a', { Items: { v: '1' } }, { cas: '0' });
    const again = await manager.put('/v1/var/chaos/runs/a', { Items: { v: '2' } }, { cas: '0' });
    expect([first.status, again.status]).toEqual([200, 409]);
    expect(again.body).toMatchObject({ Items: { v: '1' }, ModifyIndex: (first.body as Variable).ModifyIndex });
  });

  it('takes a write with the present index and refuses one with an old index', async () => {
    const { manager } = await space();
    const first = (await manager.put('/v1/var/chaos/runs/a', { Items: { v: '1' } })).body as Variable;
    const second = await manager.put('/v1/var/chaos/runs/a', { Items: { v: '2' } }, { cas: `${first.ModifyIndex}` });
    const late = await manager.put('/v1/var/chaos/runs/a', { Items: { v: '3' } }, { cas: `${first.ModifyIndex}` });
    expect([second.status, late.status]).toEqual([200, 409]);
    expect((second.body as Variable).ModifyIndex).toBeGreaterThan(first.ModifyIndex);
    expect((second.body as Variable).CreateIndex).toBe(first.CreateIndex);
    expect(late.body).toMatchObject({ Items: { v: '2' } });
  });

  it('deletes with compare-and-set, and answers 204 for a missing Variable too', async () => {
    const { manager } = await space();
    const { ModifyIndex } = (await manager.put('/v1/var/chaos/runs/a', { Items: { v: '1' } })).body as Variable;
    const wrong = await manager.delete('/v1/var/chaos/runs/a', { cas: `${ModifyIndex + 1}` });
    expect(wrong.status).toBe(409);
    expect(wrong.body).toMatchObject({ Items: { v: '1' } });
    expect((await manager.delete('/v1/var/chaos/runs/a', { cas: `${ModifyIndex}` })).status).toBe(204);
    expect((await manager.delete('/v1/var/chaos/runs/a')).status).toBe(204);
  });

  it('limits the items to 64 KiB in all', async () => {
    const { manager } = await space();
    expect((await manager.put('/v1/var/chaos/runs/a', { Items: itemsOf(65_000) })).status).toBe(200);
    const tooLarge = await manager.put('/v1/var/chaos/runs/a', { Items: itemsOf(65_537) });
    expect(tooLarge.status).toBe(400);
    expect(tooLarge.body).toContain('variables are limited to 64KiB in total size');
  });

  it.each([
    ['chaos/with.dot', 400],
    [`chaos/${'x'.repeat(122)}`, 200],
    [`chaos/${'x'.repeat(123)}`, 400],
    ['chaos/trailing/', 200],
    ['chaos/UPPER_and~tilde-1', 200],
  ])('judges the path %s with %i', async (path, status) => {
    const { manager } = await space();
    const answer = await manager.put(`/v1/var/${path}`, { Items: { v: '1' } });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body).toContain('invalid path');
  });

  it('lists metadata without items, by a prefix that is plain text', async () => {
    const { namespace, manager } = await space();
    await writeAll(manager, ['chaos/schedule/a', 'chaos/schedule-x', 'chaos/status/a']);
    const wide = await manager.get('/v1/vars', { prefix: 'chaos/schedule' });
    const narrow = await manager.get('/v1/vars', { prefix: 'chaos/schedule/' });
    expect(pathsOf(wide.body)).toEqual(['chaos/schedule-x', 'chaos/schedule/a']);
    expect(pathsOf(narrow.body)).toEqual(['chaos/schedule/a']);
    expect(narrow.body).toMatchObject([{ Namespace: namespace, Path: 'chaos/schedule/a' }]);
    expect((narrow.body as Variable[])[0]).not.toHaveProperty('Items');
  });

  it('pages a list by the next token', async () => {
    const { manager } = await space();
    await writeAll(manager, ['chaos/runs/a', 'chaos/runs/b', 'chaos/runs/c']);
    const page = await manager.get('/v1/vars', { prefix: 'chaos/runs/', per_page: '2' });
    expect(pathsOf(page.body)).toEqual(['chaos/runs/a', 'chaos/runs/b']);
    expect(page.nextToken).toBeDefined();
    const rest = await manager.get('/v1/vars', {
      prefix: 'chaos/runs/',
      per_page: '2',
      next_token: page.nextToken ?? '',
    });
    expect(pathsOf(rest.body)).toEqual(['chaos/runs/c']);
    expect(rest.nextToken).toBeUndefined();
  });
}

async function writeAll(by: Caller, paths: readonly string[]): Promise<void> {
  for (const path of paths) await by.put(`/v1/var/${path}`, { Items: { v: '1' } });
}

function pathsOf(body: unknown): string[] {
  return (body as Variable[]).map(one => one.Path).sort();
}
