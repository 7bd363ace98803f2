/** One look at one run: what is true now goes to the lifecycle, and what follows from the new state is asked of the world. */

import { recovery } from '../cluster/recovery.ts';
import type { AnyFault } from '../faults/fault.ts';
import { type Answered, type Facts, look, type Standing } from '../lifecycle/machine.ts';
import { mayBeInForce, type Run } from '../lifecycle/run.ts';
import { abortOf } from './abort.ts';
import { tendHalts } from './control.ts';
import { acts, leaseEnd, lookAgain, note, takeoverWindowMs } from './core.ts';
import { observe, send } from './inject.ts';
import { isMine } from './mine.ts';
import { armingMs, askAdmission, askArmed, askBlast, askChoice, askSteady, readAhead } from './questions.ts';
import { freshRead, jobReads, looksOf } from './reads.ts';
import { isReverted, revert } from './revert.ts';
import { finished, isAcked, persist } from './runs.ts';
import { runChanged } from './specs.ts';
import type { Core, RunEntry } from './state.ts';
import { pollMs, touchStreams } from './streams.ts';
import { groupsOf } from './targets.ts';

const notAsked: Answered = { kind: 'wait' };

/** Looks at a run until nothing more follows in this tick. */
export function tendRun(core: Core, id: string): void {
  const entry = core.runs.get(id);
  if (entry === undefined || !acts(core) || !isMine(core, id)) return;
  const fault = core.catalog.get(entry.standing.run.fault);
  if (fault === undefined) {
    noteUnknownFault(core, entry);
    return;
  }
  const from = entry.standing.state;
  // What the questions after the claim rest on is read while the claim is on its way.
  if (from === 'queued') readAhead(core, entry.standing.run, fault, armingMs);
  // Bounded by the number of states; one pass a state.
  for (let pass = 0; pass < 16; pass += 1) {
    observe(core, entry, fault);
    send(core, entry, fault);
    revert(core, entry, fault);
    const before = entry.standing;
    entry.standing = look(before, factsOf(core, entry, fault));
    if (entry.standing.state !== before.state) told(core, before, entry.standing);
    persist(core, entry);
    if (entry.standing === before) break;
  }
  if (entry.standing.state !== from) stateChanged(core, entry);
  if (entry.endsOf !== entry.standing.state) setEnd(core, entry);
  schedulePolls(core, entry, fault);
}

/** The end of the present state by the monotonic clock: a wall clock that is set back can't make a fault last longer. */
function setEnd(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  const durationMs = run.experiment.method[0]?.durationMs ?? 0;
  const left = (until: number | undefined, atMost: number) => Math.min((until ?? core.wall) - core.wall, atMost);
  entry.endsOf = state;
  entry.enteredAt = core.mono;
  if (state === 'holding') entry.endsAt = core.mono + left(run.holdUntil, durationMs);
  else if (state === 'recovering') entry.endsAt = core.mono + left(run.recoverUntil, run.experiment.recovery.withinMs);
  else entry.endsAt = Number.POSITIVE_INFINITY;
}

/** A record of a newer release names a fault that this one can't undo: said once, and left for who can. */
function noteUnknownFault(core: Core, entry: RunEntry): void {
  const { run, state } = entry.standing;
  if (run.stuck !== undefined) return;
  const reason = `fault ${run.fault} is not known to this release`;
  entry.standing = { state, run: { ...run, stuck: { since: core.wall, reason } } };
  const byHand = 'the release that wrote it undoes it';
  note(core, { type: 'stuck', run: run.id, namespace: run.namespace, fault: run.fault, reason, byHand });
}

function told(core: Core, before: Standing, after: Standing): void {
  const { run } = after;
  const reason = run.abort?.reason ?? run.reason;
  note(core, {
    type: 'state',
    run: run.id,
    namespace: run.namespace,
    fault: run.fault,
    from: before.state,
    to: after.state,
    ...(reason === undefined ? {} : { reason }),
  });
}

function stateChanged(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  runChanged(core, run);
  touchStreams(core);
  tendHalts(core);
  if (state !== 'done') return;
  note(core, {
    type: 'verdict',
    run: run.id,
    namespace: run.namespace,
    schedule: run.schedule,
    fault: run.fault,
    verdict: run.verdict ?? 'failed',
    ...(run.reason === undefined ? {} : { reason: run.reason }),
    ...(run.recoveryMs === undefined ? {} : { recoveryMs: run.recoveryMs }),
  });
}

