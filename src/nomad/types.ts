/**
 * Nomad's own objects, as far as Sirocco reads them, and the three ways in which a call can end.
 * Field names are those of Nomad's HTTP API; times are nanoseconds since the epoch unless said otherwise.
 */

/** One HTTP call to Nomad, as data: who performs it (sockets, the embedded core, a simulation) is not its concern. */
export interface NomadRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path from `/v1/…`, each segment already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly region?: string;
  /** JSON value; absent: no body. */
  readonly body?: unknown;
  /** Metric label, such as `variable_write`. */
  readonly kind: string;
  /** Whole time limit in milliseconds; default 4000. A blocking query has its wait and ten seconds. */
  readonly timeoutMs?: number;
  /** May be sent again after an ambiguous end: reads, and writes that carry an index or a token. Default: GET only. */
  readonly repeatable?: boolean;
  /** Statuses, besides 2xx, whose answer is a value and no error: 404 of a Variable, 409 of a compare-and-set. */
  readonly accept?: readonly number[];
}

export interface NomadResponse {
  readonly status: number;
  /** `X-Nomad-Index`, 0 when absent. */
  readonly index: number;
  /** `X-Nomad-Nexttoken` of a page. */
  readonly nextToken?: string;
  readonly knownLeader?: boolean;
  /** The server's clock as the answer names it, in whole seconds: milliseconds since the epoch. */
  readonly date?: number;
  /** Parsed JSON, or the text when it isn't JSON. */
  readonly body: unknown;
}

/**
 * How a call ended. `refused`: it surely had no effect. `ambiguous`: it may have had one, now or up to a minute later.
 * An error is no proof of no effect: only the cases measured as such are `refused`.
 */
export type Outcome =
  | { readonly kind: 'ok'; readonly response: NomadResponse }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string; readonly reason: RefusedReason }
  | { readonly kind: 'ambiguous'; readonly status: number; readonly message: string };

export type RefusedReason =
  | 'denied'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'limited'
  | 'unreachable'
  | 'no-leader'
  | 'error';

export interface VariableMetadata {
  readonly Namespace: string;
  readonly Path: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime: number;
  readonly ModifyTime: number;
  readonly Lock?: VariableLock | null;
}

export interface VariableLock {
  readonly ID?: string;
  readonly TTL?: string;
  readonly LockDelay?: string;
}

export interface Variable extends VariableMetadata {
  readonly Items: Readonly<Record<string, string>> | null;
}

export interface TaskEvent {
  readonly Type: string;
  readonly Time: number;
  readonly DisplayMessage?: string;
  readonly Details?: Readonly<Record<string, string>> | null;
}

export interface TaskState {
  readonly State: 'pending' | 'running' | 'dead' | '';
  readonly Failed: boolean;
  readonly Restarts: number;
  readonly StartedAt: string | null;
  readonly FinishedAt: string | null;
  readonly LastRestart?: string | null;
  readonly Events: readonly TaskEvent[] | null;
}

export interface RescheduleEvent {
  readonly RescheduleTime: number;
  readonly PrevAllocID?: string;
  readonly PrevNodeID?: string;
}

/** An allocation as lists and events give it (no `Job`). */
export interface Allocation {
  readonly ID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly JobVersion?: number;
  readonly TaskGroup: string;
  readonly NodeID: string;
  readonly NodeName: string;
  readonly DesiredStatus: 'run' | 'stop' | 'evict';
  readonly DesiredDescription?: string;
  readonly ClientStatus: 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';
  readonly ClientDescription?: string;
  /** Absent or null in an event of the plan itself: not the same as no tasks. */
  readonly TaskStates?: Readonly<Record<string, TaskState>> | null;
  readonly DeploymentID?: string;
  readonly DeploymentStatus?: { readonly Healthy?: boolean | null; readonly Canary?: boolean } | null;
  readonly DesiredTransition?: { readonly Migrate?: boolean | null } | null;
  readonly RescheduleTracker?: { readonly Events: readonly RescheduleEvent[] | null } | null;
  readonly NextAllocation?: string;
  readonly PreviousAllocation?: string;
  readonly FollowupEvalID?: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime: number;
  readonly ModifyTime: number;
}

