/** The fold's inputs and what others may read of it. */

import type { Call, Effect } from '../lifecycle/effects.ts';
import type { EventBatch, RefusedReason } from '../nomad/types.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import type { NewRun } from './runs.ts';

/** How an effect's call ended; `value` is Nomad's JSON for reads and writes, absent for a 404. */
export type Answer =
  | { readonly kind: 'ok'; readonly index: number; readonly value?: unknown }
  | { readonly kind: 'refused'; readonly reason: RefusedReason; readonly message: string; readonly value?: unknown }
  | { readonly kind: 'ambiguous'; readonly message: string };

/** What happened, as the world hands it in. */
export type Happening =
  /** The timer that `nextDeadline` asked for, or any other reason to look at the clock. */
  | { readonly kind: 'timer' }
  | {
      readonly kind: 'answer';
      readonly id: string;
      readonly call: Call;
      readonly answer: Answer /** mono of the send */;
      readonly sentAt: number;
    }
  | { readonly kind: 'probe'; readonly id: string; readonly answer: ProbeAnswer }
  | { readonly kind: 'stream-open'; readonly key: string }
  | { readonly kind: 'stream-batch'; readonly key: string; readonly batch: EventBatch }
  | { readonly kind: 'stream-beat'; readonly key: string }
  | { readonly kind: 'stream-gap'; readonly key: string; readonly reason: string }
  | { readonly kind: 'stream-closed'; readonly key: string; readonly reason: string; readonly message: string }
  /** SIGTERM: `handover` while the job still runs, `drain` to undo first. */
  | { readonly kind: 'stop'; readonly mode: 'handover' | 'drain' };

export interface Input {
  readonly seq: number;
  /** Monotonic milliseconds. */
  readonly mono: number;
  /** Milliseconds since the epoch. */
  readonly wall: number;
  readonly happening: Happening;
}

export interface Step {
  readonly effects: readonly Effect[];
  /** Monotonic milliseconds of the earliest deadline; undefined: none. */
  readonly nextDeadline: number | undefined;
}

/** What metrics, `/health` and the status page read of the fold, at one instant. Never run, allocation or schedule names in metrics. */
export interface Summary {
  readonly leading: boolean;
  readonly term: number;
  readonly leaseRemainingSeconds: number;
  /** The view is filled: specs, limits, halts, markers were read once. */
  readonly ready: boolean;
  /** Why not, when not. */
  readonly waitingFor: readonly string[];
  readonly halted: readonly { readonly namespace: string; readonly reason: string }[];
  readonly schedules: readonly { readonly namespace: string; readonly state: string; readonly count: number }[];
  readonly runsActive: readonly { readonly namespace: string; readonly phase: string; readonly count: number }[];
  readonly injectionsActive: readonly { readonly fault: string; readonly count: number }[];
  readonly stuckRuns: number;
  readonly oldestUnrevertedSeconds: number;
  readonly viewAgeSeconds: number;
  /** Runs whose undo is not confirmed, with the line that undoes each by hand. */
  readonly open: readonly {
    readonly run: string;
    readonly state: string;
    readonly stuck: boolean;
    readonly byHand: readonly string[];
  }[];
}

/** Settings of one controller. */
export interface ControllerConfig {
  readonly home: string;
  readonly prefix: string;
  readonly namespaces: readonly string[];
  /** Name of this instance, for the lock's items. */
  readonly name: string;
  readonly region: string;
  /** The controllers' own job and allocation, when it runs in Nomad. */
  readonly self?: { readonly namespace: string; readonly job: string; readonly alloc: string; readonly node: string };
  /** Takes no schedule: only takes the lock, undoes these runs (or all), and gives it back. */
  readonly undoOnly?: readonly string[] | 'all';
  /** Beside `undoOnly`: who says why that what its runs hit is gone for good. What is really gone is given up. */
  readonly gone?: string;
  /** Takes no schedule: only takes the lock, carries out this run, and gives it back. */
  readonly only?: NewRun;
}
