/** Putting back: in the reverse order of doing, from fresh reads, until it is proved, superseded, or shown to be stuck. */

import type { UndoDecision } from '../faults/fault.ts';
import type { FaultCall } from '../lifecycle/effects.ts';
import { faultOf, holdUntil, type Intent, mayBeInForce, orderOf, owesUndo, stageOf } from '../lifecycle/run.ts';
import { targetName } from '../lifecycle/target.ts';
import { ask, holdsLease, lateWriteMs, lookAgain, note } from './core.ts';
import { setIntent, setRun } from './entry.ts';
import { freshRead, looksOf, worst } from './reads.ts';
import type { RunEntry, UndoTry } from './run-entry.ts';
import type { Core } from './state.ts';
import { faultIn } from './steps.ts';

/** An undo that takes longer than this is stuck, and said so. */
export const stuckAfterMs = 60_000;
/** While an undone fault is watched for late writes, it is looked at this often. */
const watchEveryMs = 3_000;
const firstRetryMs = 250;
const longestRetryMs = 5_000;

/** Until when an intent that was undone must be looked at again (monotonic). */
function watchedUntil(core: Core, entry: RunEntry, intent: Intent): number {
  // What is gone can't be hit by a late call.
  const isOut = !mayBeInForce(intent) || intent.undoState === 'given-up';
  if (intent.undo === undefined || isOut) return Number.NEGATIVE_INFINITY;
  return Math.max(entry.unsureUntil, watchEnd(core, entry, intent));
}

/** The end of the watch for a late call: a wall clock that is set anew makes it neither longer nor shorter. */
function watchEnd(core: Core, entry: RunEntry, { n, watchUntil }: Intent): number {
  if (watchUntil === undefined) return Number.NEGATIVE_INFINITY;
  const known = entry.watches.get(n);
  if (known?.until === watchUntil) return known.end;
  const end = core.mono + Math.min(Math.max(0, watchUntil - core.wall), lateWriteMs);
  entry.watches.set(n, { until: watchUntil, end });
  return end;
}

/** Nothing is owed any more, and what might still be applied late was watched long enough. */
export function isReverted(core: Core, entry: RunEntry): boolean {
  if (entry.undoing.size > 0 && [...entry.undoing.values()].some(each => each.inFlight)) return false;
  return entry.standing.run.intents.every(each => !owesUndo(each) && watchedUntil(core, entry, each) <= core.mono);
}

/** One look at everything that is to be undone: the last done comes first. */
export function revert(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  if ((state !== 'reverting' && state !== 'holding') || !holdsLease(core)) return;
  // Of a run that goes on, what was in force as long as it was to be.
  const intents = state === 'reverting' ? run.intents : run.intents.filter(each => isHeld(core, entry, each));
  // What was done after something else is undone, and proved to be, before that.
  const turn = Math.max(...intents.filter(owesUndo).map(orderOf));
  for (const intent of [...intents].reverse()) {
    if (intent.undo === undefined || !mayBeInForce(intent)) continue;
    const until = watchedUntil(core, entry, intent);
    const isDue = owesUndo(intent) ? orderOf(intent) === turn : until > core.mono;
    if (isDue) revertOne(core, entry, intent);
    if (until > core.mono) lookAgain(core, entry.id, Math.min(watchEveryMs, until - core.mono + 1));
  }
  noteStuck(core, entry, intents);
}

/** Whether an intent's time is over, by either clock, in a run that is still held. */
function isHeld(core: Core, entry: RunEntry, intent: Intent): boolean {
  const { run } = entry.standing;
  if (stageOf(intent) < (run.stage ?? 0)) return true;
  const endsAt = entry.holdEnds.get(intent.n);
  return endsAt !== undefined && (core.mono >= endsAt || core.wall >= holdUntil(run, intent));
}

/** Looks at one intent, and does what its fault says: all of it from reads that were sent after the last try ended. */
function revertOne(core: Core, entry: RunEntry, intent: Intent): void {
  const fault = faultIn(core.catalog, entry.standing.run, intent);
  if (fault === undefined) return;
  let attempt = entry.undoing.get(intent.n);
  if (attempt === undefined) {
    attempt = { inFlight: false, failures: 0, since: core.mono, notBefore: core.mono, freshAfter: core.mono };
    entry.undoing.set(intent.n, attempt);
  }
  if (attempt.inFlight) return;
  if (attempt.notBefore > core.mono) {
    lookAgain(core, entry.id, attempt.notBefore - core.mono);
    return;
  }
  const since = attempt.freshAfter;
  const reads = looksOf(fault, intent.target).map(call => freshRead(core, call, since, 'undo'));
  if (worst(reads) !== 'fresh') return;
  const decision = fault.undo?.(intent, core.view, entry.id);
  switch (decision?.kind) {
    case undefined:
      return;
    case 'undone':
    case 'superseded':
    case 'unreachable':
      settle(core, { entry, intent, attempt }, decision);
      if (decision.kind === 'unreachable') lookAgain(core, entry.id, watchEveryMs);
      return;
    case 'call':
      owedAnew(core, { entry, intent, attempt });
      attempt.inFlight = true;
      undoCall(core, { entry, intent, attempt }, decision.call);
      return;
    case 'read-then':
      owedAnew(core, { entry, intent, attempt });
      attempt.inFlight = true;
      readThenUndo(core, { entry, intent, attempt }, decision);
  }
}