export interface RestartPolicy {
  readonly Attempts: number;
  readonly Interval: number;
  readonly Delay: number;
  readonly Mode: 'fail' | 'delay';
}

export interface ReschedulePolicy {
  readonly Attempts: number;
  readonly Interval: number;
  readonly Delay: number;
  readonly DelayFunction?: string;
  readonly MaxDelay?: number;
  readonly Unlimited: boolean;
}

export interface Task {
  readonly Name: string;
  readonly Driver: string;
  readonly Lifecycle?: { readonly Hook: 'prestart' | 'poststart' | 'poststop'; readonly Sidecar: boolean } | null;
  readonly RestartPolicy?: RestartPolicy | null;
  readonly KillTimeout?: number;
}

export interface TaskGroup {
  readonly Name: string;
  readonly Count: number;
  readonly Tasks: readonly Task[];
  readonly RestartPolicy?: RestartPolicy | null;
  readonly ReschedulePolicy?: ReschedulePolicy | null;
  readonly Meta?: Readonly<Record<string, string>> | null;
}

export interface Job {
  readonly ID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Type: 'service' | 'batch' | 'system' | 'sysbatch';
  readonly Status: string;
  readonly Stop: boolean;
  readonly Version: number;
  readonly Meta?: Readonly<Record<string, string>> | null;
  readonly TaskGroups: readonly TaskGroup[];
  readonly ParentID?: string;
  readonly Periodic?: unknown;
  readonly ParameterizedJob?: unknown;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly JobModifyIndex: number;
}

export interface JobStub {
  readonly ID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Type: string;
  readonly Status: string;
  readonly Stop: boolean;
  readonly ModifyIndex: number;
  readonly JobModifyIndex: number;
}

export interface NodeEvent {
  readonly Message: string;
  readonly Subsystem?: string;
  readonly Timestamp?: string;
  readonly Details?: Readonly<Record<string, string>> | null;
}

/** A node as lists, reads and events give it; a list has no Attributes unless asked (`os=true`). */
export interface NomadNode {
  readonly ID: string;
  readonly Name: string;
  readonly Datacenter: string;
  readonly NodeClass: string;
  readonly NodePool: string;
  readonly Status: 'initializing' | 'ready' | 'down' | 'disconnected';
  readonly SchedulingEligibility: 'eligible' | 'ineligible';
  readonly Drain: boolean;
  /** Of a whole node, as its meta is: a list has neither. */
  readonly Attributes?: Readonly<Record<string, string>> | null;
  readonly Meta?: Readonly<Record<string, string>> | null;
  readonly Events?: readonly NodeEvent[] | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface Deployment {
  readonly ID: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly JobVersion: number;
  readonly Status: string;
  readonly StatusDescription?: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export type Topic = 'Allocation' | 'Job' | 'Deployment' | 'Node' | 'Evaluation' | 'Service' | 'Variable';

export interface StreamEvent {
  readonly Topic: Topic;
  readonly Type: string;
  readonly Key: string;
  readonly Namespace?: string;
  readonly FilterKeys?: readonly string[] | null;
  readonly Index: number;
  readonly Payload: Readonly<Record<string, unknown>>;
}

export interface EventBatch {
  readonly Index: number;
  readonly Events: readonly StreamEvent[];
}

/** What a stream asks for: `topics` as Nomad writes them, such as `Allocation:web` or `Node:*`. */
export interface StreamRequest {
  readonly namespace?: string;
  readonly topics: readonly string[];
  /** Last index seen: the first batch must be this one, else events were lost. 0: none seen, replayed history is dropped below `from`. */
  readonly index: number;
}

/** What a stream source tells: each ends one state and begins the next. */
export type StreamSignal =
  | { readonly kind: 'open' }
  | { readonly kind: 'batch'; readonly batch: EventBatch }
  /** A heartbeat line. */
  | { readonly kind: 'beat' }
  /** Events were lost, or can't be known not to be: list again. */
  | { readonly kind: 'gap'; readonly reason: string }
  /** `silent`: opened but no line within a few seconds: not permitted or not supported. */
  | {
      readonly kind: 'closed';
      readonly reason: 'silent' | 'timeout' | 'eof' | 'error' | 'refused' | 'stopped';
      readonly message: string;
    };
