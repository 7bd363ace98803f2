/** The table of open runs and their records: claimed by creation, changed by compare-and-set, one write in flight a run. */

import { sha256Hex } from '../base/ids.ts';
import type { Standing } from '../lifecycle/machine.ts';
import { readRecord, recordItems } from '../lifecycle/record.ts';
import type { Run } from '../lifecycle/run.ts';
import type { Variable } from '../nomad/types.ts';
import type { Spec } from '../spec/experiment.ts';
import { ask, deadline, note, takeoverWindowMs } from './core.ts';
import type { Core, FinishedRun, RunEntry } from './state.ts';
import type { Answer } from './types.ts';
import { spendRecordWrite } from './writes.ts';

export interface NewRun {
  readonly id: string;
  readonly namespace: string;
  readonly schedule: string;
  readonly spec: Spec;
  readonly tick: number;
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
    excluded: [],
    intents: [],
  };
  const entry = enter(
    core,
    { state: 'queued', run },
    undefined,
    Number.NEGATIVE_INFINITY,
    core.mono - (core.wall - start.tick),
  );
  write(core, entry);
}

function enter(
  core: Core,
  standing: Standing,
  written: RunEntry['written'],
  unsureUntil: number,
  dueAt: number,
): RunEntry {
  const entry: RunEntry = {
    id: standing.run.id,
    standing,
    written,
    writing: false,
    writeFailures: 0,
    ackedAt: Number.NEGATIVE_INFINITY,
    dueAt,
    unsureUntil,
    sending: new Map(),
    undoing: new Map(),
  };
  core.runs.set(entry.id, entry);
  core.dirtyRuns.add(entry.id);
  return entry;
}

/** States that are passed in one tick and never written by themselves. */
const unwritten = new Set(['admitted', 'targeting', 'limited', 'baseline', 'armed']);

/** What makes a standing worth a write: its state, and what people must see of it. */
function mark({ state, run }: Standing): string {
  return `${state} ${run.abort?.reason ?? ''} ${run.stuck === undefined ? '' : 'stuck'} ${run.intents.map(each => each.term ?? 0).join()}`;
}

/** The record holds the present standing. */
export function isAcked(entry: RunEntry): boolean {
  return entry.written !== undefined && mark(entry.written.standing) === mark(entry.standing);
}

/** Writes the record when it holds less than it must. */
export function persist(core: Core, entry: RunEntry): void {
  if (entry.writing || unwritten.has(entry.standing.state) || isAcked(entry)) return;
  write(core, entry);
}

function write(core: Core, entry: RunEntry): void {
  const { standing } = entry;
  entry.writing = true;
  spendRecordWrite(core);
  note(core, { type: 'write', kind: standing.state === 'queued' ? 'claim' : 'record' });
  const priority = standing.state === 'queued' ? 'claim' : standing.state === 'injecting' ? 'inject' : 'undo';
  const items = recordItems(standing, core.lease.term);
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
    core.dirtyRuns.add(entry.id);
  });
}

function written(core: Core, entry: RunEntry, standing: Standing, items: Record<string, string>, answer: Answer): void {
  const variable = answer.kind === 'ambiguous' ? undefined : (answer.value as Variable | undefined);
  const acked = (index: number) => {
    entry.written = { standing, index };
    entry.ackedAt = core.mono;
    entry.writeFailures = 0;
  };
  if (answer.kind === 'ok') acked(variable?.ModifyIndex ?? answer.index);
  else if (answer.kind === 'refused' && answer.reason === 'conflict') {
    const theirs = variable?.Items;
    // An earlier try of ours that was applied without an answer.
    if (theirs && theirs['body'] === items['body'] && theirs['term'] === items['term'])
      acked(variable?.ModifyIndex ?? 0);
    else rereadRecord(core, entry);
  } else {
    entry.writeFailures += 1;
    note(core, {
      type: answer.kind === 'refused' && answer.reason === 'denied' ? 'denied' : 'trouble',
      what: `write ${core.config.home}:${recordPath(core, entry.id)}`,
      message: answer.message,
    });
    entry.writing = true;
    deadline(core, 'rewrite', entry.id, Math.min(5_000, 100 * 2 ** Math.min(6, entry.writeFailures)));
  }
}

/** Tries a failed write again, with the standing of now. */
export function rewrite(core: Core, id: string): void {
  const entry = core.runs.get(id);
  if (entry === undefined) return;
  entry.writing = false;
  core.dirtyRuns.add(id);
  if (entry.written === undefined) write(core, entry);
}

