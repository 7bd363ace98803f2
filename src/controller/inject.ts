/** From written intents to calls and their answers, and what of their effects can be seen. */

import type { AnyFault } from '../faults/fault.ts';
import { type Intent, isBeforeHarm, type Run, targetName } from '../lifecycle/run.ts';
import { haltsInForce, haltsUnread } from './control.ts';
import { allRunsDirty, ask, deadline, freshMs, holdsLease, leaseEnd, note } from './core.ts';
import { missingTargets } from './questions.ts';
import { isAcked } from './runs.ts';
import type { Core, RunEntry } from './state.ts';
import type { Answer } from './types.ts';

/** A repeatable call that stays unanswered is repeated this often, and given up (as unknown) after so long. */
const repeatMs = 500;
const repeatForMs = 30_000;
/** A call that carries neither index nor token may be applied so long after an ambiguous end. */
export const lateWriteMs = 90_000;

/** Calls that a frozen server may apply late, and that a late application harms anew. */
const unfenced = new Set(['node-eligibility']);

export function setIntent(entry: RunEntry, n: number, change: Partial<Intent>): void {
  const { run, state } = entry.standing;
  const intents = run.intents.map(intent => (intent.n === n ? { ...intent, ...change } : intent));
  entry.standing = { state, run: { ...run, intents } };
}

export function setRun(entry: RunEntry, change: Partial<Run>): void {
  entry.standing = { state: entry.standing.state, run: { ...entry.standing.run, ...change } };
}

/** Sends what is written as sending and was not sent, all in this tick, after a last look at everything it rests on. */
export function send(core: Core, entry: RunEntry, fault: AnyFault): void {
  const { state, run } = entry.standing;
  if (state !== 'injecting' || !isAcked(entry) || entry.writing) return;
  const unsent = run.intents.filter(
    each => each.state === 'sending' && each.sentAt === undefined && !entry.sending.has(each.n),
  );
  if (unsent.length === 0) return;
  const why = withhold(core, entry, fault);
  for (const intent of unsent) {
    if (why !== undefined) withheld(core, entry, intent, why);
    else sendOne(core, entry, intent);
  }
}

/** Why nothing may leave now: lease, age of the acknowledged write, halt, targets; undefined when all is well. */
function withhold(core: Core, entry: RunEntry, fault: AnyFault): string | undefined {
  const { run } = entry.standing;
  if (!holdsLease(core)) return 'the lease ended before the call could leave';
  if (run.intents.some(each => each.term !== core.lease.term)) return 'another term wrote this intent';
  if (core.mono - entry.ackedAt > freshMs) return 'the acknowledged intent is older than 5s';
  const halts = haltsInForce(core, run.namespace);
  if (halts[0] !== undefined)
    return `halted in ${halts[0].namespace}${halts[0].reason === '' ? '' : `: ${halts[0].reason}`}`;
  if (haltsUnread(core, run.namespace).length > 0) return 'the absence of a halt was not read within 5s';
  if (core.stop !== undefined) return 'the controller is stopping';
  return missingTargets(core, run, fault);
}

function withheld(core: Core, entry: RunEntry, intent: Intent, message: string): void {
  const { run } = entry.standing;
  setIntent(entry, intent.n, { state: 'withheld', message });
  note(core, {
    type: 'injection',
    run: run.id,
    namespace: run.namespace,
    fault: run.fault,
    target: targetName(intent.target),
    outcome: 'withheld',
    latencyMs: 0,
    message,
  });
}

