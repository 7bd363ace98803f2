import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runId } from '../base/ids.ts';
import { faults } from '../faults/index.ts';
import { historyLimit, readSummaries, summariesLimit, summaryLimit, summaryText } from '../lifecycle/history.ts';
import { recordItems } from '../lifecycle/record.ts';
import { anIntent, aRun } from '../lifecycle/run.fixture.ts';
import type { Run } from '../lifecycle/run.ts';
import { ambiguous, anEmptyScene, denied, killWeb, limitsPath, wideLimits } from './scene.fixture.ts';
import { type Asked, home, type Member, type World } from './world.fixture.ts';

const hour = 3_600_000;
const day = 24 * hour;
const turn = 5 * 60_000 + 1_000;

/** Puts the record of a run that ended so long ago. */
function putEnded(world: World, ago: number, over: Partial<Run> = {}): string {
  const doneAt = world.clock.wall - ago;
  const { namespace = 'default', schedule = 'old' } = over;
  const tick = over.tick ?? doneAt - 1_000;
  const id = runId(namespace, schedule, tick);
  const change = { id, namespace, schedule, tick, claimedAt: tick, doneAt, verdict: 'passed', ...over } as const;
  world.nomad.put(home, `chaos/runs/${id}`, recordItems({ state: 'done', run: aRun(change) }, 1));
  return id;
}

const records = ({ nomad }: World) => nomad.paths(home, 'chaos/runs/').map(path => path.slice('chaos/runs/'.length));

/** By Variable, the runs of the history. */
function history({ nomad }: World): ReadonlyMap<string, readonly string[]> {
  const paths = nomad.paths(home, 'chaos/history/');
  return new Map(paths.map(path => [path, readSummaries(nomad.items(home, path) ?? {}).map(({ run }) => run)]));
}

const summarised = (world: World) => [...history(world).values()].flat();

function aWorld(): World {
  const { world } = anEmptyScene(faults);
  world.nomad.put(home, limitsPath, wideLimits);
  return world;
}

