import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { NomadResponse, Variable } from '../../../src/nomad/types.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const watched = 'chaos/schedule/';
const marker = 'chaos/schedule/_';

/** Blocking queries on a prefix: what wakes them, what doesn't, and their index. */
export function variableWatchCases({ space }: Contract): void {
  it.each([
    [
      'a write',
      (by: Caller) => by.put('/v1/var/chaos/schedule/b', { Items: { v: '1' } }),
      ['chaos/schedule/_', 'chaos/schedule/a', 'chaos/schedule/b'],
    ],
    [
      'a change',
      (by: Caller) => by.put('/v1/var/chaos/schedule/a', { Items: { v: '2' } }),
      ['chaos/schedule/_', 'chaos/schedule/a'],
    ],
    ['a delete', (by: Caller) => by.delete('/v1/var/chaos/schedule/a'), ['chaos/schedule/_']],
  ])('wakes on %s under the prefix, with a higher index', async (_what, change, after) => {
    const { manager } = await space();
    const index = await prepared(manager);
    const waiting = watch(manager, index, '30s');
    await takenIn();
    await change(manager);
    const answer = await waiting;
    expect((answer.body as Variable[]).map(one => one.Path).sort()).toEqual(after);
    expect(answer.index).toBeGreaterThan(index);
    expect(answer.took).toBeLessThan(5000);
  });

  it('sleeps through writes beside the prefix, in other namespaces and to locks, and answers at its wait', async () => {
    const { manager } = await space();
    const other = await space();
    const lock = { Items: { v: '1' }, Lock: { TTL: '10s' } };
    const held = await manager.put('/v1/var/chaos/control/leader', lock, { 'lock-acquire': '' });
    const index = await prepared(manager);
    const waiting = watch(manager, index, '1s');
    await takenIn();
    await manager.put('/v1/var/chaos/status/a', { Items: { v: '1' } });
    await other.manager.put('/v1/var/chaos/schedule/a', { Items: { v: '1' } });
    await manager.put('/v1/var/chaos/control/leader', held.body, { 'lock-renew': '' });
    const answer = await waiting;
    expect([answer.status, answer.index]).toEqual([200, index]);
    expect(answer.took).toBeGreaterThan(990);
    expect(answer.took).toBeLessThan(3000);
  });

  it('answers at once, with nothing new, where the table has changed elsewhere before the query came', async () => {
    const { manager } = await space();
    const index = await prepared(manager);
    const { ModifyIndex } = (await manager.put('/v1/var/chaos/status/a', { Items: { v: '1' } })).body as Variable;
    const answer = await watch(manager, index, '30s');
    expect(answer.took).toBeLessThan(5000);
    expect(answer.index).toBeGreaterThanOrEqual(ModifyIndex);
    expect((answer.body as Variable[]).map(one => one.Path)).toEqual([marker, 'chaos/schedule/a']);
  });

  it('does not end a wait at the renewal of a lock, not even on an empty prefix', async () => {
    const { manager } = await space();
    const lock = { Items: { v: '1' }, Lock: { TTL: '10s' } };
    const held = await manager.put('/v1/var/chaos/control/leader', lock, { 'lock-acquire': '' });
    const { index } = await watch(manager, 0, '1s');
    const waiting = watch(manager, index, '1s');
    await takenIn();
    expect((await manager.put('/v1/var/chaos/control/leader', held.body, { 'lock-renew': '' })).status).toBe(200);
    expect(await waiting).toMatchObject({ index, body: [] });
  });

  it('does not miss what was written or deleted between two queries', async () => {
    const { manager } = await space();
    const index = await prepared(manager);
    await manager.delete('/v1/var/chaos/schedule/a');
    const gone = await watch(manager, index, '30s');
    expect((gone.body as Variable[]).map(one => one.Path)).toEqual([marker]);
    await manager.put('/v1/var/chaos/schedule/b', { Items: { v: '1' } });
    const back = await watch(manager, gone.index, '30s');
    expect(back.index).toBeGreaterThan(gone.index);
    expect(back.took + gone.took).toBeLessThan(5000);
  });

  it('answers at once where the index is below the present one, also without wait', async () => {
    const { manager } = await space();
    const index = await prepared(manager);
    expect((await watch(manager, index - 1, '30s')).took).toBeLessThan(2000);
    expect((await watch(manager, 0, '30s')).index).toBe(index);
  });

  it('wakes a query on an empty prefix at a write beside it: hence the markers', async () => {
    const { manager } = await space();
    const first = await watch(manager, 0, '1s');
    expect(first.body).toEqual([]);
    const woken = watch(manager, first.index, '30s');
    await takenIn();
    await manager.put('/v1/var/chaos/status/a', { Items: { v: '1' } });
    const answer = await woken;
    expect(answer.body).toEqual([]);
    expect(answer.index).toBeGreaterThan(first.index);
    expect(answer.took).toBeLessThan(5000);
  });

  it('lets a denied query wait like any other, with nothing in its answer', async () => {
    const { manager, caller } = await space();
    await prepared(manager);
    const denied = await caller({ variables: { 'chaos/status/*': ['list'] } });
    const first = await watch(denied, 0, '1s');
    const waiting = watch(denied, first.index, '30s');
    await takenIn();
    await manager.put('/v1/var/chaos/schedule/a', { Items: { v: '2' } });
    const answer = await waiting;
    expect([answer.status, answer.body]).toEqual([200, []]);
    expect(answer.took).toBeLessThan(5000);
  });

  it('watches a single Variable: wakes on its change and its deletion', async () => {
    const { manager } = await space();
    await prepared(manager);
    const read = await manager.get('/v1/var/chaos/schedule/a');
    const changed = timed(manager.get('/v1/var/chaos/schedule/a', { index: `${read.index}`, wait: '30s' }));
    await takenIn();
    await manager.put('/v1/var/chaos/schedule/a', { Items: { v: '2' } });
    const answer = await changed;
    expect(answer.body).toMatchObject({ Items: { v: '2' } });
    const gone = timed(manager.get('/v1/var/chaos/schedule/a', { index: `${answer.index}`, wait: '30s' }));
    await takenIn();
    await manager.delete('/v1/var/chaos/schedule/a');
    expect((await gone).status).toBe(404);
    expect((await gone).took).toBeLessThan(5000);
  });
}

/** Nothing tells when a server has taken in a blocking query: this is long enough, and too short only makes a test fail. */
const takenIn = (): Promise<void> => pause(150);

/**
 * Writes the marker and one Variable; answers the list's index. A neighbour is written too: the first path that shares
 * a few letters with the prefix divides the node of Nomad's tree that is watched, which wakes its watchers once.
 */
async function prepared(by: Caller): Promise<number> {
  for (const path of ['chaos/status/_', marker, 'chaos/schedule/a'])
    await by.put(`/v1/var/${path}`, { Items: { v: '1' } });
  return (await by.get('/v1/vars', { prefix: watched })).index;
}

function watch(by: Caller, index: number, wait: string): Promise<NomadResponse & { took: number }> {
  return timed(by.get('/v1/vars', { prefix: watched, index: `${index}`, wait }));
}

async function timed(answer: Promise<NomadResponse>): Promise<NomadResponse & { took: number }> {
  const begun = performance.now();
  const response = await answer;
  return { ...response, took: performance.now() - begun };
}
