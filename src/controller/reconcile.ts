/** One look at one run: what is true now goes to the lifecycle, and what follows from the new state is asked of the world. */

import type { Answered, Facts } from '../lifecycle/facts.ts';
import { look, type Standing } from '../lifecycle/machine.ts';
import { holdUntil, mayBeInForce, nextStage, presentIntents, stepOf } from '../lifecycle/run.ts';
import { abortOf } from './abort.ts';
import { askLimited, isChanged } from './approvals.ts';
import { nextBlackoutAbort, shadowOf } from './blackouts.ts';
import { askChoice } from './choice.ts';
import { tendHalts } from './control.ts';
import { acts, leaseEnd, lookAgain, note } from './core.ts';
import { isHeldBack } from './empty-tick.ts';
import { armingMs } from './gates-asked.ts';
import { tendGone } from './give-up.ts';
import { observe, send } from './inject.ts';
import { isMine, isTended } from './mine.ts';
import { guardAbort, steadyBefore, tendProbes } from './probing.ts';
import { askAdmission, askArmed, askSteady } from './questions.ts';
import { freshRead, jobReads, looksOf } from './reads.ts';
import { lookAtRecovery, recoveryFacts } from './recovering.ts';
import { replan } from './replan.ts';
import { isReverted, revert, stuckAfterMs } from './revert.ts';
import type { RunEntry } from './run-entry.ts';
import { finished, isAcked, persist } from './runs.ts';
import { runChanged } from './specs.ts';
import { askStage } from './stages.ts';
import type { Core } from './state.ts';
import { faultIn, unknownFault } from './steps.ts';
import { pollMs, touchStreams } from './streams.ts';
import { readAhead } from './target-reads.ts';
import { groupsOf } from './targets.ts';
import { endUnclaimed } from './unclaimed.ts';

const notAsked: Answered = { kind: 'wait' };

/** Looks at a run until nothing more follows in this tick. */
export function tendRun(core: Core, id: string): void {
  const entry = core.runs.get(id);
  if (entry === undefined || !acts(core) || !isTended(core, entry) || endUnclaimed(core, entry)) return;
  const unknown = unknownFault(core.catalog, entry.standing.run);
  if (unknown !== undefined) {
    noteUnknownFault(core, entry, unknown);
    return;
  }
  const from = entry.standing.state;
  const { waiting } = entry.standing.run;
  if (isHeldBack(core, entry)) return;
  // What the questions after the claim rest on is read while the claim is on its way.
  if (from === 'queued') readAhead(core, entry.standing.run, armingMs);
  // Bounded by the number of states; one pass a state.
  for (let pass = 0; pass < 16; pass += 1) {
    // Each state has an end of its own: that of the one before must not be taken for it.
    const phase = `${entry.standing.state} ${entry.standing.run.stage ?? 0}`;
    if (entry.endsOf !== phase) setEnd(core, entry, phase);
    observe(core, entry);
    const recovering = lookAtRecovery(core, entry);
    if (isMine(core, id)) tendProbes(core, entry);
    send(core, entry);
    revert(core, entry);
    tendGone(core, entry);
    replan(core, entry);
    const next = nextOf(core, entry);
    const before = entry.standing;
    entry.standing = look(before, factsOf(core, entry, { ...recoveryFacts(entry, recovering), next }));
    if (entry.standing.state !== before.state) told(core, before, entry.standing);
    persist(core, entry);
    if (entry.standing === before) break;
  }
  if (entry.standing.state !== from) stateChanged(core, entry);
  else if (entry.standing.run.waiting !== waiting) runChanged(core, entry.standing.run);
  schedulePolls(core, entry);
}

/** The end of the present state by the monotonic clock: a wall clock that is set back can't make a fault last longer. */
function setEnd(core: Core, entry: RunEntry, phase: string): void {
  const { state, run } = entry.standing;
  const left = (until: number | undefined, atMost: number) => Math.min((until ?? core.wall) - core.wall, atMost);
  entry.endsOf = phase;
  entry.enteredAt = core.mono;
  entry.stageOverAt = undefined;
  if (state === 'holding') {
    for (const intent of presentIntents(run)) {
      const durationMs = stepOf(run, intent)?.durationMs ?? 0;
      entry.holdEnds.set(intent.n, core.mono + left(holdUntil(run, intent), durationMs));
    }
    const longest = Math.max(...presentIntents(run).map(intent => stepOf(run, intent)?.durationMs ?? 0));
    entry.endsAt = core.mono + left(run.holdUntil, longest);
  } else if (state === 'reverting')
    entry.endsAt = core.mono + left((run.revertingAt ?? core.wall) + stuckAfterMs, stuckAfterMs);
  else if (state === 'recovering') entry.endsAt = core.mono + left(run.recoverUntil, run.experiment.recovery.withinMs);
  else entry.endsAt = Number.POSITIVE_INFINITY;
}

