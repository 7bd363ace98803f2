/** The fold's state: one object, changed only inside a step. */

import type { Problem } from '../base/errors.ts';
import type { MutableView } from '../cluster/view.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import type { Effect } from '../lifecycle/effects.ts';
import type { Variable } from '../nomad/types.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import type { Gate } from '../safety/gate.ts';
import type { Limits } from '../safety/limits.ts';
import type { ParsedExperiment } from '../spec/experiments/template.ts';
import type { Deadlines } from './deadlines.ts';
import type { Interests } from './interests.ts';
import type { FinishedRun, RunEntry } from './run-entry.ts';
import type { RequestEntry, SpecEntry } from './spec-entry.ts';
import type { Answer, ControllerConfig } from './types.ts';

/** What to do with the answer of a call. `sentAt` is the monotonic instant of the real send. */
export type Continuation = (answer: Answer, sentAt: number) => void;

/** Whoever takes the Variables of a kind; `undefined`: it was deleted. */
export type VariableHandler = (core: Core, namespace: string, path: string, variable: Variable | undefined) => void;

export interface LeaseState {
  phase: 'idle' | 'acquiring' | 'held' | 'releasing' | 'released';
  lock: string;
  /** ModifyIndex that Nomad answered to lock-acquire. */
  term: number;
  /** Monotonic instants. */
  renewedAt: number;
  acquiredAt: number;
  renewing: boolean;
  /** Every record was read, or enough was waited for those that can't be: see `unread`. */
  loaded: boolean;
}

export type WatchedKind = 'schedule' | 'experiments' | 'control' | 'requests';

export interface WatchState {
  readonly namespace: string;
  readonly kind: WatchedKind;
  readonly prefix: string;
  /** Paths and the ModifyIndex that was read or is to be read. */
  readonly known: Map<string, number>;
  /** Paths that are known to have been deleted: the newest of them. */
  readonly gone: Set<string>;
  /** Paths that were read since no list settles whether they are there (monotonic instants). */
  readonly asked: Map<string, { reading: boolean; there: boolean; at: number; notBefore: number }>;
  readonly reading: Set<string>;
  /** Paths whose read failed, or answered something older than the list. */
  readonly unread: Set<string>;
  readonly blocking: boolean;
  index: number;
  /** The first list was answered. */
  listed: boolean;
  /** A list is on its way. */
  listing: boolean;
  marker: 'unknown' | 'there' | 'missing' | 'writing';
  /** The marker was listed once: from then a list without it proves nothing. */
  marked: boolean;
  failures: number;
}

/** What was read of one halt. */
export interface HaltState {
  /** `unread` fails closed. */
  state: 'unread' | 'absent' | 'present' | 'denied';
  reason: string;
  /** Milliseconds since the epoch; absent: until it is deleted. */
  until?: number;
  /** Monotonic instant at which the read that says so was sent. */
  readAt: number;
  /** Highest index that an answer rested on: an older answer is dropped. */
  index: number;
  reading: boolean;
  /** Monotonic instant before which a failed read is not tried again. */
  notBefore: number;
  /** Something changed while it was being read: it is read once more. */
  again: boolean;
  /** What people were told last. */
  told: boolean;
}

export interface LimitsState {
  state: 'unread' | 'valid' | 'invalid';
  limits: Limits;
  problems: readonly Problem[];
}

/** A record that is there and was not read yet. */
export interface UnreadRecord {
  readonly path: string;
  /** Monotonic instant at which its first read was asked for. */
  readonly since: number;
  /** Why the last read failed. */
  message: string | undefined;
  /** People were told that it can't be read. */
  told: boolean;
}

export interface ReadState {
  /** Monotonic instant at which the newest answered read was sent; -Infinity: never. */
  at: number;
  index: number;
  reading: boolean;
  /** Answers in a row that were older than one before: a server that lags, or one that was restored. */
  regressions: number;
  failed: { readonly denied: boolean; readonly message: string } | undefined;
}

/** What was read of one Variable of secrets. */
export interface SecretState {
  readonly namespace: string;
  readonly path: string;
  /** Runs that asked for it. */
  readonly users: Set<string>;
  /** Undefined: never read, gone, or denied. */
  items: Readonly<Record<string, string>> | undefined;
  /** Monotonic instant at which the newest good read was sent; -Infinity: it is to be read before it is used. */
  readAt: number;
  index: number;
  reading: boolean;
  /** Why the last read failed, in words. */
  failed: string | undefined;
  /** Monotonic instant before which a failed read is not tried again. */
  notBefore: number;
}

