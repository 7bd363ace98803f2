/** The state of an embedded cluster. Records are replaced, never changed: an event's payload is the record itself. */

import type { Random } from '../../base/random.ts';
import type { Allocation, EventBatch, NodeEvent, NomadNode, VariableLock } from '../../nomad/types.ts';
import type { Token } from './acl.ts';
import type { ClientNode, TaskRun } from './client/types.ts';
import type { JobSpec } from './job-types.ts';
import type { Misbehaviour } from './misbehave.ts';
import type { ProcessOrder } from './orders.ts';
import type { TimerQueue } from './timers.ts';

export interface Port {
  readonly Label: string;
  readonly Value: number;
  readonly To: number;
  readonly HostIP: string;
}

export interface AllocRecord extends Allocation {
  readonly AllocModifyIndex: number;
  readonly EvalID: string;
  readonly AllocatedResources: {
    readonly Tasks: Readonly<Record<string, unknown>>;
    readonly TaskLifecycles: Readonly<Record<string, unknown>>;
    readonly Shared: {
      readonly DiskMB: number;
      readonly Networks: readonly unknown[] | null;
      readonly Ports: readonly Port[] | null;
    };
  };
}

/** An allocation with the version of its job that it runs. */
export interface AllocEntry {
  readonly record: AllocRecord;
  readonly job: JobSpec;
}

export interface ScaleEvent {
  readonly Count: number | null;
  readonly PreviousCount: number;
  readonly Error: boolean;
  readonly Message: string;
  readonly Meta: Readonly<Record<string, unknown>> | null;
  readonly EvalID: string | null;
  readonly Time: number;
  readonly CreateIndex: number;
}

export interface JobEntry {
  readonly job: JobSpec;
  /** Newest first, the present one included; six are kept, and those with a tag. */
  readonly versions: readonly JobSpec[];
  readonly scaling: Readonly<Record<string, readonly ScaleEvent[]>>;
  readonly summaryIndex: number;
  /** Allocations by group that the last evaluation found no place for. */
  readonly queued: Readonly<Record<string, number>>;
  /** Children that were forgotten: their parent goes on to count them as dead. */
  readonly forgotten: number;
}

export interface DrainStrategy {
  readonly Deadline: number;
  readonly IgnoreSystemJobs: boolean;
  /** Null: by force, or without a deadline. */
  readonly ForceDeadline: string | null;
  readonly StartedAt: string;
}

export interface LastDrain {
  readonly Status: 'draining' | 'complete' | 'canceled';
  readonly StartedAt: string;
  readonly UpdatedAt: string;
  readonly AccessorID: string;
  readonly Meta: Readonly<Record<string, string>> | null;
}

export interface NodeRecord extends NomadNode {
  readonly Attributes: Readonly<Record<string, string>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly Drivers: Readonly<Record<string, unknown>>;
  readonly Events: readonly NodeEvent[];
  readonly DrainStrategy: DrainStrategy | null;
  readonly LastDrain: LastDrain | null;
  readonly StatusUpdatedAt: number;
  readonly NodeResources: {
    readonly Cpu: { readonly CpuShares: number };
    readonly Memory: { readonly MemoryMB: number };
  };
}

export interface DeploymentGroup {
  readonly AutoRevert: boolean;
  readonly Promoted: boolean;
  readonly DesiredTotal: number;
  readonly PlacedAllocs: number;
  readonly HealthyAllocs: number;
  readonly UnhealthyAllocs: number;
  readonly ProgressDeadline: number;
  readonly RequireProgressBy: string | null;
}

export interface DeploymentRecord {
  readonly ID: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly JobVersion: number;
  readonly JobModifyIndex: number;
  readonly JobSpecModifyIndex: number;
  readonly JobCreateIndex: number;
  readonly Status: 'running' | 'paused' | 'failed' | 'successful' | 'cancelled';
  readonly StatusDescription: string;
  readonly TaskGroups: Readonly<Record<string, DeploymentGroup>>;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime: number;
  readonly ModifyTime: number;
}

export interface EvalRecord {
  readonly ID: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly Type: string;
  readonly Priority: number;
  readonly TriggeredBy: string;
  readonly Status: 'pending' | 'complete' | 'blocked' | 'canceled' | 'failed';
  readonly StatusDescription?: string;
  readonly DeploymentID?: string;
  readonly NodeID?: string;
  readonly JobModifyIndex?: number;
  readonly PreviousEval?: string;
  readonly NextEval?: string;
  readonly BlockedEval?: string;
  readonly WaitUntil?: string;
  readonly FailedTGAllocs?: Readonly<Record<string, unknown>>;
  readonly QueuedAllocations?: Readonly<Record<string, number>>;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime: number;
  readonly ModifyTime: number;
}

