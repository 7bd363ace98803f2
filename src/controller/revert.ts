/** Putting back: in the reverse order of doing, from fresh reads, until it is proved, superseded, or shown to be stuck. */

import type { AnyFault } from '../faults/fault.ts';
import type { ReadCall } from '../lifecycle/effects.ts';
import { type Intent, mayBeInForce, owesUndo, targetName } from '../lifecycle/run.ts';
import { ask, holdsLease, lookAgain, note } from './core.ts';
import { setIntent, setRun } from './inject.ts';
import { freshRead } from './reads.ts';
import type { Core, RunEntry } from './state.ts';

/** An undo that takes longer than this is stuck, and said so. */
const stuckAfterMs = 60_000;
/** While an undone fault is watched for late writes, it is looked at this often. */
const watchEveryMs = 3_000;
const firstRetryMs = 250;
const longestRetryMs = 5_000;

/** Until when an intent that was undone must be looked at again; 0: not at all. Wall milliseconds. */
function watchedUntil(core: Core, entry: RunEntry, intent: Intent): number {
  if (intent.undo === undefined || !mayBeInForce(intent)) return 0;
  const takeover = entry.unsureUntil > core.mono ? core.wall + (entry.unsureUntil - core.mono) : 0;
  return Math.max(takeover, intent.watchUntil ?? 0);
}

/** Nothing is owed any more, and what might still be applied late was watched long enough. */
export function isReverted(core: Core, entry: RunEntry): boolean {
  if (entry.undoing.size > 0 && [...entry.undoing.values()].some(each => each.inFlight)) return false;
  return entry.standing.run.intents.every(each => !owesUndo(each) && watchedUntil(core, entry, each) <= core.wall);
}

/** One look at everything that is to be undone: the last done comes first. */
export function revert(core: Core, entry: RunEntry, fault: AnyFault): void {
  if (entry.standing.state !== 'reverting' || !holdsLease(core)) return;
  const { intents } = entry.standing.run;
  for (const intent of [...intents].reverse()) {
    if (intent.undo === undefined || !mayBeInForce(intent)) continue;
    const until = watchedUntil(core, entry, intent);
    if (owesUndo(intent) || until > core.wall) revertOne(core, entry, fault, intent);
    if (until > core.wall) lookAgain(core, entry.id, Math.min(watchEveryMs, until - core.wall + 1));
  }
  noteStuck(core, entry, fault);
}

function readOf(intent: Intent): ReadCall {
  const { target } = intent;
  return target.kind === 'node'
    ? { op: 'read-node', node: target.node }
    : { op: 'list-job-allocs', namespace: target.namespace, job: target.job };
}

function revertOne(core: Core, entry: RunEntry, fault: AnyFault, intent: Intent): void {
  let attempt = entry.undoing.get(intent.n);
  if (attempt === undefined) {
    attempt = { inFlight: false, failures: 0, notBefore: core.mono, freshAfter: core.mono };
    entry.undoing.set(intent.n, attempt);
  }
  if (attempt.inFlight) return;
  if (attempt.notBefore > core.mono) {
    lookAgain(core, entry.id, attempt.notBefore - core.mono);
    return;
  }
  const fresh = freshRead(core, readOf(intent), attempt.freshAfter, 'undo');
  if (fresh !== 'fresh') return;
  const decision = fault.undo?.(intent, core.view);
  if (decision === undefined) return;
  const { run } = entry.standing;
  const settle = (undoState: NonNullable<Intent['undoState']>, change: Partial<Intent>, message?: string) => {
    attempt.notBefore = core.mono + watchEveryMs;
    attempt.freshAfter = attempt.notBefore;
    if (intent.undoState === undoState) return;
    setIntent(entry, intent.n, { undoState, ...change, ...(message === undefined ? {} : { undoMessage: message }) });
    if (undoState === 'pending') return;
    const latencyMs = core.wall - (run.revertingAt ?? core.wall);
    note(core, {
      type: 'undo',
      run: run.id,
      namespace: run.namespace,
      fault: run.fault,
      target: targetName(intent.target),
      outcome: undoState,
      latencyMs,
      ...(message === undefined ? {} : { message }),
    });
  };
  if (decision.kind === 'undone') settle('undone', { after: decision.after });
  else if (decision.kind === 'superseded') settle('superseded', { after: decision.after }, decision.why);
  else if (decision.kind === 'unreachable') {
    settle('unreachable', {}, decision.why);
    lookAgain(core, entry.id, watchEveryMs);
  } else {
    // Found in force again, by a call that was applied late: it is owed anew.
    if (intent.undoState === 'undone' || intent.undoState === 'superseded') {
      setIntent(entry, intent.n, { undoState: 'pending' });
    }
    attempt.inFlight = true;
    ask(core, entry.id, 'undo', decision.call, answer => {
      if (core.runs.get(entry.id) !== entry) return;
      attempt.inFlight = false;
      attempt.freshAfter = core.mono;
      core.dirtyRuns.add(entry.id);
      if (answer.kind === 'ok') {
        attempt.failures = 0;
        attempt.notBefore = core.mono;
        setIntent(entry, intent.n, { undoneIndex: Math.max(answer.index, intent.undoneIndex ?? 0) });
        return;
      }
      // It may have been applied all the same: what is then found undone was undone by us.
      if (answer.kind === 'ambiguous') setIntent(entry, intent.n, { undoneIndex: intent.undoneIndex ?? 0 });
      attempt.failures += 1;
      attempt.notBefore = core.mono + Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(6, attempt.failures - 1));
      const { namespace, id, fault: name } = entry.standing.run;
      note(core, {
        type: 'undo',
        run: id,
        namespace,
        fault: name,
        target: targetName(intent.target),
        outcome: 'retry',
        latencyMs: 0,
        message: answer.message,
      });
    });
  }
}

/** Says that an undo is overdue, and takes it back when it was done after all. */
function noteStuck(core: Core, entry: RunEntry, fault: AnyFault): void {
  const { run } = entry.standing;
  const owed = run.intents.filter(owesUndo);
  if (owed.length === 0) {
    if (run.stuck !== undefined) {
      const { stuck: _, ...rest } = run;
      entry.standing = { state: entry.standing.state, run: rest };
    }
    return;
  }
  const overdue = (run.revertingAt ?? core.wall) + stuckAfterMs;
  if (run.stuck !== undefined) return;
  if (core.wall < overdue) {
    lookAgain(core, entry.id, Math.min(watchEveryMs, overdue - core.wall + 1));
    return;
  }
  const first = owed[0];
  const reason = first?.undoMessage ?? first?.message ?? 'its undo was not confirmed';
  setRun(entry, { stuck: { since: core.wall, reason } });
  const byHand = owed.map(each => fault.byHand(each.target)).join('; ');
  note(core, { type: 'stuck', run: run.id, namespace: run.namespace, fault: run.fault, reason, byHand });
}
