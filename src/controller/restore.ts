/** Records into runs: at a takeover, and when somebody else wrote one. */

import { type ReadRecord, readRecord } from '../lifecycle/record.ts';
import type { Intent, Run } from '../lifecycle/run.ts';
import type { Variable } from '../nomad/types.ts';
import { ask, deadline, lateUntil, note, takeoverWindowMs } from './core.ts';
import { foreignRun } from './foreign.ts';
import { resumedSamples } from './probing.ts';
import { enter, finished, noteStuckRecord, recordPath } from './runs.ts';
import { runChanged } from './specs.ts';
import type { Core } from './state.ts';

/** Somebody else wrote our record: an earlier leader's late write. What it says counts. */
export function rereadRun(core: Core, id: string, atLeast: number): void {
  note(core, {
    type: 'trouble',
    what: `record ${id}`,
    message: 'it was written by another controller meanwhile: read again',
  });
  const entry = core.runs.get(id);
  // What is held of it counts until the record is read: nothing of it may be forgotten meanwhile.
  if (entry !== undefined) entry.writing = true;
  readRun(core, recordPath(core, id), atLeast, () => undefined);
}

/** So long the records are waited for; after it, what was read is undone though some can't be. */
export const unreadMs = 10_000;
const firstRereadMs = 500;
const laterRereadMs = 5_000;

/** Reads one record into the table; `done` is told when it is in, or gone. `since`: the first try. */
export function readRun(core: Core, path: string, atLeast: number, done: () => void, since = core.mono): void {
  const { term } = core.lease;
  const id = path.slice(recordPath(core, '').length);
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
      const unread = core.unread.get(id);
      if (unread !== undefined) unread.message = message;
      const isLate = core.mono - since >= unreadMs;
      if (isLate) heldUnread(core, id, message);
      core.rereads.set(path, () => readRun(core, path, atLeast, done, since));
      deadline(core, 'reread', path, isLate ? laterRereadMs : firstRereadMs);
      return;
    }
    core.unread.delete(id);
    if (variable !== undefined) restore(core, path, variable);
    else recreate(core, id);
    done();
  });
}

/** The record of a run that is held was changed by somebody, and can't be read: its run goes on, and can't end. */
function heldUnread(core: Core, id: string, message: string): void {
  const entry = core.runs.get(id);
  if (entry === undefined || entry.unwritable !== undefined) return;
  entry.unwritable = `its record can't be read: ${message}`;
  const { namespace, fault } = entry.standing.run;
  noteStuckRecord(core, { run: id, namespace, fault, reason: entry.unwritable });
  runChanged(core, entry.standing.run);
}

/** The record of a run that is held was deleted: it is written anew, since its undo is still owed. */
function recreate(core: Core, id: string): void {
  const entry = core.runs.get(id);
  if (entry === undefined) return;
  note(core, {
    type: 'trouble',
    what: `record ${id}`,
    message: 'somebody deleted it while its run was open: written anew',
  });
  entry.writing = false;
  entry.unfenced = true;
  if (entry.written !== undefined) entry.written = { ...entry.written, index: 0 };
  core.dirtyRuns.add(id);
}

export function reread(core: Core, path: string): void {
  const again = core.rereads.get(path);
  core.rereads.delete(path);
  again?.();
}

function restore(core: Core, path: string, variable: Variable): void {
  const id = path.slice(recordPath(core, '').length);
  const items = variable.Items ?? {};
  const record = readRecord(items);
  const unsureUntil = core.lease.acquiredAt + takeoverWindowMs;
  if (record.kind === 'undo-only') {
    const { ModifyIndex: index, CreateIndex: claimIndex } = variable;
    restoreForeign(core, id, record, { items, index, claimIndex, unsureUntil });
    return;
  }
  const { standing } = record;
  if (standing.state === 'done') {
    core.runs.delete(id);
    core.finished.set(id, finished(standing.run));
    runChanged(core, standing.run);
    return;
  }
  const samples = resumedSamples(standing.run.samples);
  const run: Run = {
    ...standing.run,
    ...(samples === undefined ? {} : { samples }),
    intents: standing.run.intents.map(intent => takenOver(core, intent)),
  };
  // States between the claim and the harm are not in records; a claim is taken up where it was.
  enter(core, {
    standing: { state: standing.state, run },
    written: { standing, index: variable.ModifyIndex },
    claimIndex: variable.CreateIndex,
    unsureUntil,
  });
}

/** A record of a newer release, or a damaged one: what it owes is undone; nothing else of it is touched. */
function restoreForeign(
  core: Core,
  id: string,
  record: Extract<ReadRecord, { kind: 'undo-only' }>,
  at: {
    readonly items: Readonly<Record<string, string>>;
    readonly index: number;
    readonly claimIndex: number;
    readonly unsureUntil: number;
  },
): void {
  const foreign = { items: at.items, lines: record.lines };
  const run = foreignRun(core, id, foreign);
  if (run === undefined || record.state === 'done') {
    const unreadable = record.damaged > 0 && record.state !== 'done';
    if (unreadable)
      noteStuckRecord(core, { run: id, namespace: '', fault: '', reason: `its record is damaged: ${record.why}` });
    core.runs.delete(id);
    core.finished.set(id, {
      id,
      namespace: '',
      schedule: '',
      tick: 0,
      doneAt: core.wall,
      jobs: [],
      ...(unreadable ? { unreadable: record } : {}),
    });
    return;
  }
  note(core, { type: 'trouble', what: `record ${id}`, message: `it can only be undone: ${record.why}` });
  const standing = { state: 'reverting' as const, run };
  const { index, claimIndex, unsureUntil } = at;
  enter(core, { standing, written: { standing, index }, claimIndex, unsureUntil, foreign });
}

/** What an earlier leader marked as sending may have been sent: only an observation decides now. */
function takenOver(core: Core, intent: Intent): Intent {
  // Its undo may have left without a trace in the record.
  const undo = intent.undo === undefined ? {} : { undoneIndex: intent.undoneIndex ?? 0 };
  const late = intent.state === 'unknown' || intent.state === 'sending' ? lateUntil(core, intent) : {};
  if (intent.state !== 'sending') return { ...intent, ...undo, ...late };
  return {
    ...intent,
    ...undo,
    ...late,
    state: 'unknown',
    inherited: true,
    message: 'the controller that was sending it was replaced before the answer was written',
  };
}
