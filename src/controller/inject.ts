/** From written intents to calls and their answers, and what of their effects can be seen. */

import { faultOf, type Intent, isBeforeHarm, orderOf, presentIntents, type Run } from '../lifecycle/run.ts';
import { targetName } from '../lifecycle/target.ts';
import { abortOf } from './abort.ts';
import { haltsUnread } from './control.ts';
import { allRunsDirty, ask, deadline, freshMs, holdsLease, lateUntil, leaseEnd, lookAgain, note } from './core.ts';
import { setIntent, setRun } from './entry.ts';
import { missingTargets } from './questions.ts';
import { type Freshness, worst } from './reads.ts';
import type { RunEntry } from './run-entry.ts';
import { isAcked } from './runs.ts';
import type { Core } from './state.ts';
import { byFault, faultIn } from './steps.ts';
import { targetFreshness } from './target-reads.ts';
import type { Answer } from './types.ts';

/** A repeatable call that stays unanswered is repeated this often, and given up (as unknown) after so long. */
const repeatMs = 500;
const repeatForMs = 30_000;
/** Calls of one run on their way at once: those behind them are asked about again before they leave. */
const atOnce = 8;
/** From armed to the send, at most: what was judged is too old then, however late the write was acknowledged. */
const armedForMs = 10_000;

/** Sends what is written as sending and was not sent, all in this tick, after a last look at everything it rests on. */
export function send(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  if (state !== 'injecting' || !isAcked(entry) || entry.writing) return;
  const turn = Math.min(...run.intents.filter(each => each.state === 'sending').map(orderOf));
  const unsent = run.intents.filter(
    each =>
      each.state === 'sending' && each.sentAt === undefined && !entry.sending.has(each.n) && orderOf(each) === turn,
  );
  if (unsent.length === 0) return;
  const fresh = freshness(core, run, unsent);
  const why = undone(run, turn) ?? withhold(core, entry, unsent) ?? tooOld(core, entry) ?? unreadable(fresh);
  if (why === undefined && fresh === 'waiting') {
    // Events that were lost in between: it is read once more, and sent as long as the intent is not too old.
    lookAgain(core, entry.id, entry.ackedAt + freshMs + 1 - core.mono);
    return;
  }
  for (const intent of unsent) {
    if (why !== undefined) withheld(core, entry, intent, why);
    else if (entry.sending.size < atOnce) sendOne(core, entry, intent, entry.ackedAt + freshMs);
  }
}

/** Why what comes later in the order can't follow: something before it was not done. */
function undone(run: Run, turn: number): string | undefined {
  const before = presentIntents(run).find(
    each => orderOf(each) < turn && each.state !== 'done' && each.state !== 'planned',
  );
  return before === undefined ? undefined : `what comes before it was not done: ${before.message ?? before.state}`;
}

/** Why nothing may leave now: lease, halt, abort, targets; undefined when all is well. */
function withhold(core: Core, entry: RunEntry, leaving: readonly Intent[]): string | undefined {
  const { run } = entry.standing;
  if (!holdsLease(core)) return 'the lease ended before the call could leave';
  if (leaving.some(each => each.term !== core.lease.term)) return 'another term wrote this intent';
  const abort = abortOf(core, run);
  if (abort !== undefined) return abort.message;
  if (core.stop !== undefined) return 'the controller is stopping';
  // Those that were hit already are no longer as they were chosen.
  return missingTargets(core, run, leaving);
}

/** Why what was judged when the intent was armed can't be relied on any more. */
function tooOld(core: Core, entry: RunEntry): string | undefined {
  const { run } = entry.standing;
  if (core.mono - entry.ackedAt > freshMs) return 'the acknowledged intent is older than 5s';
  const armedAt = run.stage === undefined ? run.armedAt : run.stageAt;
  // A wall clock that was set back tells of no time.
  if (Math.max(core.wall - (armedAt ?? core.wall), core.mono - entry.enteredAt) > armedForMs)
    return 'it was armed more than 10s ago';
  return undefined;
}

/** Whether the targets and the absence of a halt were read within 5s. */
function freshness(core: Core, run: Run, leaving: readonly Intent[]): Freshness {
  const faults = byFault(core.catalog, run, leaving).keys();
  return worst([
    unreadHalt(core, run) === undefined ? 'fresh' : 'waiting',
    ...[...faults].map(fault => targetFreshness(core, run, fault)),
  ]);
}

function unreadHalt(core: Core, run: Run): string | undefined {
  return haltsUnread(core, run.namespace).length === 0 ? undefined : 'the absence of a halt was not read within 5s';
}

function unreadable(fresh: Freshness): string | undefined {
  return typeof fresh === 'object' ? `the targets could not be read: ${fresh.message}` : undefined;
}

function withheld(core: Core, entry: RunEntry, intent: Intent, message: string): void {
  const { run } = entry.standing;
  setIntent(entry, intent.n, { state: 'withheld', message });
  note(core, {
    type: 'injection',
    run: run.id,
    namespace: run.namespace,
    fault: faultOf(run, intent),
    target: targetName(intent.target),
    outcome: 'withheld',
    latencyMs: 0,
    message,
  });
}

function sendOne(core: Core, entry: RunEntry, intent: Intent, atMost: number): void {
  const notAfter = Math.min(leaseEnd(core), atMost);
  const first = intent.sentAt === undefined;
  const at = core.mono;
  entry.sending.set(intent.n, { notAfter });
  if (first) {
    entry.firstSent.set(intent.n, at);
    setIntent(entry, intent.n, { sentAt: core.wall });
    if (entry.standing.run.injectedAt === undefined) setRun(entry, { injectedAt: core.wall });
  }
  ask(
    core,
    entry.id,
    'inject',
    intent.call,
    (answer, sentAt) => {
      if (core.runs.get(entry.id) !== entry) return;
      entry.sending.delete(intent.n);
      answered(core, entry, intent.n, answer, { at, sentAt, notAfter });
      core.dirtyRuns.add(entry.id);
    },
    { notAfter },
  );
}

