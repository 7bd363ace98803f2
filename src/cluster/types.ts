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
  /** It mounts volumes of hosts or of CSI: to register it takes rights on them. */
  readonly hasVolumes?: true;
  /** Bounds of its `scaling` block, also where that is disabled. */
  readonly scaling?: { readonly min: number; readonly max: number };
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
  /** Name of the tag that this version bears. */
  readonly tag?: string;
  /** Started by a dispatch or a time, not by itself. */
  readonly isTemplate: boolean;
  readonly meta: Readonly<Record<string, string>>;
  readonly groups: readonly GroupView[];
  /** When this version, or its last change of a count, was registered: the server's clock. */
  readonly submitTime: number;
  readonly createIndex: number;
  readonly modifyIndex: number;
  readonly jobModifyIndex: number;
}

/**
 * Attributes (`attr.os.name`) and meta (`meta.rack`) of a node, of this very state of it: those that were asked for when
 * it was read. Null: it has none. What is not here was not read.
 */
export type NodeFacts = Readonly<Record<string, string | null>>;

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
  /** Absent: none was asked for, or only a list told of this state. */
  readonly facts?: NodeFacts;
  /** When its last drain began (the server's clock, whole seconds); absent: never drained, or not known. */
  readonly drainStartedAt?: number;
  /** Of its last drain: `draining`, `complete`, `canceled`; and the run that the one who drained it last noted there. */
  readonly drainStatus?: string;
  readonly drainRun?: string;
  /** Who changed it last: `token:<id>`, `alloc:<id>`. */
  readonly drainAccessor?: string;
  /** When it registered for the first time (the server's clock, whole seconds); absent where that is not known. */
  readonly joinedAt?: number;
  /** For picking the oldest or newest. */
  readonly createIndex?: number;
  readonly modifyIndex: number;
}

/** A version of a job that Nomad keeps. */
export interface VersionView {
  readonly version: number;
  readonly stop: boolean;
  readonly tag?: string;
  /** When it was registered, milliseconds since the epoch by the server's clock; absent where Nomad doesn't say. */
  readonly submitTime?: number;
}

/** One registration of a service. */
export interface ServiceView {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly job: string;
  readonly alloc: string;
  readonly node: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

/** Registrations in order of id, as of the index of the list. */
export interface ServiceList {
  readonly services: readonly ServiceView[];
  readonly index: number;
}

/** What is one for the whole region: the scheduler's configuration. */
export interface RegionView {
  readonly name: string;
  /** Whether evaluations wait (`PauseEvalBroker`). */
  readonly paused: boolean;
  /** As it was read: what a change must carry whole. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly modifyIndex: number;
}

export interface DeploymentView {
  readonly id: string;
  readonly namespace: string;
  readonly job: string;
  /** Of the job, when it began. */
  readonly jobVersion: number;
  readonly status: string;
  /** When it began, by the server's clock; absent where Nomad doesn't say. */
  readonly createTime?: number;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

/** What pure layers may read of the picture. Keys of jobs are `<namespace>/<id>`. */
export interface View {
  job(namespace: string, id: string): JobView | undefined;
  /** Whether a read or an event said that there is no such job any more; false where nothing is known of it. */
  isGone(namespace: string, job: string): boolean;
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
  /** Versions of a job, newest first; undefined where they were not read. */
  versions(namespace: string, job: string): readonly VersionView[] | undefined;
  /** Registrations of a job's services; undefined where they were not read. */
  services(namespace: string, job: string): ServiceList | undefined;
  region(): RegionView | undefined;
}