/** A record of a newer release names a fault that this one can't undo: said once, and left for who can. */
function noteUnknownFault(core: Core, entry: RunEntry, fault: string): void {
  const { run, state } = entry.standing;
  if (run.stuck !== undefined) return;
  const reason = `fault ${fault} is not known to this release`;
  entry.standing = { state, run: { ...run, stuck: { since: core.wall, reason } } };
  const byHand = 'the release that wrote it undoes it';
  note(core, { type: 'stuck', run: run.id, namespace: run.namespace, fault, reason, byHand });
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
    ...(run.message === undefined ? {} : { message: run.message }),
    ...(run.recoveryMs === undefined ? {} : { recoveryMs: run.recoveryMs }),
  });
}

/** A run whose record says done leaves the table. */
export function leaveIfDone(core: Core, entry: RunEntry): void {
  if (entry.standing.state !== 'done' || !isAcked(entry)) return;
  core.runs.delete(entry.id);
  const rest = entry.foreign?.lines.filter(line => !core.catalog.has(line.fault)) ?? [];
  const unreadable = {
    why: 'faults of it are left that this release does not know',
    lines: rest,
    state: 'reverting',
  };
  core.finished.set(entry.id, { ...finished(entry.standing.run), ...(rest.length === 0 ? {} : { unreadable }) });
  runChanged(core, entry.standing.run);
  touchStreams(core);
}

/** Whether the next stage begins, where there is one and it is ours to begin. */
function nextOf(core: Core, entry: RunEntry): Facts['next'] {
  const { state, run } = entry.standing;
  const isAsked = state === 'holding' && nextStage(run) !== undefined && isMine(core, run.id);
  return isAsked ? askStage(core, entry) : notAsked;
}

/** `known`: what was looked at before, since that may note something in the run. */
function factsOf(
  core: Core,
  entry: RunEntry,
  known: Pick<Facts, 'effectsSeen' | 'looked' | 'recovered' | 'next'>,
): Facts {
  const { state, run } = entry.standing;
  const abort = abortOf(core, run) ?? (isMine(core, run.id) ? guardAbort(core, entry) : undefined);
  const asked = <T>(name: string, question: () => T): T | Answered => (state === name ? question() : notAsked);
  const present = presentIntents(run);
  const settled = present.every(each => each.state !== 'planned' && each.state !== 'sending');
  const shadow = state === 'armed' ? shadowOf(core, run) : undefined;
  return {
    wall: core.wall,
    timeUp: core.mono >= entry.endsAt,
    acked: isAcked(entry) && !entry.writing,
    ...(abort === undefined ? {} : { abort }),
    admission: asked('admitted', () => askAdmission(core, run)),
    choice: asked('targeting', () => askChoice(core, entry)),
    changed: isChanged(core, entry),
    blast: asked('limited', () => askLimited(core, entry)),
    steady: asked('baseline', () => steadyOf(core, entry)),
    armed: asked('armed', () => askArmed(core, entry)),
    ...(shadow === undefined ? {} : { shadow }),
    term: core.lease.term,
    sendBy: core.wall + leaseEnd(core) - core.mono,
    settled,
    lasting: present.some(each => mayBeInForce(each) && faultIn(core.catalog, run, each)?.lasts === true),
    more: nextStage(run) !== undefined,
    reverted: isReverted(core, entry),
    ...known,
  };
}

/** The groups hit are whole, and what the experiment calls steady is so. */
function steadyOf(core: Core, entry: RunEntry): Answered {
  const groups = askSteady(core, entry.standing.run);
  if (groups.kind !== 'go') return groups;
  const probes = steadyBefore(entry);
  if (!('why' in probes)) return probes;
  return { kind: 'end', verdict: 'failed', reason: 'not_steady', message: `${probes.why}, before anything was done` };
}

/** While a run waits for something to be seen, it reads for itself: seldom beside a living stream. */
function schedulePolls(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  // Before its call left there is nothing to be seen, and nothing may hold it up.
  const sent = state === 'injecting' && run.injectedAt !== undefined;
  const watching = sent || state === 'holding' || state === 'recovering';
  const waiting = state === 'admitted' || state === 'targeting' || state === 'limited' || state === 'armed';
  if (waiting) lookAgain(core, entry.id, Math.max(1, Math.min(1_000, run.startDeadline - core.wall + 1)));
  if (!watching) return;
  const every = pollMs(core, run);
  const ends = [run.holdUntil, run.recoverUntil, nextBlackoutAbort(core, run)]
    .filter(each => each !== undefined && each > core.wall)
    .map(each => (each ?? 0) - core.wall);
  lookAgain(core, entry.id, Math.min(every, ...ends));
  // A little less than the time between looks: else a read of the last look is still young enough, and every other is left out.
  const since = Math.max(core.mono - 0.9 * every, entry.ackedAt);
  for (const [of, job] of groupsOf(core.view, run))
    for (const call of jobReads(of, job).slice(0, 2)) freshRead(core, call, since);
  for (const intent of run.intents) {
    const fault = faultIn(core.catalog, run, intent);
    if (fault !== undefined) for (const call of looksOf(fault, intent.target)) freshRead(core, call, since);
  }
}
