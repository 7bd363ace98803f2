/** The table of open runs and their records: claimed by creation, changed by compare-and-set, one write in flight a run. */

import { sha256Hex } from '../base/ids.ts';
import type { Standing } from '../lifecycle/machine.ts';
import { readRecord, recordItems } from '../lifecycle/record.ts';
import { lastHitAt, type Run } from '../lifecycle/run.ts';
import { slimmest, slimRun } from '../lifecycle/slim.ts';
import { jobOf } from '../lifecycle/target.ts';
import type { Variable } from '../nomad/types.ts';
import type { Spec } from '../spec/experiment.ts';
import { ask, deadline, note, recordWritten } from './core.ts';
import { foreignItems } from './foreign.ts';
import { mark, seenOf } from './record-mark.ts';
import type { FinishedRun, RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import type { Answer } from './types.ts';
import { spendRecordWrite } from './writes.ts';

export interface NewRun {
  readonly id: string;
  readonly namespace: string;
  readonly schedule: string;
  readonly spec: Spec;
  readonly tick: number;
  readonly request?: Run['request'];
}

export function recordPath(core: Core, run: string): string {
  return `${core.config.prefix}/runs/${run}`;
}

/** The seed of a run that gives none: every leader draws the same from the run's id. */
function drawnSeed(id: string): string {
  return sha256Hex(id).slice(0, 16);
}

/** Claims a tick: the record's creation is the claim. */
export function startRun(core: Core, start: NewRun): void {
  const { experiment, schedule, hash } = start.spec;
  const fault = experiment.method[0]?.fault ?? '';
  const run: Run = {
    id: start.id,
    namespace: start.namespace,
    schedule: start.schedule,
    specHash: hash,
    tick: start.tick,
    fault,
    seed: experiment.target.pick.seed ?? drawnSeed(start.id),
    experiment,
    startDeadline: start.tick + schedule.startDeadlineMs,
    claimedAt: core.wall,
    ...(start.request === undefined ? {} : { request: start.request }),
    excluded: [],
    intents: [],
  };
  const entry = enter(core, { standing: { state: 'queued', run }, dueAt: core.mono - (core.wall - start.tick) });
  if (!claimsLate(core, entry)) write(core, entry);
}

/** Whether the claim waits for the choice: where a tick that finds nothing is to leave no record. */
export function claimsLate(core: Core, { standing: { run }, written, writing }: RunEntry): boolean {
  const isOfTick = run.request === undefined && core.config.only === undefined;
  return isOfTick && run.experiment.target.ifEmpty === 'skip' && written === undefined && !writing;
}

export interface Entering {
  readonly standing: Standing;
  readonly written?: RunEntry['written'];
  readonly claimIndex?: number;
  readonly unsureUntil?: number;
  readonly dueAt?: number;
  readonly foreign?: RunEntry['foreign'];
}

/** Puts a run into the table, to be looked at. */
export function enter(core: Core, entering: Entering): RunEntry {
  const { standing, unsureUntil = Number.NEGATIVE_INFINITY, dueAt = Number.NEGATIVE_INFINITY } = entering;
  const entry: RunEntry = {
    id: standing.run.id,
    standing,
    written: entering.written,
    claimIndex: entering.claimIndex,
    foreign: entering.foreign,
    chosenIn: -1,
    judgedIn: -1,
    unfenced: entering.written !== undefined,
    writing: false,
    writeFailures: 0,
    claimRefused: undefined,
    slim: 0,
    unwritable: undefined,
    someWritten: false,
    endsAt: Number.POSITIVE_INFINITY,
    endsOf: '',
    enteredAt: core.mono,
    holdEnds: new Map(),
    probing: new Map(),
    enteredTableAt: core.mono,
    claimedFor: Math.max(0, core.wall - standing.run.claimedAt),
    stageOverAt: undefined,
    ackedAt: Number.NEGATIVE_INFINITY,
    dueAt,
    unsureUntil,
    sending: new Map(),
    undoing: new Map(),
    goneNotBefore: Number.NEGATIVE_INFINITY,
    firstSent: new Map(),
    watches: new Map(),
    wholeSince: undefined,
  };
  core.runs.set(entry.id, entry);
  core.dirtyRuns.add(entry.id);
  return entry;
}

/** States that are passed in one tick and never written by themselves. */
const unwritten = new Set(['admitted', 'targeting', 'limited', 'baseline', 'armed']);

/** The record holds the present standing. */
export function isAcked(entry: RunEntry): boolean {
  return entry.written !== undefined && !entry.unfenced && mark(entry.written.standing) === mark(entry.standing);
}

/** So long all effects of a stage are waited for, until those that were seen are written without the others. */
const seenTogetherMs = 10_000;

/** Whether some effects were seen long ago and are not on record, since others are still to be seen: at most once a run. */
function owesSome(core: Core, entry: RunEntry): boolean {
  if (entry.someWritten || entry.written === undefined || core.mono < entry.enteredAt + seenTogetherMs) return false;
  return seenOf(entry.written.standing).seen < seenOf(entry.standing).seen;
}

/** Writes the record when it holds less than it must. */
export function persist(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  const isUnwritten = unwritten.has(state) && !(state === 'limited' && run.waiting !== undefined);
  if (entry.writing || isUnwritten) return;
  const isHeld = isAcked(entry);
  if (isHeld && !owesSome(core, entry)) return;
  if (isHeld) entry.someWritten = true;
  write(core, entry);
}

function write(core: Core, entry: RunEntry): void {
  const { standing } = entry;
  entry.writing = true;
  spendRecordWrite(core);
  note(core, { type: 'write', kind: standing.state === 'queued' ? 'claim' : 'record' });
  const priority = standing.state === 'queued' ? 'claim' : standing.state === 'injecting' ? 'inject' : 'undo';
  const items =
    entry.foreign === undefined
      ? recordItems({ ...standing, run: slimRun(standing.run, entry.slim) }, core.lease.term)
      : foreignItems(entry.foreign, standing.run);
  const call = {
    op: 'write-variable',
    namespace: core.config.home,
    path: recordPath(core, entry.id),
    items,
    cas: entry.written?.index ?? 0,
  } as const;
  ask(core, entry.id, priority, call, answer => {
    if (core.runs.get(entry.id) !== entry) return;
    entry.writing = false;
    written(core, entry, standing, items, answer);
    recordWritten(core, entry.id);
    core.dirtyRuns.add(entry.id);
  });
}

function written(core: Core, entry: RunEntry, standing: Standing, items: Record<string, string>, answer: Answer): void {
  const variable = answer.kind === 'ambiguous' ? undefined : (answer.value as Variable | undefined);
  const acked = (index: number, held = standing) => {
    entry.written = { standing: held, index };
    entry.claimIndex ??= variable?.CreateIndex ?? index;
    entry.unfenced = false;
    entry.ackedAt = core.mono;
    entry.writeFailures = 0;
    if (entry.unwritable === undefined) return;
    entry.unwritable = undefined;
    tellAnew(core, entry);
  };
  if (answer.kind === 'ok') acked(variable?.ModifyIndex ?? answer.index);
  else if (answer.kind === 'refused' && answer.reason === 'conflict') {
    const theirs = variable?.Items;
    const index = variable?.ModifyIndex ?? 0;
    // In one term nobody but us writes it: then this is an earlier try of ours that was applied without an answer.
    const ours = theirs != null && theirs['term'] === items['term'];
    const held = ours ? readRecord(theirs) : undefined;
    if (ours && theirs['body'] === items['body']) acked(index);
    else if (held?.kind === 'run') acked(index, held.standing);
    else core.reread(core, entry.id, index);
  } else {
    entry.writeFailures += 1;
    note(core, {
      type: answer.kind === 'refused' && answer.reason === 'denied' ? 'denied' : 'trouble',
      what: `write ${core.config.home}:${recordPath(core, entry.id)}`,
      message: answer.message,
    });
    if (answer.kind === 'refused' && answer.reason === 'invalid' && entry.written === undefined) {
      entry.claimRefused = answer.message;
      return;
    }
    const isInvalid = answer.kind === 'refused' && answer.reason === 'invalid';
    const waitMs = isInvalid ? leaveOut(core, entry, answer.message) : 100 * 2 ** Math.min(6, entry.writeFailures);
    entry.writing = true;
    deadline(core, 'rewrite', entry.id, isInvalid ? waitMs : Math.min(5_000, waitMs));
  }
}

const refusedRetryMs = 30_000;

/** What is refused would be refused again: more is left out of it. Answers when it is tried again, in milliseconds. */
function leaveOut(core: Core, entry: RunEntry, message: string): number {
  if (entry.foreign === undefined && entry.slim < slimmest) {
    entry.slim += 1;
    return 0;
  }
  if (entry.unwritable === undefined) {
    const { namespace, fault } = entry.standing.run;
    entry.unwritable = `its record can't be written: ${message}`;
    noteStuckRecord(core, { run: entry.id, namespace, fault, reason: entry.unwritable });
    tellAnew(core, entry);
  }
  return refusedRetryMs;
}

/** Says that a record keeps its run from its end, or everything new from its beginning. */
export function noteStuckRecord(
  core: Core,
  about: { readonly run: string; readonly namespace: string; readonly fault: string; readonly reason: string },
): void {
  const byHand = `nomad var get -namespace ${core.config.home} ${recordPath(core, about.run)}`;
  note(core, { type: 'stuck', ...about, byHand });
}

/** Whoever asked for the run, and its schedule, are told what became of it. */
function tellAnew(core: Core, { standing: { run } }: RunEntry): void {
  core.dirtySpecs.add(`${run.namespace}/${run.schedule}`);
  core.requestRunChanged(core, run);
}

/** Tries a failed write again, with the standing of now. */
export function rewrite(core: Core, id: string): void {
  const entry = core.runs.get(id);
  if (entry === undefined) return;
  entry.writing = false;
  core.dirtyRuns.add(id);
  if (entry.written === undefined) write(core, entry);
}

export function jobsOf(run: Run): readonly string[] {
  const jobs = run.intents.flatMap(({ target }) => {
    const job = jobOf(target);
    return job === undefined ? [] : [`${job.namespace}/${job.job}`];
  });
  return [...new Set(jobs)];
}

export function finished(run: Run): FinishedRun {
  const hitAt = lastHitAt(run);
  return {
    id: run.id,
    namespace: run.namespace,
    schedule: run.schedule,
    tick: run.tick,
    doneAt: run.doneAt ?? run.claimedAt,
    jobs: jobsOf(run),
    ...(hitAt === undefined ? {} : { hitAt }),
    ...(run.verdict === undefined ? {} : { verdict: run.verdict }),
    ...(run.reason === undefined ? {} : { reason: run.reason }),
    ...(run.message === undefined ? {} : { message: run.message }),
    ...(run.request === undefined ? {} : { request: run.request }),
    ...(run.recoveryMs === undefined ? {} : { recoveryMs: run.recoveryMs }),
  };
}

/** Leadership ended: what is in memory is no longer ours to act on. */
export function dropRuns(core: Core): void {
  core.runs.clear();
  core.finished.clear();
  core.dirtyRuns.clear();
  core.rereads.clear();
  core.unread.clear();
}