/** A Variable as kept: the lock belongs to it. */
export interface VariableRecord {
  readonly Namespace: string;
  readonly Path: string;
  readonly Items: Readonly<Record<string, string>> | null;
  readonly Lock?: Required<VariableLock>;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime: number;
  readonly ModifyTime: number;
}

export interface NamespaceRecord {
  readonly Name: string;
  readonly Description: string;
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface ServiceRecord {
  readonly ID: string;
  readonly ServiceName: string;
  readonly Namespace: string;
  readonly NodeID: string;
  readonly Datacenter: string;
  readonly JobID: string;
  readonly AllocID: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly Port: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** How the scheduler works, as an operator set it. */
export interface SchedulerConfig {
  readonly SchedulerAlgorithm: string;
  readonly PreemptionConfig: Readonly<Record<string, boolean>>;
  readonly MemoryOversubscriptionEnabled: boolean;
  readonly RejectJobRegistration: boolean;
  readonly PauseEvalBroker: boolean;
  readonly NodeLimitForFeasibilityChecks: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export type TableName =
  | 'jobs'
  | 'allocs'
  | 'nodes'
  | 'deployment'
  | 'evals'
  | 'variables'
  | 'namespaces'
  | 'services'
  | 'scheduler';

/** All that a read can see: a copy of it is the past. */
export interface Tables {
  /** Raft's index: every write takes one, also one that changes nothing. */
  index: number;
  readonly indexes: Record<TableName, number>;
  /** By `namespace/id`. */
  readonly jobs: Map<string, JobEntry>;
  readonly allocs: Map<string, AllocEntry>;
  /** Allocation ids by `namespace/job`. */
  readonly allocsByJob: Map<string, Set<string>>;
  readonly allocsByNode: Map<string, Set<string>>;
  readonly nodes: Map<string, NodeRecord>;
  readonly deployments: Map<string, DeploymentRecord>;
  readonly evals: Map<string, EvalRecord>;
  readonly evalsByJob: Map<string, Set<string>>;
  readonly blockedEvals: Set<string>;
  /** Namespace → path → Variable. */
  readonly variables: Map<string, Map<string, VariableRecord>>;
  readonly namespaces: Map<string, NamespaceRecord>;
  readonly services: Map<string, ServiceRecord>;
  scheduler: SchedulerConfig;
}

/** One change, for those who watch a table or a part of it. */
export interface Change {
  readonly table: TableName;
  readonly namespace: string;
  readonly key: string;
}

/** A bounded log of changes: `first` is the number of `entries[0]`. */
export interface ChangeLog {
  first: number;
  entries: Change[];
}

/** The event buffer: `first` is the number of the oldest batch held, `restored` those after a replay of history. */
export interface EventLog {
  first: number;
  batches: EventBatch[];
  readonly size: number;
}

/** What of a node is taken by allocations that run or will. */
export interface Usage {
  cpu: number;
  memory: number;
  allocs: number;
  readonly ports: Set<number>;
}

export interface HeldLock {
  /** When a holder that went silent loses it. */
  expires: number;
  ttlMs: number;
  delayMs: number;
}

export interface Cluster {
  readonly region: string;
  readonly datacenter: string;
  readonly seed: string;
  readonly acl: boolean;
  /** All nodes on one machine: ports are unique over all of them. */
  readonly sharedHost: boolean;
  now: number;
  /** Grows with everything that a waiting query or stream could see. */
  version: number;
  tables: Tables;
  readonly events: EventLog;
  readonly changes: ChangeLog;
  readonly timers: TimerQueue;
  /** By node. */
  readonly usage: Map<string, Usage>;
  readonly ids: Random;
  readonly jitter: Random;
  readonly ports: Random;
  readonly clients: Map<string, ClientNode>;
  /** Evaluations that came due while the scheduler was paused. */
  readonly heldEvals: Set<string>;
  /** Deployments whose watcher has a turn coming. */
  readonly watchedDeployments: Set<string>;
  readonly locks: Map<string, HeldLock>;
  /** When a Variable whose lock ran out may be locked again. */
  readonly lockDelays: Map<string, number>;
  readonly tokens: Map<string, Token>;
  orders: ProcessOrder[];
  /** Real processes by their handle. */
  readonly processes: Map<string, TaskRun>;
  misbehaviours: Misbehaviour[];
  /** How often all streams were cut, and until when they are silent with nothing lost. */
  streamCuts: number;
  streamsPausedUntil: number;
  /** Processes an evaluation; handed in, since evaluations are made by what the scheduler itself uses. */
  readonly processEval: (cluster: Cluster, id: string) => void;
  /** RPC addresses of the servers, and which of them leads. */
  readonly servers: readonly string[];
  readonly serverIds: string[];
  leader: number;
  /** The node's own HTTP address, as every node advertises it. */
  httpAddress: string;
}
