/** One execution of an experiment, as it is remembered: plain JSON, all instants milliseconds since the epoch. */

import type { Injected, Json } from '../faults/fault.ts';
import type { Experiment } from '../spec/experiment.ts';

/** Every state of the lifecycle, in order. */
export const runStates = [
  'queued',
  'admitted',
  'targeting',
  'limited',
  'baseline',
  'armed',
  'injecting',
  'holding',
  'reverting',
  'recovering',
  'reporting',
  'done',
] as const;

export type RunStateName = (typeof runStates)[number];

export type Verdict = 'passed' | 'deviated' | 'aborted' | 'failed' | 'refused';

/**
 * `planned`: not written yet. `sending`: written, may have been sent. `withheld`: written, and never sent.
 * `unknown`: neither an answer nor an observation decided; undone as if in force.
 */
export type IntentState = 'planned' | 'sending' | 'done' | 'refused' | 'unknown' | 'withheld';

/** What was seen of an intent's effect. */
export interface Effect {
  readonly evidence: string;
  /** When, by the client's clock and the server's. */
  readonly client?: number;
  readonly server?: number;
  /** What tells, later, that it is still the same effect. */
  readonly marks?: { readonly [key: string]: Json };
}

export interface Intent extends Injected {
  readonly n: number;
  readonly state: IntentState;
  /** The leader's term that marked it `sending`. */
  readonly term?: number;
  readonly sentAt?: number;
  readonly answeredAt?: number;
  /** Nomad's words, or ours, when it was not simply done. */
  readonly message?: string;
  /** Sent when the lease or the age limit no longer held (a freeze inside the tick): stays unknown whatever is seen. */
  readonly late?: boolean;
  /** Some try of it ended without an answer: a later refusal is no proof that it had no effect. */
  readonly ambiguous?: boolean;
  /** When the lease would end as the intent was written, milliseconds since the epoch: nothing that left later counts. */
  readonly sendBy?: number;
  /** Found as `sending` at a takeover: what is seen counts only if it was there by `sendBy`. */
  readonly inherited?: boolean;
  readonly effect?: Effect;
  /** Only where there is something to undo. */
  readonly undoState?: 'pending' | 'undone' | 'superseded' | 'unreachable';
  readonly undoMessage?: string;
  readonly after?: { readonly [key: string]: Json };
  /** When the undo took effect, by the server's clock, where something tells. */
  readonly undoneAt?: number;
  /** An ambiguous call that carries neither index nor token may be applied late: undone again until then. */
  readonly watchUntil?: number;
}

export interface Exclusion {
  readonly id: string;
  readonly name: string;
  readonly why: string;
}

export interface Run {
  readonly id: string;
  readonly namespace: string;
  readonly schedule: string;
  readonly specHash: string;
  /** When it was due. */
  readonly tick: number;
  readonly fault: string;
  readonly seed: string;
  readonly experiment: Experiment;
  readonly startDeadline: number;
  readonly claimedAt: number;
  readonly excluded: readonly Exclusion[];
  readonly intents: readonly Intent[];
  readonly armedAt?: number;
  readonly injectedAt?: number;
  readonly holdUntil?: number;
  readonly revertingAt?: number;
  readonly recoverUntil?: number;
  readonly recoveryMs?: number;
  readonly abort?: { readonly reason: string; readonly message: string; readonly at: number };
  readonly verdict?: Verdict;
  readonly reason?: string;
  readonly message?: string;
  /** Set while the undo is overdue; a stuck run is still open. */
  readonly stuck?: { readonly since: number; readonly reason: string };
  readonly doneAt?: number;
}

/** The place of an intent in the order of doing. */
export function orderOf({ order = 0 }: Intent): number {
  return order;
}

/** Where harm may be in force: written as sent, and not known to have had no effect. */
export function mayBeInForce(intent: Intent): boolean {
  return intent.state === 'sending' || intent.state === 'done' || intent.state === 'unknown';
}

/** Whether an undo is still owed. */
export function owesUndo(intent: Intent): boolean {
  return (
    intent.undo !== undefined &&
    mayBeInForce(intent) &&
    intent.undoState !== 'undone' &&
    intent.undoState !== 'superseded'
  );
}

const before: ReadonlySet<RunStateName> = new Set(['queued', 'admitted', 'targeting', 'limited', 'baseline', 'armed']);

/** Nothing harmful was written yet. */
export function isBeforeHarm(state: RunStateName): boolean {
  return before.has(state);
}