describe('retention', () => {
  it('keeps a summary in place of a record that is seven days old, under the month of its end', () => {
    const world = aWorld();
    const intents = [anIntent({ state: 'done', undo: { op: 'x', args: {} }, undoState: 'undone' })];
    const old = putEnded(world, 8 * day, { reason: 'ok', recoveryMs: 1_800, specHash: 'h', intents });
    putEnded(world, 20 * day);
    const young = putEnded(world, 6 * day);
    const member = world.start();
    world.pass(turn);
    expect(records(world)).toEqual([young]);
    const path = [...history(world).keys()].find(each => history(world).get(each)?.includes(old)) ?? '';
    expect(path).toMatch(/^chaos\/history\/202611-1$/);
    const { [old]: text = '', v } = world.nomad.items(home, path) ?? {};
    expect(v).toBe('1');
    expect(JSON.parse(text)).toMatchObject({
      namespace: 'default',
      schedule: 'old',
      faults: ['alloc-kill'],
      verdict: 'passed',
      reason: 'ok',
      recovery: '1.8s',
      targets: 1,
      spec_hash: 'h',
      undo: { undone: 1 },
    });
    expect(member.ended().map(({ id }) => id)).toEqual([young]);
  });

  it('is the work of the leader alone', () => {
    const world = aWorld();
    putEnded(world, 8 * day);
    putEnded(world, 9 * day);
    const leader = world.start();
    const standby = world.start({ name: 'b' });
    world.pass(turn);
    expect([leader.calls('delete-variable').length, standby.calls('delete-variable').length]).toEqual([1, 0]);
  });

  it('keeps the newest 500, and of more than those no young one', () => {
    const world = aWorld();
    for (let n = 0; n < 520; n += 1) putEnded(world, (n < 510 ? 30 * 60_000 : 2 * hour) + n * 1_000);
    world.start();
    world.pass(turn);
    expect(records(world)).toHaveLength(510);
    expect(summarised(world)).toHaveLength(10);
  });

  it('works through a backlog in batches, into Variables of bounded size', () => {
    const world = aWorld();
    for (let n = 0; n < 230; n += 1) putEnded(world, 8 * day + n * 1_000, { message: 'é'.repeat(5_000) });
    world.start();
    world.pass(turn);
    expect(summarised(world)).toHaveLength(50);
    world.pass(10 * 60_000);
    expect(records(world)).toHaveLength(1);
    expect(new Set(summarised(world)).size).toBe(229);
    expect(summarised(world)).toHaveLength(229);
    bounded(world);
  });

  it.each<[string, (world: World) => string]>([
    [
      'owes an undo',
      world =>
        putEnded(world, 9 * day, {
          intents: [anIntent({ state: 'done', undo: { op: 'x', args: {} }, undoState: 'pending' })],
        }),
    ],
    [
      'a schedule remembers as its last',
      world => {
        world.schedule('default', 'kept', { ...killWeb, suspend: 'true' });
        return putEnded(world, 30 * day, { schedule: 'kept' });
      },
    ],
    [
      'a limit counts from',
      world => {
        world.nomad.put(home, limitsPath, { ...wideLimits, min_interval_per_job: '720h' });
        const at = world.clock.wall - 9 * day;
        return putEnded(world, 9 * day, { armedAt: at, injectedAt: at, intents: [anIntent({ state: 'done' })] });
      },
    ],
    [
      'a request asked for that is still there',
      world => {
        world.nomad.put('default', 'chaos/requests/r', { action: 'run', schedule: 'none' });
        return putEnded(world, 20 * day, { request: { id: 'r', createIndex: 1, spec: true } });
      },
    ],
    [
      'can not be read whole',
      world => {
        world.nomad.put(home, 'chaos/runs/default_new_20261001T000000Z', { v: '9', state: 'done', undo: '' });
        return 'default_new_20261001T000000Z';
      },
    ],
  ])('leaves the record of a run that %s', (_, put) => {
    const world = aWorld();
    const id = put(world);
    const other = putEnded(world, 19 * day, { schedule: 'other' });
    const member = world.start();
    member.fate = ({ call }) =>
      call.op === 'delete-variable' && call.path.startsWith('chaos/requests/') ? denied : undefined;
    world.pass(turn);
    expect(records(world)).toContain(id);
    expect(summarised(world)).toEqual([other]);
  });

  it.each(['as it was', 'deleted, and written again'])('starts no tick again whose schedule is %s', how => {
    const world = aWorld();
    const at = world.clock.wall - 3 * day;
    const spec = { ...killWeb, at: new Date(at).toISOString(), start_deadline: '168h' };
    const old = world.clock.wall;
    world.clock.wall = at - 1_000;
    world.schedule('default', 'once', spec);
    world.clock.wall = old;
    const id = putEnded(world, 3 * day - 5_000, { schedule: 'once', tick: at });
    for (let n = 0; n < 510; n += 1) putEnded(world, 2 * hour + n * 1_000);
    const a = world.start();
    world.pass(turn);
    if (how !== 'as it was') {
      world.nomad.remove('default', 'chaos/schedule/once');
      world.pass(20 * 60_000);
      world.schedule('default', 'once', spec);
    }
    a.happen({ kind: 'stop', mode: 'handover' });
    const b = world.start({ name: 'b' });
    world.pass(60_000);
    expect(summarised(world).length).toBeGreaterThan(0);
    expect([...a.records(), ...b.records()]).toEqual([]);
    expect(records(world)).toContain(id);
  });

  it('deletes history that nobody wrote for 90 days', () => {
    const world = aWorld();
    const at = world.clock.wall;
    world.clock.wall = at - 91 * day;
    world.nomad.put(home, 'chaos/history/202608-1', { v: '1' });
    world.clock.wall = at - 89 * day;
    world.nomad.put(home, 'chaos/history/202608-2', { v: '1' });
    world.clock.wall = at;
    world.start();
    world.pass(turn);
    expect(world.nomad.paths(home, 'chaos/history/')).toEqual(['chaos/history/202608-2']);
  });

  it('deletes nothing where the history may not be written, and says so', () => {
    const world = aWorld();
    putEnded(world, 8 * day);
    putEnded(world, 9 * day);
    const member = world.start();
    member.fate = ({ call }) => ('path' in call && call.path.startsWith('chaos/history/') ? denied : undefined);
    world.pass(turn);
    expect(records(world)).toHaveLength(2);
    expect(member.notes('denied')).toMatchObject([{ what: expect.stringContaining('chaos/history/') }]);
  });

  it('doubles nothing after a crash between the summary and the deletion', () => {
    const world = aWorld();
    for (let n = 0; n < 5; n += 1) putEnded(world, 8 * day + n * 1_000);
    const a = world.start();
    a.fate = ({ call }) => (call.op === 'delete-variable' ? 'never' : undefined);
    world.pass(turn);
    expect([records(world).length, summarised(world).length]).toEqual([5, 4]);
    a.crash();
    world.start({ name: 'b' });
    world.pass(turn + 30_000);
    expect([records(world).length, summarised(world).length]).toEqual([1, 4]);
  });

  it('only deletes what an older Variable of the month holds already', () => {
    const world = aWorld();
    const [first] = [putEnded(world, 9 * day), putEnded(world, 8 * day)];
    world.nomad.put(home, 'chaos/history/202611-1', { v: '1', [first]: summaryText(aRun()) });
    world.nomad.put(home, 'chaos/history/202611-2', { v: '1' });
    const member = world.start();
    world.pass(turn);
    expect([records(world).length, summarised(world)]).toEqual([1, [first]]);
    expect(member.calls('write-variable').filter(({ call }) => call.path.includes('/history/'))).toEqual([]);
  });

  it('loses no run and doubles none, whatever becomes of its calls and whenever it crashes', () => {
    const ways = fc.constantFrom('ok', 'ok', 'ok', 'lost', 'applied', 'never', 'crash');
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 120 }), fc.array(ways, { maxLength: 12 }), (many, fates) => {
        const world = aWorld();
        const all: string[] = [];
        for (let n = 0; n < many; n += 1)
          all.push(putEnded(world, 8 * day + n * 1_000, { message: 'm'.repeat(n % 7 === 0 ? 4_000 : 10) }));
        let member = world.start();
        for (const fate of fates) {
          const crashed = once(world, member, fate);
          world.pass(turn);
          everyRunIsKept(world, all);
          if (crashed()) {
            member.crash();
            member = world.start({ name: 'next' });
          }
          member.fate = () => undefined;
        }
        world.pass(30 * 60_000);
        everyRunIsKept(world, all);
        expect(records(world)).toHaveLength(1);
        expect(summarised(world)).toHaveLength(many - 1);
        bounded(world);
      }),
      { numRuns: 15 },
    );
  });
});

