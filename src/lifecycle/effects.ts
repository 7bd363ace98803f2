/**
 * What the core may ask of the world, as data. A closed set: a new fault needs no new one.
 * Each carries an id, and comes back as an answer with the same id, save notes and stream orders.
 */

import type { HostRule } from '../base/host-rules.ts';
import type { StreamRequest } from '../nomad/types.ts';
import type { NetCall } from '../probes/probe.ts';

/** A harmful or healing call that a fault may return. */
export type FaultCall =
  | {
      readonly op: 'alloc-signal';
      readonly namespace: string;
      readonly alloc: string;
      readonly task: string;
      readonly signal: string;
    }
  | { readonly op: 'alloc-stop'; readonly namespace: string; readonly alloc: string; readonly noShutdownDelay: boolean }
  | {
      readonly op: 'alloc-restart';
      readonly namespace: string;
      readonly alloc: string;
      readonly task?: string;
      readonly allTasks: boolean;
    }
  | { readonly op: 'node-eligibility'; readonly node: string; readonly eligible: boolean }
  /** `run` is noted in the drain's own Meta. */
  | {
      readonly op: 'node-drain';
      readonly node: string;
      readonly run: string;
      /** Milliseconds; 0: none, -1: at once, by force. */
      readonly deadlineMs: number;
      readonly ignoreSystemJobs: boolean;
    }
  /** Ends a drain, and makes the node eligible again. */
  | { readonly op: 'node-undrain'; readonly node: string; readonly run: string }
  /** `index`: JobModifyIndex that the job must still have. */
  | {
      readonly op: 'job-scale';
      readonly namespace: string;
      readonly job: string;
      readonly group: string;
      readonly count: number;
      readonly index: number;
      readonly message: string;
      readonly run: string;
    }
  /** Registers a job as it was read, with what was changed of it. */
  | {
      readonly op: 'job-register';
      readonly namespace: string;
      readonly job: string;
      readonly body: Readonly<Record<string, unknown>>;
      readonly index: number;
    }
  | { readonly op: 'job-stop'; readonly namespace: string; readonly job: string; readonly global: boolean }
  | {
      readonly op: 'job-revert';
      readonly namespace: string;
      readonly job: string;
      readonly version: number;
      /** Version that the job must still have. */
      readonly prior: number;
    }
  | {
      readonly op: 'job-tag';
      readonly namespace: string;
      readonly job: string;
      readonly version: number;
      readonly tag: string;
      readonly description: string;
    }
  | { readonly op: 'job-untag'; readonly namespace: string; readonly job: string; readonly tag: string }
  | { readonly op: 'service-deregister'; readonly namespace: string; readonly service: string; readonly id: string }
  | {
      readonly op: 'deployment-pause';
      readonly namespace: string;
      readonly deployment: string;
      readonly pause: boolean;
    }
  | { readonly op: 'deployment-fail'; readonly namespace: string; readonly deployment: string }
  /** Writes the scheduler's configuration where it still has this ModifyIndex. */
  | {
      readonly op: 'scheduler-configure';
      readonly configuration: Readonly<Record<string, unknown>>;
      readonly index: number;
    };

/** Reads of Nomad; `key` of the answer is the call's own words. */
export type ReadCall =
  | { readonly op: 'read-job'; readonly namespace: string; readonly job: string }
  | { readonly op: 'list-jobs'; readonly namespace: string }
  | { readonly op: 'list-job-allocs'; readonly namespace: string; readonly job: string }
  | { readonly op: 'list-job-deployments'; readonly namespace: string; readonly job: string }
  | { readonly op: 'list-job-versions'; readonly namespace: string; readonly job: string }
  | { readonly op: 'list-job-services'; readonly namespace: string; readonly job: string }
  | { readonly op: 'read-scheduler' }
  | { readonly op: 'list-nodes' }
  | { readonly op: 'read-node'; readonly node: string };

/** Variables and the lock. */
export type VariableCall =
  | { readonly op: 'read-variable'; readonly namespace: string; readonly path: string }
  /** `index` 0 answers at once; else blocks until the prefix has changed since, at most `waitMs`. */
  | {
      readonly op: 'list-variables';
      readonly namespace: string;
      readonly prefix: string;
      readonly index: number;
      readonly waitMs: number;
    }
  /** `cas` 0 creates only. */
  | {
      readonly op: 'write-variable';
      readonly namespace: string;
      readonly path: string;
      readonly items: Readonly<Record<string, string>>;
      readonly cas?: number;
    }
  | { readonly op: 'delete-variable'; readonly namespace: string; readonly path: string; readonly cas: number }
  | {
      readonly op: 'lock-acquire';
      readonly namespace: string;
      readonly path: string;
      readonly items: Readonly<Record<string, string>>;
      readonly ttl: string;
      readonly delay: string;
    }
  | { readonly op: 'lock-renew'; readonly namespace: string; readonly path: string; readonly lock: string }
  | { readonly op: 'lock-release'; readonly namespace: string; readonly path: string; readonly lock: string };