/** Somebody else wrote our record: an earlier leader's late write. What it says counts. */
function rereadRecord(core: Core, entry: RunEntry): void {
  note(core, {
    type: 'trouble',
    what: `record ${entry.id}`,
    message: 'it was written by another controller meanwhile: read again',
  });
  core.runs.delete(entry.id);
  readRun(core, recordPath(core, entry.id), 0, () => undefined);
}

/** Reads one record into the table; `done` is told when it is in, or gone. */
export function readRun(core: Core, path: string, atLeast: number, done: () => void): void {
  const { term } = core.lease;
  ask(core, '-', 'claim', { op: 'read-variable', namespace: core.config.home, path }, answer => {
    if (core.lease.term !== term || core.lease.phase !== 'held') return;
    const variable = answer.kind === 'ok' ? (answer.value as Variable | undefined) : undefined;
    const old = answer.kind === 'ok' && Math.max(variable?.ModifyIndex ?? 0, answer.index) < atLeast;
    if (answer.kind !== 'ok' || old) {
      const message = answer.kind === 'ok' ? 'the answer is older than the list' : answer.message;
      note(core, {
        type: answer.kind === 'refused' && answer.reason === 'denied' ? 'denied' : 'trouble',
        what: `read ${core.config.home}:${path}`,
        message,
      });
      core.rereads.set(path, () => readRun(core, path, atLeast, done));
      deadline(core, 'reread', path, 500);
      return;
    }
    if (variable !== undefined) restore(core, path, variable);
    done();
  });
}

export function reread(core: Core, path: string): void {
  const again = core.rereads.get(path);
  core.rereads.delete(path);
  again?.();
}

function restore(core: Core, path: string, variable: Variable): void {
  const id = path.slice(recordPath(core, '').length);
  const record = readRecord(variable.Items ?? {});
  if (record.kind === 'undo-only') {
    const owed =
      record.lines.some(line => line.state === 'pending' || line.state === 'unreachable') && record.state !== 'done';
    core.finished.set(id, {
      id,
      namespace: '',
      schedule: '',
      tick: 0,
      doneAt: core.wall,
      jobs: [],
      unreadable: record,
    });
    if (owed)
      note(core, {
        type: 'stuck',
        run: id,
        namespace: '',
        fault: record.lines[0]?.fault ?? '',
        reason: `its record can't be read: ${record.why}`,
        byHand: `sirocco undo ${id}`,
      });
    return;
  }
  const { standing } = record;
  if (standing.state === 'done') {
    core.finished.set(id, finished(standing.run));
    return;
  }
  const run: Run = { ...standing.run, intents: standing.run.intents.map(intent => takenOver(intent)) };
  // States between the claim and the harm are not in records; a claim is taken up where it was.
  enter(
    core,
    { state: standing.state, run },
    { standing, index: variable.ModifyIndex },
    core.lease.acquiredAt + takeoverWindowMs,
    Number.NEGATIVE_INFINITY,
  );
}

/** What an earlier leader marked as sending may have been sent: only an observation decides now. */
function takenOver(intent: Run['intents'][number]): Run['intents'][number] {
  // Its undo may have left without a trace in the record.
  const undo = intent.undo === undefined ? {} : { undoneIndex: intent.undoneIndex ?? 0 };
  if (intent.state !== 'sending') return { ...intent, ...undo };
  return {
    ...intent,
    ...undo,
    state: 'unknown',
    message: 'the controller that was sending it was replaced before the answer was written',
  };
}

export function jobsOf(run: Run): readonly string[] {
  const jobs = run.intents.flatMap(({ target }) =>
    target.kind === 'allocation' ? [`${target.namespace}/${target.job}`] : [],
  );
  return [...new Set(jobs)];
}

export function finished(run: Run): FinishedRun {
  return {
    id: run.id,
    namespace: run.namespace,
    schedule: run.schedule,
    tick: run.tick,
    doneAt: run.doneAt ?? run.claimedAt,
    jobs: jobsOf(run),
    ...(run.injectedAt === undefined ? {} : { hitAt: run.injectedAt }),
    ...(run.verdict === undefined ? {} : { verdict: run.verdict }),
    ...(run.reason === undefined ? {} : { reason: run.reason }),
    ...(run.recoveryMs === undefined ? {} : { recoveryMs: run.recoveryMs }),
  };
}

/** Leadership ended: what is in memory is no longer ours to act on. */
export function dropRuns(core: Core): void {
  core.runs.clear();
  core.finished.clear();
  core.dirtyRuns.clear();
  core.rereads.clear();
}