/** The next write of retention has this fate; answers whether the controller is to crash for it. */
function once(world: World, member: Member, fate: string): () => boolean {
  let met = false;
  member.fate = ({ call }: Asked) => {
    const isOurs =
      (call.op === 'write-variable' || call.op === 'delete-variable') && /^chaos\/(?:runs|history)\//.test(call.path);
    if (!isOurs || met || fate === 'ok') return undefined;
    met = true;
    if (fate === 'applied' || fate === 'crash') world.nomad.answer(call);
    return fate === 'lost' || fate === 'applied' ? ambiguous : 'never';
  };
  return () => met && fate === 'crash';
}

function everyRunIsKept(world: World, all: readonly string[]): void {
  const told = summarised(world);
  expect(new Set(told).size).toBe(told.length);
  const kept = new Set([...records(world), ...told]);
  expect(all.filter(each => !kept.has(each))).toEqual([]);
}

function bounded(world: World): void {
  for (const path of history(world).keys()) {
    const items = Object.entries(world.nomad.items(home, path) ?? {});
    const bytes = items.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
    expect(bytes).toBeLessThanOrEqual(historyLimit);
    expect(items.length).toBeLessThanOrEqual(summariesLimit + 1);
    for (const [, value] of items) expect(Buffer.byteLength(value)).toBeLessThanOrEqual(summaryLimit);
  }
}
