import { describe, expect, it } from 'vitest';
import type { TargetRef } from '../faults/fault.ts';
import type { Allocation, Job } from '../nomad/types.ts';
import {
  alloc,
  clientStart,
  event,
  id,
  job,
  killed,
  restarted,
  serverStart,
  serverTime,
  started,
  task,
} from './nomad.fixture.ts';
import { recovery, timeBack } from './recovery.ts';
import { createView } from './view.ts';

const target = (n: number, name?: string): TargetRef => ({
  kind: 'allocation',
  namespace: 'default',
  job: 'web',
  group: 'cache',
  alloc: id(n),
  node: id(900 + n),
  ...(name === undefined ? {} : { task: name }),
});

function viewOf(allocs: readonly Allocation[], definition: Job = job()) {
  const view = createView();
  view.applyJob(definition);
  view.applyAllocs('default', 'web', allocs, 1000);
  return view;
}

/** Both clocks' instants of an effect, by milliseconds after their starts. */
const at = (clientMs: number, serverMs: number) => ({ client: clientStart + clientMs, server: serverStart + serverMs });
const others = [alloc(1), alloc(2)];
const again = (atMs: number, startedMs: number) =>
  task([...started, ...killed(atMs), event('Started', startedMs)], { Restarts: 1 }, startedMs);

describe('recovery of an allocation in its place', () => {
  it('runs from the effect to the start, on the client’s clock', () => {
    const view = viewOf([
      ...others,
      alloc(0, { TaskStates: { web: again(1000, 2310) }, ModifyTime: serverTime(3500) }),
    ]);
    expect(recovery(view, [{ target: target(0, 'web'), effect: at(1007, 2000) }])).toEqual({
      recovered: true,
      recoveryMs: 1303,
      times: [1303],
      missing: [],
    });
  });

  it('is not there while the task only seems to run', () => {
    const ended = task([...started, ...killed(1000).slice(0, 2)]);
    const view = viewOf([...others, alloc(0, { TaskStates: { web: ended } })]);
    const found = recovery(view, [{ target: target(0, 'web'), effect: at(1007, 2000) }]);
    expect(found.recovered).toBe(false);
    expect(found.recoveryMs).toBeUndefined();
    expect(found.missing[0]).toBe(
      'group web/cache has 2 of 3 healthy: web.cache[0] (00000000): task web is ending (Terminated)',
    );
  });

  it('ends with the last task of the last target', () => {
    const restart = (startedMs: number) =>
      task([...started, ...restarted(1000), event('Started', startedMs)], {}, startedMs);
    const view = viewOf([
      alloc(0, { TaskStates: { web: restart(1400), log: restart(1900) } }),
      alloc(1, { TaskStates: { web: restart(1300), log: restart(1200) } }),
      alloc(2),
    ]);
    const intents = [0, 1].map(n => ({ target: target(n), effect: at(1000, 2000) }));
    expect(recovery(view, intents)).toMatchObject({ recovered: true, recoveryMs: 900 });
  });

  it('counts only the task that was hit', () => {
    const view = viewOf([alloc(0, { TaskStates: { web: again(1000, 1500), log: again(4000, 9000) } }), ...others]);
    expect(recovery(view, [{ target: target(0, 'web'), effect: at(1007, 2000) }]).recoveryMs).toBe(493);
  });

  it('took no time where a signal was only delivered', () => {
    const told = task([...started, event('Signaling', 5000, { signal: 'SIGHUP' })]);
    const view = viewOf([...others, alloc(0, { TaskStates: { web: told } })]);
    expect(recovery(view, [{ target: target(0, 'web'), effect: at(5000, 6000) }])).toMatchObject({
      recovered: true,
      recoveryMs: 0,
    });
  });

  it('has no measure where only the other clock tells of the effect', () => {
    const view = viewOf([...others, alloc(0, { TaskStates: { web: again(1000, 1500) } })]);
    const found = recovery(view, [{ target: target(0, 'web'), effect: { server: serverStart + 2000 } }]);
    expect(found).toEqual({ recovered: true, times: [undefined], missing: [] });
  });
});