/** Where the instances of one service were seen to listen. */
export interface ServiceState {
  readonly namespace: string;
  readonly service: string;
  /** Runs that asked for it. */
  readonly users: Set<string>;
  /** `host:port` of each, in order. */
  addresses: readonly string[];
  /** Monotonic instant at which the newest good read was sent. */
  readAt: number;
  reading: boolean;
  failed: { readonly why: string; readonly until: number } | undefined;
}

export interface StreamState {
  topics: readonly string[];
  wanted: readonly string[];
  connected: boolean;
  /** Monotonic instants. */
  openedAt: number;
  connectedAt: number;
  lineAt: number;
  index: number;
  failures: number;
}

export interface WriteState {
  tokens: number;
  at: number;
  /** Statuses that wait for a token, first come, first served. */
  readonly waiting: Set<string>;
}

/** One batch of old records on its way into the history. */
export interface RetentionTurn {
  readonly term: number;
  /** What waits for a token. */
  next: (() => void) | undefined;
}

export interface RetentionState {
  turn: RetentionTurn | undefined;
  /** Runs whose summaries a history Variable holds, as of its index, by path: of the month worked on. */
  readonly books: Map<string, { readonly index: number; readonly runs: ReadonlySet<string> }>;
  /** Runs whose record is none that this release may touch. */
  readonly left: Set<string>;
  /** Runs whose record was deleted in the last turn. */
  readonly removed: Set<string>;
}

export interface Core {
  readonly config: ControllerConfig;
  readonly catalog: FaultCatalog;
  readonly gates: readonly Gate[];
  /** Who waits for which answer of a probe. */
  readonly probesAsked: Map<string, (answer: ProbeAnswer) => void>;
  readonly view: MutableView;
  readonly deadlines: Deadlines;
  readonly pending: Map<string, Continuation>;
  /** Reads a record that somebody else wrote meanwhile. */
  readonly reread: (core: Core, run: string, atLeast: number) => void;
  /** A run changed its state or ended: whoever asked for it by a request is told. */
  readonly requestRunChanged: (core: Core, run: Pick<FinishedRun, 'id' | 'namespace' | 'request'>) => void;
  readonly handlers: Readonly<Record<WatchedKind, VariableHandler>>;
  readonly dirtyRuns: Set<string>;
  readonly dirtySpecs: Set<string>;
  readonly dirtyRequests: Set<string>;
  readonly lease: LeaseState;
  readonly watches: Map<string, WatchState>;
  /** By namespace. */
  readonly halts: Map<string, HaltState>;
  readonly limits: LimitsState;
  readonly specs: Map<string, SpecEntry>;
  /** By namespace, then by name. */
  readonly experiments: Map<string, Map<string, ParsedExperiment>>;
  /** Of all of `specs`. */
  readonly interests: Interests;
  /** Of `specs`, those that events start; no job: events of nodes. */
  readonly listeners: Map<string, { readonly namespace: string; readonly job?: (id: string) => boolean }>;
  /** By `<namespace> <id>`. */
  readonly requests: Map<string, RequestEntry>;
  readonly runs: Map<string, RunEntry>;
  readonly finished: Map<string, FinishedRun>;
  /** By run. While there are any, what was read is undone, and nothing new begins. */
  readonly unread: Map<string, UnreadRecord>;
  /** Records whose read failed, by path, with what reads them again. */
  readonly rereads: Map<string, () => void>;
  readonly reads: Map<string, ReadState>;
  /** Keys of `reads`: nodes that are read for their attributes and meta. */
  readonly nodeReads: Set<string>;
  /** By `<namespace> <path>`. */
  readonly secrets: Map<string, SecretState>;
  /** By `<namespace> <service>`. */
  readonly services: Map<string, ServiceState>;
  readonly streams: Map<string, StreamState>;
  readonly writes: WriteState;
  readonly retention: RetentionState;
  /** Set while stopping. */
  stop: 'handover' | 'drain' | undefined;
  /** Monotonic end of a drain. */
  drainUntil: number;
  mono: number;
  wall: number;
  out: Effect[];
  calls: number;
  /** Steps so far: within one, nothing that a question rests on changes. */
  steps: number;
  begun: boolean;
}
