/** A run in the fold's state: while it is open, and what is remembered of it once it is over. */

import type { Standing } from '../lifecycle/machine.ts';
import type { UndoLine } from '../lifecycle/record.ts';
import type { Run, Verdict } from '../lifecycle/run.ts';

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
