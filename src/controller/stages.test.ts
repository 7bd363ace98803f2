import { describe, expect, it } from 'vitest';
import { clientStart, event, killed, serverStart } from '../cluster/nomad.fixture.ts';
import { faults } from '../faults/index.ts';
import type { TaskEvent, TaskState } from '../nomad/types.ts';
import { aScene, limitsPath, wideLimits } from './scene.fixture.ts';
import { home, type Member, type World } from './world.fixture.ts';

const minute = 60_000;

interface Method {
  readonly method: readonly object[];
  readonly within?: string;
}

/** A run of several steps on `web`, due in so many seconds. */
function go(world: World, name: string, { method, within = '5m' }: Method): void {
  const at = new Date(world.clock.wall + 2_000).toISOString();
  const target = { job: 'web', pick: { count: 1, mode: 'oldest' } };
  const document = { version: 1, schedule: { at }, target, method, recovery: { within } };
  world.schedule('default', name, { spec: JSON.stringify(document) });
}

const kill = { fault: 'alloc-kill' };
const scale = { fault: 'job-scale', duration: '30s' };
const pause = (time: string) => ({ pause: time });

const body = (member: Member) => JSON.parse(member.records().at(-1)?.call.items['body'] ?? '{}');
const times = (member: Member) =>
  body(member).intents.map(({ recovered }: { recovered?: { ms?: number } }) => recovered?.ms);

/** So many instances are wanted from now on, and nobody places them. */
function want(world: World, count: number): void {
  const web = world.nomad.jobs.get('web');
  const [group] = web?.TaskGroups ?? [];
  if (web === undefined || group === undefined) throw new Error('no job');
  const ModifyIndex = world.nomad.index + 1;
  world.nomad.put(home, 'other', {});
  world.nomad.jobs.set('web', { ...web, ModifyIndex, TaskGroups: [{ ...group, Count: count }] });
}

describe('the recovery of a run of several stages', () => {
  it('is the longest of its stages, and each injection has its own', () => {
    const { world, member } = aScene(faults, wideLimits);
    go(world, 'it', { method: [kill, pause('6m'), kill] });
    world.pass(10 * minute);
    const [ended] = member.ended();
    expect(ended).toMatchObject({ verdict: 'passed' });
    expect(ended?.recoveryMs).toBeGreaterThan(1_000);
    expect(ended?.recoveryMs).toBeLessThan(1_300);
    expect(times(member)).toEqual([ended?.recoveryMs, ended?.recoveryMs]);
  });

  it('is that of the longer one, though it is not the last', () => {
    const { world, nomad, member } = aScene(faults, wideLimits);
    const { allocs } = nomad;
    const started = () => world.clock.wall - serverStart;
    const show = (alloc: string, change: Partial<TaskState>, events: readonly TaskEvent[]) => {
      const old = allocs.get(alloc);
      const web = old?.TaskStates?.['web'];
      if (old === undefined || web === undefined) throw new Error('no such task');
      const TaskStates = { web: { ...web, ...change, Events: [...(web.Events ?? []), ...events] } };
      world.nomad.put(home, 'other', {});
      allocs.set(alloc, { ...old, TaskStates, ModifyIndex: nomad.index, ModifyTime: world.clock.wall * 1e6 });
    };
    // The first one takes nine seconds to come back.
    member.fate = ({ call }) => {
      if (call.op !== 'alloc-signal' || member.calls('alloc-signal').length > 1) return undefined;
      show(call.alloc, { State: 'pending' }, killed(started()));
      return { kind: 'ok', index: 0 };
    };
    go(world, 'it', { method: [kill, pause('2m'), kill] });
    world.pass(11_000);
    const [first] = member.calls('alloc-signal');
    const StartedAt = new Date(world.clock.wall - serverStart + clientStart).toISOString();
    show(first?.call.alloc ?? '', { State: 'running', StartedAt }, [event('Started', started())]);
    world.pass(5 * minute);
    const [long = 0, short = 0] = times(member);
    expect(long).toBeGreaterThan(8_500);
    expect(short).toBeLessThan(1_300);
    expect(member.ended()).toMatchObject([{ verdict: 'passed', recoveryMs: long }]);
  });

  it('runs from the undo of each lasting fault', () => {
    const { world, member } = aScene(faults, wideLimits);
    go(world, 'it', { method: [scale, pause('6m'), scale] });
    world.pass(15 * minute);
    const [ended] = member.ended();
    expect(ended).toMatchObject({ verdict: 'passed' });
    expect(ended?.recoveryMs).toBeLessThan(1_000);
  });

  it('outlives the controller that saw it', () => {
    const { world, member } = aScene(faults, wideLimits);
    go(world, 'it', { method: [kill, pause('2m'), kill, pause('4m'), kill] });
    world.pass(3 * minute);
    member.crash();
    const heir = world.start({ name: 'b' });
    world.pass(10 * minute);
    const [ended] = heir.ended();
    expect(ended).toMatchObject({ verdict: 'passed' });
    expect(ended?.recoveryMs).toBeLessThan(1_300);
    expect(times(heir)).toHaveLength(3);
  });
});

describe('a stage that is not whole again in time', () => {
  it('ends the run as a deviation, and the next one is not gone into', () => {
    const { world, member } = aScene(faults, wideLimits);
    go(world, 'it', { method: [kill, pause('6m'), kill], within: '30s' });
    world.pass(3_000);
    want(world, 5);
    world.pass(5 * minute);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(member.ended()).toMatchObject([
      {
        verdict: 'deviated',
        reason: 'not_recovered',
        message: expect.stringContaining('web/cache has 4 of 5 healthy'),
      },
    ]);
  });

  it('is judged with the next one where that begins before its time is over', () => {
    const { world, member } = aScene(faults, wideLimits);
    go(world, 'it', { method: [kill, pause('10s'), kill], within: '60s' });
    world.pass(3_000);
    want(world, 5);
    world.pass(20_000);
    expect(member.calls('alloc-signal')).toHaveLength(2);
    expect(member.open()).toMatchObject([{ state: 'recovering' }]);
    want(world, 4);
    world.pass(minute);
    // The first came back by itself before the second step began, though its group lacked one.
    const [first, second] = times(member);
    expect(first).toBeLessThan(1_300);
    expect(second).toBeLessThan(1_300);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});

describe('a run that did harm and may not go on', () => {
  it('waits for its targets to be whole again, and is not called refused', () => {
    const { world, nomad, member } = aScene(faults, wideLimits);
    go(world, 'it', { method: [kill, pause('1s'), kill], within: '60s' });
    world.pass(2_500);
    nomad.put(home, limitsPath, { max_group_percent: 'many' });
    want(world, 5);
    world.pass(30_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(member.open()).toMatchObject([{ state: 'recovering' }]);
    want(world, 4);
    world.pass(10_000);
    const [ended] = member.ended();
    expect(ended).toMatchObject({ verdict: 'aborted', reason: 'limits_invalid' });
    expect(ended?.recoveryMs).toBeLessThan(1_300);
  });
});
