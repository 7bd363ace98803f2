import { describe, expect, it } from 'vitest';
import type { Allocation, Job, TaskState } from '../nomad/types.ts';
import { allocHealthy, groupHealth, whyUnhealthy } from './health.ts';
import { alloc, event, id, job, killed, restarted, started, task } from './nomad.fixture.ts';
import { createView } from './view.ts';

function viewOf(definition: Job | undefined, allocs: readonly Allocation[]) {
  const view = createView();
  if (definition !== undefined) view.applyJob(definition);
  view.applyAllocs('default', 'web', allocs, 1000);
  return view;
}

function whyOf(over: Partial<Allocation>, definition: Job = job()) {
  const view = viewOf(definition, [alloc(0, over)]);
  const found = view.alloc(id(0));
  if (found === undefined) throw new Error('not in the view');
  const known = view.job('default', 'web');
  expect(allocHealthy(found, known)).toBe(whyUnhealthy(found, known) === undefined);
  return whyUnhealthy(found, known);
}

const hooks: Job = job({
  TaskGroups: [
    {
      Name: 'cache',
      Count: 3,
      Tasks: [
        { Name: 'web', Driver: 'raw_exec' },
        { Name: 'pre', Driver: 'raw_exec', Lifecycle: { Hook: 'prestart', Sidecar: false } },
        { Name: 'proxy', Driver: 'raw_exec', Lifecycle: { Hook: 'prestart', Sidecar: true } },
        { Name: 'late', Driver: 'raw_exec', Lifecycle: { Hook: 'poststart', Sidecar: false } },
        { Name: 'watch', Driver: 'raw_exec', Lifecycle: { Hook: 'poststart', Sidecar: true } },
        { Name: 'after', Driver: 'raw_exec', Lifecycle: { Hook: 'poststop', Sidecar: false } },
      ],
    },
  ],
});
const dead = task([...started, event('Terminated', 200, { exit_code: '0' })], { State: 'dead' });
const pending = task([], { State: 'pending', StartedAt: null });
const whole: Record<string, TaskState> = {
  web: task(started),
  pre: dead,
  proxy: task(started),
  late: dead,
  watch: task(started),
  after: pending,
};

describe('whether an allocation is healthy', () => {
  it.each<[string, Partial<Allocation>, string | undefined]>([
    ['running with its task running', {}, undefined],
    ['called healthy by its deployment', { DeploymentStatus: { Healthy: true } }, undefined],
    ['not yet judged by its deployment', { DeploymentStatus: { Healthy: null } }, undefined],
    ['called unhealthy', { DeploymentStatus: { Healthy: false } }, 'its deployment calls it unhealthy'],
    ['being stopped', { DesiredStatus: 'stop' }, 'it is being stopped (desired is stop)'],
    ['pending', { ClientStatus: 'pending' }, 'it is pending'],
    ['on a node that is gone', { ClientStatus: 'lost' }, 'it is lost'],
    ['in a state that is not known', { ClientStatus: 'odd' as 'lost' }, 'it is unknown'],
    ['without task states', { TaskStates: null }, 'the states of its tasks are not known'],
    [
      'in its restart delay',
      { TaskStates: { web: task([...started, ...killed(1000)], { State: 'pending' }) } },
      'task web is pending (Restarting)',
    ],
    [
      'told to restart, while still called running',
      { TaskStates: { web: task([...started, ...restarted(1000).slice(0, 1)]) } },
      'task web is ending (Restart Signaled)',
    ],
    [
      'ended, while still called running',
      { TaskStates: { web: task([...started, ...killed(1000).slice(0, 2)]) } },
      'task web is ending (Terminated)',
    ],
    ['started again', { TaskStates: { web: task([...started, ...killed(1000), event('Started', 2300)]) } }, undefined],
    [
      'started again by a clock that was set back meanwhile',
      { TaskStates: { web: task([...started, ...killed(9000), event('Started', 300)]) } },
      undefined,
    ],
    ['failed', { TaskStates: { web: task(started, { State: 'dead', Failed: true }) } }, 'task web failed'],
    ['dead without failing, of a service', { TaskStates: { web: dead } }, 'task web is dead (Terminated)'],
  ])('is told of one %s', (_, over, why) => {
    expect(whyOf(over)).toBe(why);
  });

  it.each<[string, Record<string, TaskState>, string | undefined]>([
    ['once-only tasks are done and all others run', whole, undefined],
    ['a prestart sidecar ended', { ...whole, proxy: dead }, 'task proxy is dead (Terminated)'],
    ['a poststart sidecar did not start', { ...whole, watch: pending }, 'task watch is pending'],
    ['a prestart task failed', { ...whole, pre: { ...dead, Failed: true } }, 'task pre failed'],
  ])('depends on lifecycle hooks: %s', (_, states, why) => {
    expect(whyOf({ TaskStates: states }, hooks)).toBe(why);
  });

  it('does not ask an older version for the tasks of a newer one', () => {
    const newer = { ...hooks, Version: 1 };
    expect(whyOf({ JobVersion: 0 }, newer)).toBeUndefined();
    expect(whyOf({ JobVersion: 0, TaskStates: { web: task(started), gone: dead } }, newer)).toBeUndefined();
    expect(whyOf({ JobVersion: 1 }, newer)).toBe('task proxy has no state yet');
  });

  it('lets a task of a batch job end well while another runs', () => {
    const states = { web: task(started), step: dead };
    expect(whyOf({ TaskStates: states }, job({ Type: 'batch' }))).toBeUndefined();
    expect(whyOf({ TaskStates: { step: dead } }, job({ Type: 'batch', Version: 7 }))).toBe('none of its tasks runs');
  });
});