describe('recovery by another allocation', () => {
  const stopped = alloc(0, { DesiredStatus: 'stop', ClientStatus: 'complete', ModifyTime: serverTime(1900) });
  const replacement = (over: Partial<Allocation> = {}) =>
    alloc(7, {
      Name: 'web.cache[0]',
      ModifyTime: serverTime(4200),
      TaskStates: { web: task(started, {}, 90_000) },
      ...over,
    });
  const effect = { server: serverStart + 1500 };

  it('runs from the effect to its being healthy, on the server’s clock', () => {
    const view = viewOf([...others, stopped, replacement()]);
    expect(recovery(view, [{ target: target(0), effect: at(1007, 1500) }])).toMatchObject({
      recovered: true,
      recoveryMs: 2700,
    });
  });

  it.each<[string, Allocation, readonly Allocation[]]>([
    ['by the name', stopped, [replacement()]],
    ['by what it follows', { ...stopped, Name: 'web.cache[9]' }, [replacement({ PreviousAllocation: id(0) })]],
    ['by what is named as next', { ...stopped, Name: 'web.cache[9]', NextAllocation: id(7) }, [replacement()]],
    ['over another that failed', stopped, [replacement(), alloc(6, { Name: 'web.cache[0]', ClientStatus: 'failed' })]],
  ])('finds the newest one %s', (_, old, rest) => {
    const view = viewOf([...others, old, ...rest]);
    expect(recovery(view, [{ target: target(0), effect }])).toMatchObject({ recovered: true, recoveryMs: 2700 });
  });

  it('finds it where the target was collected', () => {
    const view = viewOf([...others, replacement({ PreviousAllocation: id(0) })]);
    expect(recovery(view, [{ target: target(0), effect }]).recoveryMs).toBe(2700);
  });

  it('waits for it to be healthy', () => {
    const view = viewOf([...others, stopped, replacement({ ClientStatus: 'pending' })]);
    const { recovered, missing } = recovery(view, [{ target: target(0), effect }]);
    expect(recovered).toBe(false);
    expect(missing.join()).toContain('web.cache[0] (00000007), which replaced a target: it is pending');
  });

  const since = { CreateTime: serverTime(1800), ModifyTime: serverTime(14_000) };

  it('does not count the time until Nomad noted its health', () => {
    const web = task([event('Received', 50_000), event('Started', 50_700)], {}, 50_700);
    const view = viewOf([...others, stopped, replacement({ ...since, TaskStates: { web } })]);
    expect(recovery(view, [{ target: target(0), effect }]).recoveryMs).toBe(1000);
  });

  it('goes by its last change where it was not seen to be received', () => {
    const web = task([event('Started', 50_700)], {}, 50_700);
    const view = viewOf([...others, stopped, replacement({ ...since, TaskStates: { web } })]);
    expect(recovery(view, [{ target: target(0), effect }]).recoveryMs).toBe(12_500);
  });

  it('is never negative', () => {
    const view = viewOf([...others, stopped, replacement({ ModifyTime: serverTime(1000) })]);
    expect(recovery(view, [{ target: target(0), effect }]).recoveryMs).toBe(0);
  });

  it('does not take another node’s instance of a system job for it', () => {
    const name = { Name: 'web.cache[0]' };
    const view = viewOf([alloc(1, name), alloc(2, name), { ...stopped, ...name }], job({ Type: 'system' }, 1));
    expect(recovery(view, [{ target: target(0), effect }])).toEqual({
      recovered: true,
      times: [undefined],
      missing: [],
    });
  });
});