function sendOne(core: Core, entry: RunEntry, intent: Intent): void {
  const notAfter = Math.min(leaseEnd(core), entry.ackedAt + freshMs);
  const first = intent.sentAt === undefined;
  const at = core.mono;
  entry.sending.set(intent.n, { notAfter });
  if (first) {
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
  const tell = (outcome: 'done' | 'refused' | 'unknown', message?: string) => {
    const dueDelayMs = Math.max(0, sent.at - entry.dueAt);
    note(core, {
      type: 'injection',
      run: run.id,
      namespace: run.namespace,
      fault: run.fault,
      target: targetName(intent.target),
      outcome,
      latencyMs: core.mono - sent.sentAt,
      ...(Number.isFinite(dueDelayMs) ? { dueDelayMs } : {}),
      ...(message === undefined ? {} : { message }),
    });
  };
  if (sent.sentAt > sent.notAfter) {
    // A freeze between the check and the send: whoever took over may have acted meanwhile.
    const message = 'it left after the lease or the age limit had ended: a freeze delayed it';
    setIntent(entry, n, { state: 'unknown', late: true, message, ...watch(core, intent) });
    tell('unknown', message);
  } else if (answer.kind === 'ok') {
    const index = answer.index > 0 ? { answeredIndex: answer.index } : {};
    setIntent(entry, n, { state: 'done', answeredAt: core.wall, ...index });
    tell('done');
  } else if (answer.kind === 'refused' && !mayRepeat(core, entry, intent, answer)) {
    setIntent(entry, n, { state: 'refused', answeredAt: core.wall, message: answer.message });
    tell('refused', answer.message);
  } else if (intent.sending === 'repeatable' && core.wall - (intent.sentAt ?? 0) < repeatForMs) {
    if (answer.kind === 'ambiguous') setIntent(entry, n, watch(core, intent));
    deadline(core, 'repeat', `${entry.id} ${n}`, repeatMs);
  } else {
    setIntent(entry, n, { state: 'unknown', message: answer.message, ...watch(core, intent) });
    tell('unknown', answer.message);
  }
}

function mayRepeat(core: Core, entry: RunEntry, intent: Intent, answer: Answer & { kind: 'refused' }): boolean {
  if (intent.sending !== 'repeatable' || core.wall - (intent.sentAt ?? 0) >= repeatForMs) return false;
  return core.runs.get(entry.id) === entry && ['unreachable', 'no-leader', 'limited'].includes(answer.reason);
}

function watch(core: Core, intent: Intent): Partial<Intent> {
  return unfenced.has(intent.call.op) ? { watchUntil: core.wall + lateWriteMs } : {};
}

/** Sends a repeatable call again, or gives it up as unknown when it may not leave any more. */
export function repeat(core: Core, key: string): void {
  const [id = '', n = ''] = key.split(' ');
  const entry = core.runs.get(id);
  const intent = entry?.standing.run.intents.find(each => each.n === Number(n));
  if (entry === undefined || intent?.state !== 'sending' || entry.sending.has(intent.n)) return;
  const { run } = entry.standing;
  if (haltsInForce(core, run.namespace).length > 0 || run.abort !== undefined || core.stop !== undefined) {
    setIntent(entry, intent.n, {
      state: 'unknown',
      message: 'given up before it was answered',
      ...watch(core, intent),
    });
    core.dirtyRuns.add(id);
  } else if (holdsLease(core)) {
    // Repeated under the present lease: the written intent names what is done, and doing it again changes nothing.
    entry.ackedAt = core.mono;
    sendOne(core, entry, intent);
  } else deadline(core, 'repeat', key, repeatMs);
}

/** Takes what the view shows of each intent's effect into the run. */
export function observe(core: Core, entry: RunEntry, fault: AnyFault): void {
  const { state, run } = entry.standing;
  // A lasting fault's effect counts while it is in force: after the undo began, its absence is what is wanted.
  const looking = fault.lasts
    ? state === 'holding' || state === 'injecting'
    : !isBeforeHarm(state) && state !== 'reporting';
  if (!looking) return;
  for (const intent of run.intents) {
    if (intent.effect !== undefined || (intent.state !== 'done' && intent.state !== 'unknown')) continue;
    const seen = fault.observe(intent, core.view);
    if (!seen.seen) continue;
    const { client, server } = seen.at;
    const effect = {
      evidence: seen.evidence,
      ...(client === undefined ? {} : { client }),
      ...(server === undefined ? {} : { server }),
    };
    const decided: Partial<Intent> =
      intent.state === 'unknown' && decides(core, intent, server) ? { state: 'done' } : {};
    setIntent(entry, intent.n, { effect, ...decided });
    note(core, {
      type: 'effect-seen',
      run: run.id,
      namespace: run.namespace,
      fault: run.fault,
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
function decides(core: Core, intent: Intent, server: number | undefined): boolean {
  if (intent.late === true) return false;
  return intent.inherited !== true || (server !== undefined && server < core.lease.since);
}
