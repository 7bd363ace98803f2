/** The one in-memory picture of the cluster, of the jobs that specs name. Times are milliseconds since the epoch by the clock named. */

import type { RescheduleEvent, ReschedulePolicy, RestartPolicy } from '../nomad/types.ts';

export interface TaskEventView {
  readonly type: string;
  /** The client's clock. */
  readonly time: number;
  readonly details?: Readonly<Record<string, string>>;
}

export interface TaskView {
  readonly state: 'pending' | 'running' | 'dead';
  readonly failed: boolean;
  readonly restarts: number;
  /** The client's clock. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Newest last, at most 10: Nomad keeps no more. */
  readonly events: readonly TaskEventView[];
}

export interface AllocView {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly job: string;
  readonly jobVersion: number;
  readonly group: string;
  readonly node: string;
  readonly nodeName: string;
  readonly desired: 'run' | 'stop' | 'evict';
  readonly client: 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';
  /** The deployment's word; absent when there is none. */
  readonly healthy?: boolean;
  readonly migrating: boolean;
  readonly reschedules: readonly RescheduleEvent[];
  readonly previous?: string;
  readonly next?: string;
  readonly tasks: Readonly<Record<string, TaskView>>;
  readonly createIndex: number;
  readonly modifyIndex: number;
  /** The server's clock. */
  readonly createTime: number;
  readonly modifyTime: number;
}

export interface TaskDefinition {
  readonly name: string;
  readonly driver: string;
  /** Absent for a main task. */
  readonly hook?: 'prestart' | 'poststart' | 'poststop';
  readonly sidecar: boolean;
  /** The task's own, merged with the group's by Nomad. */
  readonly restart?: RestartPolicy;
}

export interface GroupView {
  readonly name: string;
  readonly count: number;
  readonly tasks: readonly TaskDefinition[];
  readonly restart?: RestartPolicy;
  readonly reschedule?: ReschedulePolicy;
}

export interface JobView {
  readonly namespace: string;
  readonly id: string;
  readonly type: 'service' | 'batch' | 'system' | 'sysbatch';
  readonly status: string;
  readonly stop: boolean;
  readonly version: number;
  readonly meta: Readonly<Record<string, string>>;
  readonly groups: readonly GroupView[];
  readonly modifyIndex: number;
  readonly jobModifyIndex: number;
}

export interface NodeView {
  readonly id: string;
  readonly name: string;
  readonly datacenter: string;
  readonly nodeClass: string;
  readonly nodePool: string;
  readonly status: 'initializing' | 'ready' | 'down' | 'disconnected';
  readonly eligible: boolean;
  readonly draining: boolean;
  /** `os.signals`, when known. */
  readonly signals?: readonly string[];
  /** When its last drain began (the server's clock, whole seconds); absent: never drained, or not known. */
  readonly drainStartedAt?: number;
  /** For picking the oldest or newest. */
  readonly createIndex?: number;
  readonly modifyIndex: number;
}

export interface DeploymentView {
  readonly id: string;
  readonly namespace: string;
  readonly job: string;
  readonly status: string;
  readonly modifyIndex: number;
}

/** What pure layers may read of the picture. Keys of jobs are `<namespace>/<id>`. */
export interface View {
  job(namespace: string, id: string): JobView | undefined;
  /** Every job known in a namespace, in order of id. */
  jobsIn(namespace: string): readonly JobView[];
  alloc(id: string): AllocView | undefined;
  /** Allocations of a job, in order of id; those that Nomad still lists, dead ones too. */
  allocsOf(namespace: string, job: string): readonly AllocView[];
  /** Allocations on a node, among the jobs known. */
  node(id: string): NodeView | undefined;
  /** Every node known, in order of id. */
  nodes(): readonly NodeView[];
  /** The newest deployment of a job. */
  deployment(namespace: string, job: string): DeploymentView | undefined;
}
