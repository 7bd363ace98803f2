/** The ticks of a schedule: which is due, what becomes of it while a run is open, which were missed or left out. */

import { runId } from '../base/ids.ts';
import { ticks } from '../schedule/ticks.ts';
import type { Spec } from '../spec/experiment.ts';
import { acts, deadline, note } from './core.ts';
import { armingMs } from './gates-asked.ts';
import { heard } from './listening.ts';
import { startRun } from './runs.ts';
import type { SpecEntry } from './spec-entry.ts';
import type { Core } from './state.ts';
import { isRunOf } from './status.ts';
import { readAhead } from './target-reads.ts';

/**
 * So near a due time is slept towards in one go. One further away is looked at again on the way: a wall clock that is
 * set right in small steps gains at most a few thousandths, and each look is ten times nearer. Jumps are seen at once.
 */
const oneSleepMs = 60_000;
const partSlept = 0.9;

/**
 * So long before a tick is due, what its run will rest on is read: then only the two writes are left between it and its
 * call. No whole second: at those others are due.
 */
const aheadMs = 1_350;

/** Starts what is due, counts what was missed or left out, and sets the next deadline. */
export function tick(core: Core, key: string, entry: SpecEntry, spec: Spec): void {
  const { namespace, name, modifyTime, handled } = entry;
  const run = (each: number) => runId(namespace, name, each);
  const events = heard(core, key, entry, spec);
  // What is being read makes this schedule look again.
  if (events === undefined) return;
  const found = ticks(spec.schedule, {
    modifyTime,
    handled,
    now: core.wall,
    run,
    heard: events,
    last: entry.last?.tick,
  });
  entry.next = found.next;
  entry.handled = found.spentUntil;
  entry.missed += found.missed;
  tell(core, entry, 'missed', found.missed, 'start_deadline');
  tell(core, entry, 'skipped', found.skipped, 'probability');
  tell(core, entry, 'skipped', found.tooSoon ?? 0, 'on_min_interval');
  if (entry.replacing !== found.due) entry.replacing = undefined;
  const waits =
    found.due !== undefined &&
    found.dueAt !== undefined &&
    !start(core, key, entry, spec, { tick: found.due, at: found.dueAt });
  const until = waits ? (found.dueAt ?? 0) + spec.schedule.startDeadlineMs + 1 : Number.POSITIVE_INFINITY;
  const wait = Math.min(found.next ?? Number.POSITIVE_INFINITY, until) - core.wall;
  if (wait === Number.POSITIVE_INFINITY) return;
  deadline(core, 'tick', key, wait <= oneSleepMs ? wait : Math.max(oneSleepMs, Math.floor(partSlept * wait)));
  // Of one that is far away a later look makes the note.
  if (wait > aheadMs && wait <= oneSleepMs + aheadMs) deadline(core, 'ahead', key, wait - aheadMs);
}

/** A tick is near. */
export function readForTick(core: Core, key: string): void {
  const entry = core.specs.get(key);
  const experiment = entry?.spec?.experiment;
  if (!acts(core) || core.stop !== undefined || entry === undefined || experiment === undefined) return;
  readAhead(core, { namespace: entry.namespace, experiment }, armingMs - aheadMs);
}

/** As many notes as are worth their room. */
const mostTold = 1_000;

function tell(core: Core, entry: SpecEntry, outcome: 'missed' | 'skipped', times: number, reason: string): void {
  const { namespace, name: schedule } = entry;
  for (let i = 0; i < Math.min(times, mostTold); i += 1)
    note(core, { type: 'tick', namespace, schedule, outcome, reason });
}

/** Between looks where so many runs are claimed that one more would only wait. */
export const crowdedMs = 500;

/** Claims beyond what limits could let through soon would only wait: their ticks and requests wait unclaimed. */
export function isCrowded(core: Core): boolean {
  return core.runs.size >= 2 * core.limits.limits.maxConcurrentRuns + 2;
}

interface Due {
  readonly tick: number;
  /** When it came due, its jitter included. */
  readonly at: number;
}

/** False: it can't start yet, and stays due until its start deadline. */
function start(core: Core, key: string, entry: SpecEntry, spec: Spec, due: Due): boolean {
  const { namespace, name } = entry;
  const { concurrency } = spec.schedule;
  const id = runId(namespace, name, due.tick);
  if (core.runs.has(id) || core.finished.has(id)) {
    entry.handled = due.tick;
    return true;
  }
  const open = openRunsOf(core, entry);
  if (concurrency === 'replace' && open.length > 0) {
    // They are aborted by what abortOf reads here; the end of the last of them makes this schedule look again.
    entry.replacing = due.tick;
    for (const each of open) core.dirtyRuns.add(each);
    return false;
  }
  if (isCrowded(core)) {
    deadline(core, 'crowded', key, crowdedMs);
    return false;
  }
  entry.handled = due.tick;
  if (concurrency === undefined && open[0] !== undefined) {
    note(core, { type: 'tick', namespace, schedule: name, outcome: 'forbidden', reason: `${open[0]} is still open` });
    return true;
  }
  startRun(core, { id, namespace, schedule: name, spec: countingFrom(spec, due), tick: due.tick });
  const started = core.runs.get(id);
  if (started !== undefined) started.dueAt = core.mono - (core.wall - due.at);
  return true;
}

/** A run's start deadline counts from its tick: so it is longer by the jitter that the tick was given. */
function countingFrom(spec: Spec, due: Due): Spec {
  if (due.at === due.tick) return spec;
  const startDeadlineMs = spec.schedule.startDeadlineMs + due.at - due.tick;
  return { ...spec, schedule: { ...spec.schedule, startDeadlineMs } };
}

/** Runs of this schedule that are still open. */
export function openRunsOf(core: Core, entry: Pick<SpecEntry, 'namespace' | 'name'>): readonly string[] {
  const open: string[] = [];
  for (const { standing, id } of core.runs.values()) if (isRunOf(entry, standing.run)) open.push(id);
  return open;
}
