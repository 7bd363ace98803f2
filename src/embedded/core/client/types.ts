/** What runs on a node: the client's own state of its allocations, ahead of what the servers know. */

import type { RestartPolicy, TaskState } from '../../../nomad/types.ts';
import type { GroupSpec, JobSpec, TaskSpec } from '../job-types.ts';
import type { Timer } from '../timers.ts';
import type { AllocRecord } from '../types.ts';

export interface ClientNode {
  readonly id: string;
  readonly allocs: Map<string, AllocRun>;
  /** Cut off from the servers: nothing is delivered, nothing told. */
  connected: boolean;
  /** Ticks of the status updates are counted from here. */
  syncBase: number;
  syncTimer: Timer | undefined;
  readonly dirty: Set<AllocRun>;
}

/** What the servers acknowledged of an allocation. */
export interface Acknowledged {
  readonly status: string;
  readonly description: string;
  readonly healthy: boolean | undefined;
}

export interface HealthWatch {
  /** What is watched: a deployment's id, or `migrate`. */
  readonly reason: string;
  readonly since: number;
  readonly minHealthyMs: number;
  timer: Timer | undefined;
  deadline: Timer | undefined;
}

export interface AllocRun {
  readonly id: string;
  readonly node: ClientNode;
  record: AllocRecord;
  job: JobSpec;
  group: GroupSpec;
  readonly tasks: Map<string, TaskRun>;
  /** Asked to stop, or failing: no task but poststop ones is started any more. */
  ending: boolean;
  done: boolean;
  readonly hasProcesses: boolean;
  watch: HealthWatch | undefined;
  health: { readonly healthy: boolean; readonly at: number } | undefined;
  acknowledged: Acknowledged | undefined;
}

export type Phase = 'waiting' | 'starting' | 'running' | 'backoff' | 'dead';

export interface TaskRun {
  readonly alloc: AllocRun;
  readonly spec: TaskSpec;
  readonly restarts: RestartCount;
  state: TaskState;
  phase: Phase;
  /** Number of the present run, from 1. */
  run: number;
  /** Being stopped for good. */
  killing: boolean;
  /** Being stopped to be started again. */
  restarting: boolean;
  backoff: Timer | undefined;
  killTimer: Timer | undefined;
  mock: MockRun | undefined;
}

export interface RestartCount {
  readonly policy: RestartPolicy;
  count: number;
  /** Start of the interval, wall milliseconds. */
  since: number;
}

export interface MockRun {
  timer: Timer | undefined;
  /** When it ends by itself. */
  endsAt: number;
  frozenAt: number | undefined;
  /** A signal that arrived while it was frozen. */
  pending: number | undefined;
}

export interface Exit {
  readonly exitCode: number;
  readonly signal: number;
}