interface Sent {
  readonly at: number;
  readonly sentAt: number;
  readonly notAfter: number;
}

function answered(core: Core, entry: RunEntry, n: number, answer: Answer, sent: Sent): void {
  const { run } = entry.standing;
  const intent = run.intents.find(each => each.n === n);
  if (intent === undefined || intent.state !== 'sending') return;
  const fault = faultIn(core.catalog, run, intent);
  const tell = (outcome: 'done' | 'refused' | 'unknown', message?: string) => {
    const dueDelayMs = Math.max(0, sent.at - entry.dueAt);
    note(core, {
      type: 'injection',
      run: run.id,
      namespace: run.namespace,
      fault: faultOf(run, intent),
      target: targetName(intent.target),
      outcome,
      latencyMs: core.mono - sent.sentAt,
      ...(Number.isFinite(dueDelayMs) ? { dueDelayMs } : {}),
      ...(message === undefined ? {} : { message }),
    });
  };
  const unknown = (message: string, change: Partial<Intent> = {}) => {
    setIntent(entry, n, { state: 'unknown', message, ...change, ...lateUntil(core, intent) });
    tell('unknown', message);
  };
  const refused = (message: string) => {
    if (intent.ambiguous === true) unknown(message);
    else {
      setIntent(entry, n, { state: 'refused', answeredAt: core.wall, message });
      tell('refused', message);
    }
  };
  const firstAt = entry.firstSent.get(n) ?? Number.NEGATIVE_INFINITY;
  const again = intent.sending === 'repeatable' && core.mono - firstAt < repeatForMs;
  if (sent.sentAt > sent.notAfter) {
    // A freeze between the check and the send: whoever took over may have acted meanwhile.
    unknown('it left after the lease or the age limit had ended: a freeze delayed it', { late: true });
  } else if (answer.kind === 'ok') {
    if (intent.ambiguous !== true && fault?.wasSo?.(answer.index) === true) {
      refused('it was so already: somebody else did it meanwhile');
    } else {
      const index = answer.index > 0 ? { answeredIndex: answer.index } : {};
      setIntent(entry, n, { state: 'done', answeredAt: core.wall, ...index });
      tell('done');
    }
  } else if (answer.kind === 'refused') {
    if (again && passing.has(answer.reason)) deadline(core, 'repeat', `${entry.id} ${n}`, repeatMs);
    else refused(answer.message);
  } else if (again) {
    setIntent(entry, n, { ambiguous: true, ...lateUntil(core, intent) });
    deadline(core, 'repeat', `${entry.id} ${n}`, repeatMs);
  } else unknown(answer.message, { ambiguous: true });
}

/** Refusals that pass by themselves. */
const passing: ReadonlySet<string> = new Set(['unreachable', 'no-leader', 'limited']);

/** Sends a repeatable call again, or gives it up as unknown when it may not leave any more. */
export function repeat(core: Core, key: string): void {
  const [id = '', n = ''] = key.split(' ');
  const entry = core.runs.get(id);
  const intent = entry?.standing.run.intents.find(each => each.n === Number(n));
  if (entry === undefined || intent?.state !== 'sending' || entry.sending.has(intent.n)) return;
  const why = withhold(core, entry, [intent]) ?? unreadHalt(core, entry.standing.run);
  if (why === undefined) sendOne(core, entry, intent, core.mono + freshMs);
  else if (intent.ambiguous !== true) withheld(core, entry, intent, why);
  else setIntent(entry, intent.n, { state: 'unknown', message: `given up: ${why}`, ...lateUntil(core, intent) });
  core.dirtyRuns.add(id);
}

/** Its undo was begun: what is seen from then on is no longer its effect. */
function isUndoing(entry: RunEntry, n: number): boolean {
  return entry.undoing.has(n);
}

/** Takes what the view shows of each intent's effect into the run. */
export function observe(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  if (isBeforeHarm(state) || state === 'reporting') return;
  for (const intent of run.intents) {
    if (intent.effect !== undefined || (intent.state !== 'done' && intent.state !== 'unknown')) continue;
    const fault = faultIn(core.catalog, run, intent);
    if (fault === undefined) continue;
    // A lasting fault's effect counts while it is in force: after the undo began, its absence is what is wanted.
    if (fault.lasts && (isUndoing(entry, intent.n) || (state !== 'holding' && state !== 'injecting'))) continue;
    const seen = fault.observe(intent, core.view);
    if (!seen.seen) continue;
    const { client, server } = seen.at;
    const effect = {
      evidence: seen.evidence,
      ...(seen.marks === undefined ? {} : { marks: seen.marks }),
      ...(client === undefined ? {} : { client }),
      ...(server === undefined ? {} : { server }),
    };
    const decided: Partial<Intent> = intent.state === 'unknown' && decides(intent, server) ? { state: 'done' } : {};
    setIntent(entry, intent.n, { effect, ...decided });
    note(core, {
      type: 'effect-seen',
      run: run.id,
      namespace: run.namespace,
      fault: fault.name,
      target: targetName(intent.target),
      evidence: seen.evidence,
    });
    allRunsDirty(core);
  }
}

/**
 * An observation decides what no answer did, unless the call left, or may have left, when it no longer might: a predecessor
 * that froze in the tick of the send may send when its lease is long over.
 */
function decides(intent: Intent, server: number | undefined): boolean {
  if (intent.late === true) return false;
  return intent.inherited !== true || (server !== undefined && server < (intent.sendBy ?? 0));
}