/** A run whose record says done leaves the table. */
export function leaveIfDone(core: Core, entry: RunEntry): void {
  if (entry.standing.state !== 'done' || !isAcked(entry)) return;
  core.runs.delete(entry.id);
  const rest = entry.foreign?.lines.filter(line => line.fault !== entry.standing.run.fault) ?? [];
  const unreadable = {
    why: 'faults of it are left that this release does not undo together',
    lines: rest,
    state: 'reverting',
  };
  core.finished.set(entry.id, { ...finished(entry.standing.run), ...(rest.length === 0 ? {} : { unreadable }) });
  runChanged(core, entry.standing.run);
  touchStreams(core);
}

function factsOf(core: Core, entry: RunEntry, fault: AnyFault): Facts {
  const { state, run } = entry.standing;
  const abort = abortOf(core, run);
  const asked = <T>(name: string, question: () => T): T | Answered => (state === name ? question() : notAsked);
  const settled = run.intents.every(each => each.state !== 'planned' && each.state !== 'sending');
  const recovered = state === 'recovering' ? recoveryOf(core, run) : { ok: false };
  return {
    wall: core.wall,
    timeUp: core.mono >= entry.endsAt,
    acked: isAcked(entry) && !entry.writing,
    ...(abort === undefined ? {} : { abort }),
    admission: asked('admitted', () => askAdmission(core, run, fault)),
    choice: asked('targeting', () => askChoice(core, entry, fault)),
    blast: asked('limited', () => askBlast(core, entry, fault)),
    steady: asked('baseline', () => askSteady(core, run, fault)),
    armed: asked('armed', () => askArmed(core, entry, fault)),
    term: core.lease.term,
    sendBy: core.wall + leaseEnd(core) - core.mono,
    settled,
    lasting: fault.lasts && run.intents.some(mayBeInForce),
    reverted: isReverted(core, entry),
    effectsSeen: run.intents.every(each => each.effect !== undefined || !mayBeInForce(each)),
    looked: state !== 'recovering' || looked(core, entry),
    recovered,
  };
}

/** What a denied read would tell is not to be had: then the verdict says what is missing. */
function looked(core: Core, entry: RunEntry): boolean {
  // What the undo of a job changes shows in its allocations: those read before tell of the time before.
  const onJobs = entry.standing.run.intents.some(({ target }) => 'job' in target && target.kind !== 'allocation');
  const since = Math.max(entry.unsureUntil - takeoverWindowMs, onJobs ? entry.enteredAt : Number.NEGATIVE_INFINITY);
  return groupsOf(core.view, entry.standing.run)
    .flatMap(([namespace, job]) => jobReads(namespace, job).slice(0, 2))
    .map(call => freshRead(core, call, since))
    .every(each => each === 'fresh' || (typeof each === 'object' && each.denied));
}

function recoveryOf(core: Core, run: Run): Facts['recovered'] {
  const found = recovery(core.view, run.intents);
  return found.recovered
    ? { ok: true, ...(found.recoveryMs === undefined ? {} : { recoveryMs: found.recoveryMs }) }
    : { ok: false, missing: found.missing.slice(0, 5).join('; ') };
}

/** While a run waits for something to be seen, it reads for itself: seldom beside a living stream. */
function schedulePolls(core: Core, entry: RunEntry, fault: AnyFault): void {
  const { state, run } = entry.standing;
  // Before its call left there is nothing to be seen, and nothing may hold it up.
  const sent = state === 'injecting' && run.injectedAt !== undefined;
  const watching = sent || state === 'holding' || state === 'recovering';
  const waiting = state === 'admitted' || state === 'targeting' || state === 'limited' || state === 'armed';
  if (waiting) lookAgain(core, entry.id, Math.max(1, Math.min(1_000, run.startDeadline - core.wall + 1)));
  if (!watching) return;
  const every = pollMs(core, run);
  const ends = [run.holdUntil, run.recoverUntil]
    .filter(each => each !== undefined && each > core.wall)
    .map(each => (each ?? 0) - core.wall);
  lookAgain(core, entry.id, Math.min(every, ...ends));
  // A little less than the time between looks: else a read of the last look is still young enough, and every other is left out.
  const since = Math.max(core.mono - 0.9 * every, entry.ackedAt);
  for (const [of, job] of groupsOf(core.view, run))
    for (const call of jobReads(of, job).slice(0, 2)) freshRead(core, call, since);
  for (const { target } of run.intents) for (const call of looksOf(fault, target)) freshRead(core, call, since);
}
