/** What one look at a run brings to its lifecycle: what is true now, as far as the present state asks. */

import type { Exclusion, Intent, Run } from './run.ts';
import type { Judgement } from './verdict.ts';

/** A question's answer: go on, wait and ask again, or end with these words. */
export type Answered =
  | { readonly kind: 'go' }
  /** `why`: where somebody's word is waited for. */
  | { readonly kind: 'wait'; readonly why?: { readonly reason: string; readonly message: string } }
  | ({ readonly kind: 'end' } & Judgement);

/** What is true now, as far as the present state asks. */
export interface Facts {
  readonly wall: number;
  /** The present state's time is over by the monotonic clock, whatever became of the wall clock. */
  readonly timeUp: boolean;
  /** The record holding this very state was acknowledged. */
  readonly acked: boolean;
  readonly abort?: { readonly reason: string; readonly message: string };
  readonly admission: Answered;
  readonly choice:
    | Answered
    | { readonly kind: 'chosen'; readonly intents: readonly Intent[]; readonly excluded: readonly Exclusion[] };
  readonly blast: Answered;
  /** Of a run that needs an approval: what it had chosen is not there to be hit any more. It chooses anew. */
  readonly changed?: boolean;
  readonly steady: Answered;
  readonly armed: Answered;
  /** Why the run goes no further than `armed`, though its own mode is `run`. */
  readonly shadow?: string;
  readonly term: number;
  /** When the lease ends, milliseconds since the epoch. */
  readonly sendBy: number;
  /** No intent of the present stage is planned or on its way. */
  readonly settled: boolean;
  /** Something of the present stage lasts, and may be in force. */
  readonly lasting: boolean;
  /** Other stages are to come. */
  readonly more: boolean;
  /** Whether the next one begins; asked while holding. */
  readonly next: Answered | { readonly kind: 'chosen'; readonly intents: readonly Intent[] };
  /** Nothing is owed any more, and what must be watched was. */
  readonly reverted: boolean;
  readonly effectsSeen: boolean;
  /** What the verdict rests on was read since this controller took the run up: an empty view is no judge. */
  readonly looked: boolean;
  readonly recovered: {
    readonly ok: boolean;
    readonly recoveryMs?: number;
    /** Of each intent, in their order. */
    readonly times?: readonly (number | undefined)[];
    readonly missing?: string;
  };
}

/** The only event of the lifecycle. */
export interface Look {
  readonly type: 'look';
  readonly facts: Facts;
}

/** What a transition goes by. */
export interface Seen {
  readonly context: { readonly run: Run };
  readonly event: Look;
}

/** The question whose answer decides each state before harm. */
export const questions = {
  admitted: 'admission',
  targeting: 'choice',
  limited: 'blast',
  baseline: 'steady',
  armed: 'armed',
} as const;

/** Of which question a guard or a change is. */
export interface Questioned {
  readonly question: keyof typeof questions;
}
