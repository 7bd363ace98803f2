/** The contract of a gate: a question that may refuse. Pure. */

import type { AllocView, View } from '../cluster/types.ts';
import type { AnyFault, Candidate } from '../faults/fault.ts';
import type { Experiment, FaultStep } from '../spec/experiment.ts';
import type { Limits } from './limits.ts';

/** What another run that is still open holds. Freed only when its undo is confirmed. */
export interface Reservation {
  readonly run: string;
  readonly namespace: string;
  readonly fault: string;
  /** `<namespace>/<job>`. */
  readonly jobs: readonly string[];
  /** Allocations it may have made unhealthy. */
  readonly allocs: readonly string[];
  /** Instances that it takes away on purpose, so that nothing unhealthy shows them: `taken` of `of`. */
  readonly takes?: readonly {
    readonly namespace: string;
    readonly job: string;
    readonly group: string;
    readonly of: number;
    readonly taken: number;
  }[];
  /** What it has to put back: `node <id>`, `job <namespace>/<id>`, `region <name>`. */
  readonly holds?: readonly string[];
  /** No other run may be open beside it. */
  readonly alone?: boolean;
  /** Nodes it disturbs: those chosen, and those of chosen allocations when its reach goes beyond them. */
  readonly nodes: readonly string[];
}

/**
 * When cron expressions come, and what clocks show; all instants are milliseconds since the epoch. It is handed in, since
 * a gate imports nothing of `src/schedule`.
 */
export interface Almanac {
  /** The last instant of an expression at or before `at`. */
  last(cron: string, timezone: string, at: number): number | undefined;
  /** The first later than `at`. */
  next(cron: string, timezone: string, at: number): number | undefined;
  /** RFC 3339, with the offset of the zone. */
  shown(at: number, timezone: string): string;
}

/** What a gate may look at. `chosen` is absent before targeting. */
export interface GateContext {
  readonly namespace: string;
  readonly home: string;
  readonly run: string;
  readonly experiment: Experiment;
  readonly fault: AnyFault;
  /** The step of the experiment that is asked about; default: the first with this fault. */
  readonly step?: FaultStep;
  readonly view: View;
  readonly limits: Limits;
  /** Why the limits Variable can't be used: no new run starts. */
  readonly limitsProblem?: string;
  /** First part of the paths of our Variables, for the lines that gates print; default `chaos`. */
  readonly prefix?: string;
  /** Of other runs; one of this run itself is ignored. */
  readonly reservations: readonly Reservation[];
  /** When each of some jobs (`<namespace>/<job>`) was last hit, milliseconds since the epoch; without those never hit. */
  readonly lastHits: (jobs: readonly string[]) => ReadonlyMap<string, number>;
  /** In force now; those of other namespaces don't matter here. */
  readonly halts: readonly { readonly namespace: string; readonly reason: string }[];
  /** Halts of home and of this namespace that could not be read, in words: any refuses. */
  readonly haltsUnread: readonly string[];
  /** The controllers' own jobs (`<namespace>/<job>`), allocations and nodes. */
  readonly self: {
    readonly jobs: readonly string[];
    readonly allocs: readonly string[];
    readonly nodes: readonly string[];
  };
  readonly region: string;
  readonly now: number;
  /** Until when the run may begin: what can't pass before needs no waiting. Absent: not known. */
  readonly startDeadline?: number;
  readonly almanac: Almanac;
  readonly chosen?: readonly Candidate[];
  /** Whether somebody allowed this run to hit these targets; absent: nobody did. */
  readonly approval?: 'none' | 'void' | 'given';
  /** What other steps harm at the same time. */
  readonly beside?: readonly AllocView[];
}

export type GateAnswer =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly reason: string; readonly message: string; readonly retry: boolean };

export interface Gate {
  readonly name: string;
  /** `admission` before targets are known, `candidate` drops one candidate with its words, `blast` judges the whole choice. */
  readonly stage: 'admission' | 'candidate' | 'blast';
  readonly summary: string;
  /** For `candidate` gates the candidate is given. */
  ask(context: GateContext, candidate?: Candidate): GateAnswer;
}
