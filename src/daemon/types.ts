/** What the daemon asks of the outside: Nomad by two functions, observers, a server. */

import type { HostRule } from '../base/host-rules.ts';
import type { Answer, Input, Step, Summary } from '../controller/types.ts';
import type { Call, Note } from '../lifecycle/effects.ts';
import type { NomadRequest, Outcome, StreamRequest, StreamSignal } from '../nomad/types.ts';
import type { NetCall, ProbeAnswer } from '../probes/probe.ts';

/** The fold, as far as the daemon drives it. */
export interface Stepper {
  step(input: Input): Step;
  summary(mono: number, wall: number): Summary;
}

/** One call to Nomad; begins in the tick that it is called in. */
export type Send = (request: NomadRequest) => Promise<Outcome>;

/** A stream that is open or being opened; `close` tells nothing more. */
export interface StreamHandle {
  close(): void;
}

export type OpenStream = (request: StreamRequest, onSignal: (signal: StreamSignal) => void) => StreamHandle;

/** One question of a probe, within its own time limit; never rejects. `allow`: the limit `probe_hosts`, where it is set. */
export type AskProbe = (call: NetCall, allow?: readonly HostRule[]) => Promise<ProbeAnswer>;

/** How calls of the core become requests, and their outcomes answers. */
export interface Translation {
  requestOf(call: Call): NomadRequest;
  answerOf(call: Call, outcome: Outcome): Answer;
}

/** One call that ended, for metrics: `status` 0 when there was no answer. */
export interface RequestSample {
  /** The request's kind, such as `variable_write`. */
  readonly kind: string;
  readonly status: number;
  readonly outcome: Outcome['kind'];
  readonly seconds: number;
  /** A blocking query: its time is a wait. */
  readonly blocking: boolean;
}

/** Who is told of what happens. */
export interface Observer {
  note(note: Note): void;
  request(sample: RequestSample): void;
}

export type StopMode = 'handover' | 'drain';

/** How a daemon ended. */
export interface StopReport {
  /** `exit`: in order; `timeout`: the limit passed; `abandoned`: told twice to stop; `failed`: a step threw. */
  readonly how: 'exit' | 'timeout' | 'abandoned' | 'failed';
  readonly reason: string;
  /** Runs whose undo was not confirmed when this controller last acted. */
  readonly open: readonly OpenRun[];
}

export type OpenRun = Summary['open'][number];

/** The way to Nomad. */
export interface Connection {
  readonly send: Send;
  readonly openStream: OpenStream;
  /** Reads the token again, where it comes from a file. */
  reload?(): void | Promise<void>;
  /** Ends what is under way and lets the sockets go. */
  close(): void | Promise<void>;
}
