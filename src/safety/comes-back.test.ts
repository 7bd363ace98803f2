import { describe, expect, it } from 'vitest';
import type { AllocView, GroupView, JobView, TaskEventView, TaskView } from '../cluster/types.ts';
import type { AnyFault } from '../faults/fault.ts';
import type { ReschedulePolicy, RestartPolicy } from '../nomad/types.ts';
import { runningTask, sampleGroup, sampleJob, sampleNode } from '../targeting/cluster.fixture.ts';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { now, onAlloc, onNode, sampleContext } from './basis/context.fixture.ts';
import { comesBack } from './comes-back.ts';

const minute = 60_000;
const restart = (over: Partial<RestartPolicy>): RestartPolicy => ({
  Attempts: 2,
  Interval: 30 * minute * 1e6,
  Delay: 15e9,
  Mode: 'fail',
  ...over,
});
const reschedule = (over: Partial<ReschedulePolicy>): ReschedulePolicy => ({
  Attempts: 1,
  Interval: 60 * minute * 1e6,
  Delay: 5e9,
  Unlimited: false,
  ...over,
});
const never = reschedule({ Attempts: 0 });
const restarted = (ago: number, reason = 'Restart within policy'): TaskEventView => ({
  type: 'Restarting',
  time: now - ago,
  details: { restart_reason: reason },
});
const task = (events: readonly TaskEventView[], restarts = events.length): Partial<AllocView> => ({
  tasks: { server: { ...runningTask, restarts, events } },
});

interface Case {
  readonly job?: Partial<JobView>;
  readonly restart?: RestartPolicy;
  readonly reschedule?: ReschedulePolicy;
  readonly alloc?: Partial<AllocView>;
  readonly fault?: AnyFault;
  readonly signal?: string;
  readonly eligible?: boolean;
}

function asked({ job, alloc, fault = sampleFault(), eligible = true, ...blocks }: Case): string {
  const policy = blocks.restart ?? restart({});
  const group: GroupView = {
    ...sampleGroup(3, { restart: policy, reschedule: blocks.reschedule ?? never }),
    tasks: [{ name: 'server', driver: 'raw_exec', sidecar: false, restart: policy }],
  };
  const nodes = [sampleNode(1, { eligible })];
  const context = sampleContext({ fault }, { jobs: [sampleJob(3, { groups: [group], ...job })], nodes });
  const answer = comesBack.ask(context, onAlloc(1, alloc));
  return answer.ok ? answer.message : `${answer.reason}: ${answer.message}`;
}

const signalling = (signal: string) => {
  const fault = sampleFault();
  const plan: AnyFault['plan'] = (candidate, context) =>
    fault.plan(candidate, context).map(each => ({ ...each, call: { ...each.call, signal } as typeof each.call }));
  return { ...fault, plan };
};

const refused = (words: string) => `comes_back: it would not come back: ${words}`;
const none = 'the reschedule block of group app allows none (attempts = 0)';

