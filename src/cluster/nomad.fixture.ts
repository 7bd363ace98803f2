/** Nomad's JSON for tests: a service `web` with group `cache` on nodes `n1`, `n2` …, as lists and events give it. */

import type { Allocation, Job, NomadNode, StreamEvent, TaskEvent, TaskState } from '../nomad/types.ts';

/** The server's clock. */
export const serverStart = Date.UTC(2026, 10, 24, 10, 0, 0);
/** The clients' clock runs two hours behind: whoever mixes the two is found out. */
export const clientStart = serverStart - 7_200_000;

const ns = (ms: number) => ms * 1e6;

export function id(n: number): string {
  return `${String(n).padStart(8, '0')}-aaaa-4bbb-8ccc-dddddddddddd`;
}

/** An event of a task, at milliseconds after the client's start. */
export function event(type: string, atMs: number, details: Record<string, string> = {}): TaskEvent {
  return { Type: type, Time: ns(clientStart + atMs), DisplayMessage: `${type}, in words`, Details: details };
}

/** What a first start shows. */
export const started: readonly TaskEvent[] = [event('Received', 0), event('Task Setup', 5), event('Started', 100)];

/** What a signal that ends a task shows, as measured: the restart delay of 1 s has up to a quarter of jitter. */
export function killed(atMs: number, signal = 'SIGKILL', number = '9'): readonly TaskEvent[] {
  return [
    event('Signaling', atMs + 2, { signal }),
    event('Terminated', atMs + 7, { exit_code: '137', signal: number, oom_killed: 'false' }),
    event('Restarting', atMs + 15, { start_delay: '1130000000', restart_reason: 'Restart within policy' }),
  ];
}

/** What a restart that somebody asked for shows until the task is started again. */
export function restarted(atMs: number): readonly TaskEvent[] {
  return [
    event('Restart Signaled', atMs, { restart_reason: 'User requested running tasks to restart' }),
    event('Terminated', atMs + 20, { exit_code: '130', signal: '2' }),
    event('Restarting', atMs + 25, { start_delay: '0', restart_reason: '' }),
  ];
}

/** A task's state; `startedAtMs` after the client's start. */
export function task(events: readonly TaskEvent[], over: Partial<TaskState> = {}, startedAtMs = 100): TaskState {
  return {
    State: 'running',
    Failed: false,
    Restarts: 0,
    StartedAt: new Date(clientStart + startedAtMs).toISOString(),
    FinishedAt: '0001-01-01T00:00:00Z',
    Events: events,
    ...over,
  };
}

/** Allocation `n` of `web.cache`, healthy since its start; its indexes are `100 + n`. */
export function alloc(n: number, over: Partial<Allocation> = {}): Allocation {
  return {
    ID: id(n),
    Name: `web.cache[${n}]`,
    Namespace: 'default',
    JobID: 'web',
    JobVersion: 0,
    TaskGroup: 'cache',
    NodeID: id(900 + n),
    NodeName: `n${n}`,
    DesiredStatus: 'run',
    ClientStatus: 'running',
    TaskStates: { web: task(started) },
    DesiredTransition: { Migrate: null },
    CreateIndex: 100 + n,
    ModifyIndex: 100 + n,
    CreateTime: ns(serverStart),
    ModifyTime: ns(serverStart + n),
    ...over,
  };
}

/** Server time in Nomad's unit, milliseconds after the server's start. */
export function serverTime(ms: number): number {
  return ns(serverStart + ms);
}

export function job(over: Partial<Job> = {}, count = 3): Job {
  return {
    ID: 'web',
    Name: 'web',
    Namespace: 'default',
    Type: 'service',
    Status: 'running',
    Stop: false,
    Version: 0,
    TaskGroups: [
      {
        Name: 'cache',
        Count: count,
        Tasks: [{ Name: 'web', Driver: 'raw_exec' }],
        RestartPolicy: { Attempts: 2, Interval: ns(1_800_000), Delay: ns(1_000), Mode: 'fail' },
      },
    ],
    CreateIndex: 90,
    ModifyIndex: 90,
    JobModifyIndex: 90,
    ...over,
  };
}

/** Node `n`, ready and eligible, as a list gives it: without attributes. */
export function node(n: number, over: Partial<NomadNode> = {}): NomadNode {
  return {
    ID: id(900 + n),
    Name: `n${n}`,
    Datacenter: 'dc1',
    NodeClass: '',
    NodePool: 'default',
    Status: 'ready',
    SchedulingEligibility: 'eligible',
    Drain: false,
    CreateIndex: 10 + n,
    ModifyIndex: 50,
    ...over,
  };
}

export function allocEvent(Allocation: unknown, Index: number): StreamEvent {
  return {
    Topic: 'Allocation',
    Type: 'AllocationUpdated',
    Key: '',
    Namespace: 'default',
    Index,
    Payload: { Allocation },
  };
}

export function nodeEvent(Node: unknown, Index: number, Type = 'NodeEligibility'): StreamEvent {
  return { Topic: 'Node', Type, Key: '', Index, Payload: { Node } };
}

export function jobEvent(Job: unknown, Index: number, Deleted = false): StreamEvent {
  const payload = Deleted ? { Job, Deleted } : { Job };
  return { Topic: 'Job', Type: 'JobRegistered', Key: '', Namespace: 'default', Index, Payload: payload };
}

export function deploymentEvent(Deployment: unknown, Index: number): StreamEvent {
  return {
    Topic: 'Deployment',
    Type: 'DeploymentStatusUpdate',
    Key: '',
    Namespace: 'default',
    Index,
    Payload: { Deployment },
  };
}