interface Undoing {
  readonly entry: RunEntry;
  readonly intent: Intent;
  readonly attempt: UndoTry;
}

/** Found in force again, by a call that was applied late. */
function owedAnew(core: Core, { entry, intent: { n, undoState }, attempt }: Undoing): void {
  if (undoState !== 'undone' && undoState !== 'superseded') return;
  attempt.since = core.mono;
  setIntent(entry, n, { undoState: 'pending' });
}

function settle(
  core: Core,
  { entry, intent, attempt }: Undoing,
  decision: Exclude<UndoDecision, { kind: 'call' | 'read-then' }>,
): void {
  attempt.notBefore = core.mono + watchEveryMs;
  attempt.freshAfter = attempt.notBefore;
  if (intent.undoState === decision.kind) return;
  const message = 'why' in decision ? { undoMessage: decision.why } : {};
  const after = 'after' in decision ? { after: decision.after } : {};
  const at = 'at' in decision && decision.at !== undefined ? { undoneAt: decision.at } : {};
  setIntent(entry, intent.n, { undoState: decision.kind, ...after, ...at, ...message });
  // What was done before it may be undone now.
  core.dirtyRuns.add(entry.id);
  const latencyMs = core.mono - attempt.since;
  tell(core, entry, intent, { outcome: decision.kind, latencyMs, message: message.undoMessage });
}

function tell(
  core: Core,
  { standing: { run } }: RunEntry,
  intent: Intent,
  {
    outcome,
    latencyMs,
    message,
  }: {
    readonly outcome: 'undone' | 'superseded' | 'unreachable' | 'retry';
    readonly latencyMs: number;
    readonly message: string | undefined;
  },
): void {
  note(core, {
    type: 'undo',
    run: run.id,
    namespace: run.namespace,
    fault: faultOf(run, intent),
    target: targetName(intent.target),
    outcome,
    latencyMs,
    ...(message === undefined ? {} : { message }),
  });
}

/** Makes the call of an object as it is now. */
function readThenUndo(core: Core, undoing: Undoing, decision: Extract<UndoDecision, { kind: 'read-then' }>): void {
  const { entry } = undoing;
  ask(core, entry.id, 'undo', decision.read, answer => {
    if (core.runs.get(entry.id) !== entry) return;
    const made = answer.kind === 'ok' ? decision.make(answer.value) : { why: answer.message };
    if ('why' in made) failed(core, undoing, made.why);
    else undoCall(core, undoing, made);
  });
}

function undoCall(core: Core, undoing: Undoing, call: FaultCall): void {
  const { entry, intent, attempt } = undoing;
  ask(core, entry.id, 'undo', call, answer => {
    if (core.runs.get(entry.id) !== entry) return;
    if (answer.kind === 'ok') {
      attempt.inFlight = false;
      attempt.freshAfter = core.mono;
      attempt.failures = 0;
      attempt.notBefore = core.mono;
      setIntent(entry, intent.n, { undoneIndex: Math.max(answer.index, intent.undoneIndex ?? 0) });
      core.dirtyRuns.add(entry.id);
      return;
    }
    // It may have been applied all the same: what is then found undone was undone by us.
    if (answer.kind === 'ambiguous') setIntent(entry, intent.n, { undoneIndex: intent.undoneIndex ?? 0 });
    failed(core, undoing, answer.message);
  });
}

/** Tries again after a while that doubles. */
function failed(core: Core, { entry, intent, attempt }: Undoing, message: string): void {
  attempt.inFlight = false;
  attempt.freshAfter = core.mono;
  attempt.failures += 1;
  attempt.notBefore = core.mono + Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(6, attempt.failures - 1));
  core.dirtyRuns.add(entry.id);
  tell(core, entry, intent, { outcome: 'retry', latencyMs: 0, message });
}

/** Says that an undo is overdue, and takes it back when it was done after all. */
function noteStuck(core: Core, entry: RunEntry, due: readonly Intent[]): void {
  const { run, state } = entry.standing;
  const isOwed = new Set(due.filter(owesUndo).map(({ n }) => n));
  const owed = run.intents.filter(({ n }) => isOwed.has(n));
  if (owed.length === 0) {
    if (run.stuck !== undefined) {
      const { stuck: _, ...rest } = run;
      entry.standing = { state: entry.standing.state, run: rest };
    }
    return;
  }
  const begun = Math.min(...owed.map(({ n }) => entry.undoing.get(n)?.since ?? core.mono));
  const overdue = state === 'reverting' ? entry.endsAt : begun + stuckAfterMs;
  if (run.stuck !== undefined) return;
  if (core.mono < overdue) {
    lookAgain(core, entry.id, Math.min(watchEveryMs, overdue - core.mono + 1));
    return;
  }
  const first = owed[0];
  const reason = first?.undoMessage ?? first?.message ?? 'its undo was not confirmed';
  setRun(entry, { stuck: { since: core.wall, reason } });
  // The last one done is the first to be undone.
  const byHand = owed
    .toReversed()
    .map(each => faultIn(core.catalog, run, each)?.byHand(each.target, each.undo) ?? '')
    .join('; ');
  const fault = first === undefined ? run.fault : faultOf(run, first);
  note(core, { type: 'stuck', run: run.id, namespace: run.namespace, fault, reason, byHand });
}