/** Where the instances of one of Nomad's own services listen; no view holds it. */
export interface DiscoveryCall {
  readonly op: 'read-service';
  readonly namespace: string;
  readonly service: string;
}

export type Call = FaultCall | ReadCall | VariableCall | DiscoveryCall;

/** In this order when calls wait for one another: undoing goes first, statuses last. */
export type Priority = 'lock' | 'undo' | 'inject' | 'claim' | 'read' | 'watch' | 'status';

export interface CallEffect {
  readonly kind: 'call';
  /** `<run>/<n>` for a run's own, `-/<n>` for the controller's. */
  readonly id: string;
  readonly priority: Priority;
  readonly call: Call;
  readonly timeoutMs: number;
  /** Monotonic instant after which it may not leave any more: then it is answered `refused`, `limited`, unsent. */
  readonly notAfter?: number;
}

/** The one stream of a permission class: `topics` empty closes it. */
export interface StreamEffect {
  readonly kind: 'stream';
  readonly key: string;
  readonly request: StreamRequest;
}

/** Something that people should hear of: becomes log lines, metrics, events. Never a secret. */
export interface NoteEffect {
  readonly kind: 'note';
  readonly note: Note;
}

/** A question over the network, which comes back as a probe's answer with the same id. */
export interface ProbeEffect {
  readonly kind: 'probe';
  readonly id: string;
  readonly call: NetCall;
  /** The limit `probe_hosts`; absent: where it may reach is the default. */
  readonly allow?: readonly HostRule[];
}

export type Effect =
  | CallEffect
  | StreamEffect
  | NoteEffect
  | ProbeEffect
  | { readonly kind: 'exit'; readonly reason: string };

/** Facts worth telling; metric counters are made of exactly these (`src/publish`). */
export type Note =
  | { readonly type: 'leader'; readonly leading: boolean; readonly term: number; readonly reason: string }
  | {
      readonly type: 'spec';
      readonly namespace: string;
      readonly name: string;
      readonly state: string;
      readonly error?: string;
    }
  | {
      readonly type: 'tick';
      readonly namespace: string;
      readonly schedule: string;
      readonly outcome: 'started' | 'missed' | 'skipped' | 'forbidden';
      readonly run?: string;
      readonly reason?: string;
    }
  | {
      readonly type: 'request';
      readonly namespace: string;
      readonly request: string;
      readonly action: string;
      readonly outcome: 'taken' | 'rejected' | 'answered';
      readonly run?: string;
      /** The asker's reason, or ours. */
      readonly message?: string;
    }
  | {
      readonly type: 'state';
      readonly run: string;
      readonly namespace: string;
      readonly fault: string;
      readonly from: string;
      readonly to: string;
      readonly reason?: string;
    }
  | {
      readonly type: 'gate';
      readonly run: string;
      readonly namespace: string;
      readonly gate: string;
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly type: 'injection';
      readonly run: string;
      readonly namespace: string;
      readonly fault: string;
      readonly target: string;
      readonly outcome: 'done' | 'refused' | 'unknown' | 'withheld';
      readonly latencyMs: number;
      readonly dueDelayMs?: number;
      readonly message?: string;
    }
  | {
      readonly type: 'effect-seen';
      readonly run: string;
      readonly namespace: string;
      readonly fault: string;
      readonly target: string;
      readonly evidence: string;
    }
  | {
      readonly type: 'undo';
      readonly run: string;
      readonly namespace: string;
      readonly fault: string;
      readonly target: string;
      readonly outcome: 'undone' | 'superseded' | 'unreachable' | 'given-up' | 'retry';
      readonly latencyMs: number;
      readonly message?: string;
    }
  | {
      readonly type: 'stuck';
      readonly run: string;
      readonly namespace: string;
      readonly fault: string;
      readonly reason: string;
      readonly byHand: string;
    }
  | {
      readonly type: 'verdict';
      readonly run: string;
      readonly namespace: string;
      readonly schedule: string;
      readonly fault: string;
      readonly verdict: string;
      readonly reason?: string;
      /** The reason in words, such as the numbers of a limit. */
      readonly message?: string;
      readonly recoveryMs?: number;
    }
  | { readonly type: 'halt'; readonly namespace: string; readonly halted: boolean; readonly reason?: string }
  | { readonly type: 'limits'; readonly valid: boolean; readonly message?: string }
  | { readonly type: 'write'; readonly kind: string }
  | { readonly type: 'resync'; readonly kind: string; readonly reason: string }
  | {
      readonly type: 'stream';
      readonly key: string;
      readonly connected: boolean;
      readonly reason?: string;
      readonly message?: string;
    }
  | { readonly type: 'denied'; readonly what: string; readonly message: string }
  | { readonly type: 'trouble'; readonly what: string; readonly message: string };