describe('recovery of several stages', () => {
  const web = target(0, 'web');
  const group: TargetRef = { kind: 'group', namespace: 'default', job: 'web', group: 'cache' };
  const killedTwice = alloc(0, {
    TaskStates: {
      web: task([...started, ...killed(1000), ...killed(400_000), event('Started', 401_300)], { Restarts: 2 }, 401_300),
    },
  });

  it('goes by what was kept when a stage was over: what came later is not its own', () => {
    const view = viewOf([...others, killedTwice]);
    const first = { target: web, effect: at(1007, 2000), recovered: { ms: 1_200 } };
    const second = { target: web, effect: at(400_007, 401_000), stage: 1_000 };
    expect(recovery(view, [first, second])).toMatchObject({ recoveryMs: 1_293, times: [1_200, 1_293] });
    const slow = { ...first, recovered: { ms: 5_000 } };
    expect(recovery(view, [slow, second])).toMatchObject({ recoveryMs: 5_000, times: [5_000, 1_293] });
    const { recovered: _, ...unkept } = first;
    expect(recovery(view, [unkept, second])).toMatchObject({ recoveryMs: 400_293 });
  });

  it('of one stage asks only for what that stage hit', () => {
    const ill = alloc(1, { TaskStates: { web: task([...started, ...killed(9000)], { State: 'pending' }) } });
    const view = viewOf([alloc(0, { TaskStates: { web: again(1000, 2310) } }), ill, alloc(2)]);
    const first = { target: web, effect: at(1007, 2000) };
    expect(recovery(view, [first]).recovered).toBe(false);
    expect(timeBack(view, first)).toBe(1_303);
    expect(timeBack(view, { target: target(1), effect: at(9007, 10_000) })).toBeUndefined();
    expect(timeBack(view, { target: group, undoneAt: serverStart })).toBeUndefined();
  });

  it.each<[string, TargetRef]>([
    ['its group', group],
    ['its job', { kind: 'job', namespace: 'default', job: 'web' }],
    ['a node', { kind: 'node', node: id(901), name: 'n1' }],
    ['the region', { kind: 'region', region: 'global' }],
  ])('is measured with the next one where that held %s before it was whole', (_what, held) => {
    const back = alloc(7, {
      Name: 'web.cache[0]',
      CreateTime: serverTime(301_000),
      ModifyTime: serverTime(301_500),
      TaskStates: { web: task([event('Received', 300_000), event('Started', 300_200)], {}, 300_200) },
    });
    const stopped = alloc(0, { DesiredStatus: 'stop', ClientStatus: 'complete' });
    const view = viewOf([...others, stopped, back]);
    const first = { target: target(0), effect: { server: serverStart + 1_500 } };
    const later = {
      target: held,
      undo: { op: 'x' },
      stage: 1_000,
      effect: { server: serverStart + 2_000 },
      undoneAt: serverStart + 300_500,
    };
    expect(recovery(view, [first]).recoveryMs).toBe(299_700);
    const found = recovery(view, [first, later]);
    expect(found.recovered).toBe(true);
    expect(found.recoveryMs ?? 0).toBeLessThanOrEqual(700);
    // One that was never gone into, or that holds nothing, takes nothing over.
    const { effect: _, ...unseen } = later;
    const { undo: __, ...once } = later;
    expect(recovery(view, [first, unseen]).recoveryMs).toBe(299_700);
    expect(recovery(view, [first, once]).recoveryMs).toBe(299_700);
  });
});

describe('recovery of groups', () => {
  it('is not there while a group that was hit lacks anything, whoever is to blame', () => {
    const view = viewOf([alloc(0, { TaskStates: { web: again(1000, 1500) } }), alloc(1)]);
    expect(recovery(view, [{ target: target(0, 'web'), effect: at(1007, 2000) }])).toEqual({
      recovered: false,
      missing: ['group web/cache has 2 of 3 healthy'],
    });
  });

  it('is not there where the job can’t be seen', () => {
    const found = recovery(createView(), [{ target: target(0) }]);
    expect(found).toEqual({ recovered: false, missing: ['group cache of job web is not in the view'] });
  });

  it('asks nothing of nodes', () => {
    const node: TargetRef = { kind: 'node', node: id(901), name: 'n1' };
    expect(recovery(createView(), [{ target: node, effect: {} }])).toEqual({
      recovered: true,
      times: [undefined],
      missing: [],
    });
  });
});
