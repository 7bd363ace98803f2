/** The fold's state: one object, changed only inside a step. */

import type { Problem } from '../base/errors.ts';
import type { MutableView } from '../cluster/view.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import type { Effect } from '../lifecycle/effects.ts';
import type { Standing } from '../lifecycle/machine.ts';
import type { UndoLine } from '../lifecycle/record.ts';
import type { Run, Verdict } from '../lifecycle/run.ts';
import type { Variable } from '../nomad/types.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import type { Gate } from '../safety/gate.ts';
import type { Limits } from '../safety/limits.ts';
import type { Spec } from '../spec/experiment.ts';
import type { ParsedExperiment } from '../spec/experiments/template.ts';
import type { Deadlines } from './deadlines.ts';
import type { ReadRequest } from './request-form.ts';
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

export interface SpecEntry {
  readonly namespace: string;
  readonly name: string;
  /** ModifyIndex and ModifyTime (ms) of the Variable that this answers. */
  index: number;
  modifyTime: number;
  spec: Spec | undefined;
  problems: readonly Problem[];
  /** The experiment that it names, with the Variable to be read again when that changes. */
  refers: { readonly to: string; readonly variable: Variable } | undefined;
  /** The experiments of its namespace were not read yet: it is neither accepted nor rejected. */
  waits: boolean;
  /** Suspended though it is not valid, or valid. */
  suspended: boolean;
  /** The newest tick that was started, missed, forbidden or left out: ticks at or before it are spent. */
  handled: number;
  /** When the next tick will be due, its jitter included. */
  next: number | undefined;
  /** The tick that waits for open runs to be undone, since it is to take their place. */
  replacing: number | undefined;
  missed: number;
  last:
    | {
        readonly run: string;
        readonly tick: number;
        readonly verdict?: Verdict;
        readonly reason?: string;
        readonly recoveryMs?: number;
      }
    | undefined;
  status: StatusState;
}

export interface StatusState {
  /** What is there was read, or written by us. */
  known: boolean;
  /** Items last acknowledged. */
  published: Readonly<Record<string, string>> | undefined;
  index: number;
  writing: boolean;
  writtenAt: number;
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

export interface RunEntry {
  readonly id: string;
  standing: Standing;
  /** What the record holds, as acknowledged. */
  written: { readonly standing: Standing; readonly index: number } | undefined;
  /** CreateIndex of its record: what it was claimed for was there before. */
  claimIndex: number | undefined;
  /** The steps in which its targets were chosen, and found within limits. */
  chosenIn: number;
  judgedIn: number;
  /** Of a record that can't be read whole: its items, of which only the states of `undo` may be changed. */
  readonly foreign:
    | { readonly items: Readonly<Record<string, string>>; readonly lines: readonly UndoLine[] }
    | undefined;
  /** Taken over and not yet written by us: until then a late write of our predecessor may still win. */
  unfenced: boolean;
  writing: boolean;
  writeFailures: number;
  /** Nomad, or this release, takes no record of it: it was never claimed. In words. */
  claimRefused: string | undefined;
  /** How much is left out of its record, which would not be taken whole: see `slimRun`. */
  slim: number;
  /** Why its record is taken in no form, in words. */
  unwritable: string | undefined;
  /** Some of its effects were seen and written while others were not. */
  someWritten: boolean;
  /** Monotonic instant at which the write that holds the present state was acknowledged. */
  ackedAt: number;
  /** Monotonic end of the state named, where it has one. */
  endsAt: number;
  endsOf: string;
  /** Monotonic instant since which it is in that state. */
  enteredAt: number;
  /** Monotonic ends of what is held, by intent: a wall clock that is set back can't make a fault last longer. */
  readonly holdEnds: Map<number, number>;
  /** What is being sampled, by phase and name. */
  readonly probing: Map<string, { inFlight: boolean; notBefore: number }>;
  /** When it came into the table (monotonic), and how long ago it had been claimed then. */
  readonly enteredTableAt: number;
  readonly claimedFor: number;
  /** Monotonic instant at which the present stage was seen to be over. */
  stageOverAt: number | undefined;
  /** Monotonic instant at which the tick was due, its jitter included, for `due_delay_seconds`. */
  dueAt: number;
  /** Taken over from an earlier leader: undo and observation are repeated until then (monotonic). */
  readonly unsureUntil: number;
  /** Intents whose call is on its way, by number; the lease's end and the age limit at the send (monotonic). */
  readonly sending: Map<number, { readonly notAfter: number }>;
  readonly undoing: Map<number, UndoTry>;
  /** When the first try of each call left (monotonic), by intent. */
  readonly firstSent: Map<number, number>;
  /** Until when calls that may be applied late are watched: the monotonic end, and the record's instant that it stands for. */
  readonly watches: Map<number, { readonly until: number; readonly end: number }>;
  /** Monotonic instant since which all that was hit has been seen to be whole; only while recovering. */
  wholeSince: number | undefined;
  /** Monotonic instant before which it is not asked again whether what it hit is gone. */
  goneNotBefore: number;
  /** Somebody asked for its end. */
  abortAsked?: { readonly reason: string; readonly message: string };
}

/** What became of a request. */
export type RequestOutcome =
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }
  /** The run that it asked for, whose story is told as it goes on. */
  | { readonly kind: 'run'; readonly run: string }
  /** What it asked about a run is done. */
  | { readonly kind: 'done'; readonly run: string; readonly message: string };

export interface RequestEntry {
  readonly namespace: string;
  readonly id: string;
  /** The Variable, until it is answered and deleted. */
  variable: Variable | undefined;
  form: ReadRequest | undefined;
  outcome: RequestOutcome | undefined;
  /** The run whose record must tell of it before it is answered. */
  waitsOn: string | undefined;
  /** People were told what became of it. */
  told: boolean;
  /** A read or its deletion is on its way. */
  busy: boolean;
  status: StatusState;
}

export interface UndoTry {
  inFlight: boolean;
  /** When it was begun, or owed anew (monotonic). */
  since: number;
  failures: number;
  /** Monotonic instant before which it is not tried again. */
  notBefore: number;
  /** What it rests on must have been read by a request sent at or after this (monotonic). */
  freshAfter: number;
}

/** A run whose record says done, or one that only its undo lines can be read of. */
export interface FinishedRun {
  readonly id: string;
  readonly namespace: string;
  readonly schedule: string;
  readonly tick: number;
  readonly doneAt: number;
  readonly jobs: readonly string[];
  /** When its last call left, if any did. */
  readonly hitAt?: number;
  readonly verdict?: Verdict;
  readonly reason?: string;
  readonly message?: string;
  readonly recoveryMs?: number;
  /** As of the run. */
  readonly request?: Run['request'];
  readonly unreadable?: { readonly why: string; readonly lines: readonly UndoLine[]; readonly state: string };
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