describe('the health of a group', () => {
  const three = [alloc(0), alloc(1), alloc(2)];
  const failed = {
    ClientStatus: 'failed',
    TaskStates: { web: task(started, { State: 'dead', Failed: true }) },
  } as const;
  const complete = { ClientStatus: 'complete', TaskStates: { web: dead } } as const;

  it.each<[string, Job, readonly Allocation[], number, number, boolean]>([
    ['a whole service', job(), three, 3, 3, true],
    ['a service with one failed', job(), [alloc(0), alloc(1), alloc(2, failed)], 3, 2, false],
    [
      'a service whose failed one was replaced',
      job(),
      [...three, alloc(9, { ...failed, Name: 'web.cache[0]' })],
      3,
      3,
      true,
    ],
    ['a service with one being stopped', job(), [...three.slice(1), alloc(0, { DesiredStatus: 'stop' })], 3, 2, false],
    ['a stopped service', job({ Stop: true }), [], 0, 0, true],
    ['a service scaled to nothing', job({}, 0), [], 0, 0, true],
    [
      'a batch job, one of three complete',
      job({ Type: 'batch' }),
      [alloc(0), alloc(1), alloc(2, complete)],
      2,
      2,
      true,
    ],
    ['a batch job, all complete', job({ Type: 'batch' }), [0, 1, 2].map(n => alloc(n, complete)), 0, 0, true],
    ['a batch job, one failed', job({ Type: 'batch' }), [alloc(0), alloc(1, failed), alloc(2, complete)], 2, 1, false],
    [
      'a batch job that runs a complete one again',
      job({ Type: 'batch' }),
      [...three, alloc(9, { ...complete, Name: 'web.cache[0]', CreateIndex: 50 })],
      3,
      3,
      true,
    ],
    ['a system job on three nodes', job({ Type: 'system' }, 1), three, 3, 3, true],
    [
      'a system job, one instance failed',
      job({ Type: 'system' }, 1),
      [alloc(0), alloc(1), alloc(2, failed)],
      3,
      2,
      false,
    ],
    [
      'a system job, a failed instance replaced on its node',
      job({ Type: 'system' }, 1),
      [...three, alloc(9, { ...failed, NodeID: id(900), CreateIndex: 50 })],
      3,
      3,
      true,
    ],
    ['a sysbatch job, one node done', job({ Type: 'sysbatch' }, 1), [alloc(0), alloc(1, complete)], 1, 1, true],
  ])('is counted for %s', (_, definition, allocs, desired, healthy, isWhole) => {
    const health = groupHealth(viewOf(definition, allocs), 'default', 'web', 'cache');
    expect([health.desired, health.healthy.length, health.whole]).toEqual([desired, healthy, isWhole]);
    expect(health.unhealthy).toBe(desired - healthy);
  });

  it('says why those that are missing are not healthy', () => {
    const view = viewOf(job(), [alloc(0), alloc(1, { ClientStatus: 'pending' }), alloc(2, failed)]);
    const health = groupHealth(view, 'default', 'web', 'cache');
    expect(health.reasons).toEqual(['web.cache[1] (00000001): it is pending', 'web.cache[2] (00000002): it is failed']);
    expect(health.live.map(each => each.id)).toEqual([id(0), id(1)]);
  });

  it('is never whole where the job or the group is not known', () => {
    const unseen = groupHealth(viewOf(undefined, three), 'default', 'web', 'cache');
    expect(unseen).toMatchObject({ known: false, desired: 3, whole: false });
    expect(groupHealth(viewOf(job(), three), 'default', 'web', 'other')).toMatchObject({
      known: false,
      desired: 1,
      whole: false,
    });
  });
});