describe('comes-back after a kill', () => {
  it.each<[string, Case, string]>([
    ['attempts are left', {}, 'task server restarts in place (0 of 2 attempts used in 30m)'],
    [
      'one attempt is left',
      { alloc: task([restarted(minute)]) },
      'task server restarts in place (1 of 2 attempts used in 30m)',
    ],
    [
      'none is left, nor a reschedule',
      { alloc: task([restarted(2 * minute), restarted(minute)]) },
      refused(`the restart block of task server is used up (2 of 2 attempts used in 30m, mode = "fail"); ${none}`),
    ],
    [
      'the attempts used are older than the interval',
      { alloc: task([restarted(40 * minute), restarted(31 * minute)]) },
      'task server restarts in place (0 of 2 attempts used in 30m)',
    ],
    [
      'a restart was asked for by hand, which does not count',
      { alloc: task([restarted(2 * minute, ''), restarted(minute)]) },
      'task server restarts in place (1 of 2 attempts used in 30m)',
    ],
    [
      'events are gone that may have been restarts',
      {
        alloc: task(
          [...Array.from({ length: 9 }, () => ({ type: 'Signaling', time: now - minute })), restarted(minute)],
          5,
        ),
      },
      refused(
        `the restart block of task server is used up (up to 5 restarts in 30m, 2 allowed, mode = "fail"); ${none}`,
      ),
    ],
    [
      'the oldest event kept is older than the interval',
      {
        alloc: task(
          [restarted(45 * minute), ...Array.from({ length: 9 }, () => ({ type: 'Signaling', time: now - minute }))],
          9,
        ),
      },
      'task server restarts in place (0 of 2 attempts used in 30m)',
    ],
    [
      'the mode is delay',
      { restart: restart({ Mode: 'delay', Attempts: 1 }), alloc: task([restarted(minute)]) },
      'task server restarts when its interval is over (1 of 1 attempts used in 30m, mode = "delay")',
    ],
    [
      'no restart is allowed, whatever the mode',
      { restart: restart({ Mode: 'delay', Attempts: 0 }) },
      refused(`the restart block of task server allows no restart (attempts = 0); ${none}`),
    ],
    [
      'it is rescheduled without limit',
      { restart: restart({ Attempts: 0 }), reschedule: reschedule({ Unlimited: true, Attempts: 0 }) },
      'the restart block of task server allows no restart (attempts = 0); group app is rescheduled without limit',
    ],
    [
      'a reschedule is left',
      {
        restart: restart({ Attempts: 0 }),
        reschedule: reschedule({ Attempts: 2 }),
        alloc: { reschedules: [{ RescheduleTime: (now - minute) * 1e6 }] },
      },
      'the restart block of task server allows no restart (attempts = 0); group app is rescheduled (1 of 2 attempts used in 1h)',
    ],
    [
      'no reschedule is left',
      {
        restart: restart({ Attempts: 0 }),
        reschedule: reschedule({}),
        alloc: { reschedules: [{ RescheduleTime: (now - minute) * 1e6 }] },
      },
      refused(
        'the restart block of task server allows no restart (attempts = 0); the reschedule block of group app is used up (1 of 1 attempts used in 1h)',
      ),
    ],
    [
      'no node could take it',
      { restart: restart({ Attempts: 0 }), reschedule: reschedule({}), eligible: false },
      refused(
        'the restart block of task server allows no restart (attempts = 0); group app is rescheduled (0 of 1 attempts used in 1h), but no node is ready and eligible to take a new allocation',
      ),
    ],
    [
      'a system job restarts in place',
      { job: { type: 'system' } },
      'task server restarts in place (0 of 2 attempts used in 30m)',
    ],
    [
      'a system job can not restart',
      { job: { type: 'system' }, restart: restart({ Attempts: 0 }), reschedule: reschedule({ Unlimited: true }) },
      refused('the restart block of task server allows no restart (attempts = 0); a system job is not rescheduled'),
    ],
    [
      'a batch job is killed',
      { job: { type: 'batch' } },
      'task server restarts in place (0 of 2 attempts used in 30m)',
    ],
    [
      'a batch job may end well',
      { job: { type: 'batch' }, fault: signalling('SIGTERM') },
      refused(
        'task server of a batch job may answer SIGTERM by exiting with 0, and then counts as done; SIGKILL fails it',
      ),
    ],
    [
      'a service may end well, which restarts it',
      { fault: signalling('SIGTERM') },
      'task server restarts in place (0 of 2 attempts used in 30m)',
    ],
    ['the job is stopped', { job: { stop: true } }, 'comes_back: job web is stopped'],
    [
      'the group is not known',
      { job: { groups: [] } },
      'comes_back: group app of job web is not known, so neither are its blocks',
    ],
    [
      'a task is not one of the group',
      { alloc: { tasks: { other: runningTask } } },
      refused(`task other is not one of group app; ${none}`),
    ],
  ])('%s', (_, given, expected) => {
    expect(asked(given)).toBe(expected);
  });

  it('wants every killed task to restart, else the whole allocation to be rescheduled', () => {
    const spent: TaskView = { ...runningTask, restarts: 2, events: [restarted(minute), restarted(minute)] };
    const tasks = { server: runningTask, proxy: spent };
    const group = sampleGroup(3, { reschedule: never });
    const both = { ...group, tasks: ['server', 'proxy'].map(name => ({ name, driver: 'exec', sidecar: false })) };
    const context = sampleContext({}, { jobs: [sampleJob(3, { groups: [both] })] });
    expect(comesBack.ask(context, onAlloc(1, { tasks }))).toEqual({
      ok: false,
      reason: 'comes_back',
      retry: false,
      message: `it would not come back: the restart block of task proxy is used up (2 of 2 attempts used in 30m, mode = "fail"); ${none}`,
    });
  });
});

describe('comes-back after a stop', () => {
  const stopping = sampleFault({ comesBack: 'reschedule' });
  it.each<[string, Case, string]>([
    ['a service, with no reschedule block', {}, 'the scheduler replaces a stopped allocation'],
    ['a batch job', { job: { type: 'batch' } }, 'the scheduler replaces a stopped allocation'],
    [
      'a system job',
      { job: { type: 'system' } },
      refused('a stopped allocation of a system job is not replaced until its next evaluation'),
    ],
    [
      'a sysbatch job',
      { job: { type: 'sysbatch' } },
      refused('a stopped allocation of a sysbatch job is not replaced'),
    ],
    ['no node', { eligible: false }, refused('no node is ready and eligible to take a new allocation')],
  ])('%s', (_, given, expected) => {
    expect(asked({ ...given, fault: stopping })).toBe(expected);
  });
});

describe('comes-back', () => {
  it('asks nothing of a fault that does not end its target, nor of a node', () => {
    const { comesBack: _, ...harmless } = sampleFault();
    expect(comesBack.ask(sampleContext({ fault: harmless }), onAlloc(1)).ok).toBe(true);
    expect(comesBack.ask(sampleContext(), onNode(1)).ok).toBe(true);
  });
});
