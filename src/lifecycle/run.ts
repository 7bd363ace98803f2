/** One execution of an experiment, as it is remembered: plain JSON, all instants milliseconds since the epoch. */

import type { Injected, Json } from '../faults/fault.ts';
import type { Baseline } from '../probes/probe.ts';
import type { Experiment, FaultStep } from '../spec/experiment.ts';
import type { Approval, Waiting } from './approval.ts';
import type { Samples } from './samples.ts';

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
 * `planned`: not written yet. `sending`: written, may have been sent. `withheld`: never sent, though it was written or,
 * in a shadow run, could have been.
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

/**
 * `pending`: owed. `unreachable`: owed, and what was harmed can't be seen. `superseded`: somebody else changed it.
 * `given-up`: what was harmed is gone for good, and a person said so: nothing was undone, and no such run passes.
 */
export type UndoState = 'pending' | 'undone' | 'superseded' | 'unreachable' | 'given-up';

/** Whether an undo that is in this state is owed no more; absent: it was not begun. */
export function isSettled(state: string | undefined): boolean {
  return state === 'undone' || state === 'superseded' || state === 'given-up';
}

export interface Intent extends Injected {
  readonly n: number;
  /** The step of the method that it carries out; default: the first. */
  readonly step?: number;
  /** Stages are gone through in order of this; default 0. */
  readonly stage?: number;
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
  readonly undoState?: UndoState;
  readonly undoMessage?: string;
  readonly after?: { readonly [key: string]: Json };
  /** When the undo took effect, by the server's clock, where something tells. */
  readonly undoneAt?: number;
  /** Its target was healthy again so long after its effect; `ms` absent: no clock told. Set when its stage is over. */
  readonly recovered?: { readonly ms?: number };
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
  /** The request of its namespace that asked for it, if one did. `spec`: it brought its own spec, and no schedule is behind the run. `createIndex` 0: a person ran it without a controller. */
  readonly request?: { readonly id: string; readonly createIndex: number; readonly spec?: boolean };
  /** Set while it waits for somebody's word. */
  readonly waiting?: Waiting;
  readonly approval?: Approval;
  readonly intents: readonly Intent[];
  /** The stage that is being gone through; default 0. */
  readonly stage?: number;
  /** When its intents were marked, where it is not the first. */
  readonly stageAt?: number;
  /** Why the stages after the present one were not gone into, if they were not. */
  /** Answers of probes, by phase and name. */
  readonly samples?: Readonly<Record<string, Samples>>;
  /** What probes noted of the start, by name. */
  readonly baselines?: Readonly<Record<string, Baseline>>;
  readonly stopped?: { readonly verdict: Verdict; readonly reason?: string; readonly message?: string };
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

/** Steps of a method, and waves of one step, as one number that grows in the order of doing. */
export function stageNumber(step: number, wave: number): number {
  return step * 1_000 + wave;
}

/** Whether an intent is only to be done again when something else is over: it starts no step of the method. */
export function isLaterWave(stage: number): boolean {
  return stage % 1_000 > 0;
}

/** The stage that an intent belongs to. */
export function stageOf({ stage = 0 }: Intent): number {
  return stage;
}

/** The intents of the stage that a run is in. */
export function presentIntents({ intents, stage = 0 }: Run): readonly Intent[] {
  return intents.filter(each => stageOf(each) === stage);
}

/** The first stage that is still to come; undefined: none. */
export function nextStage({ intents, stage: present = 0 }: Run): number | undefined {
  const later = intents.map(stageOf).filter(each => each > present);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** The step of the method that an intent carries out. */
export function stepOf({ experiment }: Run, { step = 0 }: Intent): FaultStep | undefined {
  return experiment.method[step];
}

/** The name of the fault that an intent does. */
export function faultOf(run: Run, intent: Intent): string {
  return intent.step === undefined ? run.fault : (stepOf(run, intent)?.fault ?? run.fault);
}

/** When an intent's fault has been in force as long as it is to be: never longer than from when it may have been sent. */
export function holdUntil(run: Run, intent: Intent): number {
  const from = run.stage === undefined || run.stage === 0 ? (run.injectedAt ?? run.armedAt) : run.stageAt;
  return (from ?? run.claimedAt) + (stepOf(run, intent)?.durationMs ?? 0);
}

/** The place of an intent in the order of doing. */
export function orderOf({ order = 0 }: Intent): number {
  return order;
}

/** Where harm may be in force: written as sent, and not known to have had no effect. */
export function mayBeInForce(intent: Intent): boolean {
  return intent.state === 'sending' || intent.state === 'done' || intent.state === 'unknown';
}

/** Whether any call of a run may have left. */
export function mayHaveLeft({ intents }: Pick<Run, 'intents'>): boolean {
  return intents.some(({ state }) => state !== 'planned' && state !== 'withheld');
}

/** When the last call of a run that may have left did so, milliseconds since the epoch; undefined where none did. */
export function lastHitAt(run: Pick<Run, 'intents' | 'injectedAt' | 'armedAt'>): number | undefined {
  if (!mayHaveLeft(run)) return undefined;
  const begun = run.injectedAt ?? run.armedAt;
  const sent = run.intents.map(({ sentAt }) => sentAt ?? begun ?? 0);
  return begun === undefined ? undefined : Math.max(begun, ...sent);
}

/** Whether an undo is still owed. */
export function owesUndo(intent: Intent): boolean {
  return intent.undo !== undefined && mayBeInForce(intent) && !isSettled(intent.undoState);
}

/** What of a run was given up, if anything was. */
export function givenUp({ intents }: Pick<Run, 'intents'>): readonly Intent[] {
  return intents.filter(each => each.undoState === 'given-up');
}

const before: ReadonlySet<RunStateName> = new Set(['queued', 'admitted', 'targeting', 'limited', 'baseline', 'armed']);

/** Nothing harmful was written yet. */
export function isBeforeHarm(state: RunStateName): boolean {
  return before.has(state);
}
