/** Which records may go. What schedules, requests and limits still need of a run keeps its record, whatever its age. */

import { namespaces } from './core.ts';
import type { FinishedRun } from './run-entry.ts';
import type { Core } from './state.ts';

const day = 24 * 3_600_000;
/** Full records are kept so long, and no more than so many. */
const fullMs = 7 * day;
const mostFull = 500;

/**
 * Even of many the young ones stay: a call that a frozen server holds back may be applied for 90 s, and a claim that
 * came again where there is no record any more would be taken for a new run.
 */
const leastMs = 3_600_000;

/**
 * A tick may start as late as its jitter and start deadline allow, a week each at most. So long its claim must be told
 * by some record: by its own, or by a newer one of the same schedule, since ticks at or before the newest are spent.
 */
const longestStartMs = 14 * day;
/** A request has no jitter. */
const longestRequestMs = 7 * day;

/** Runs whose record is to make room, the oldest first. */
export function expiredRuns(core: Core): readonly FinishedRun[] {
  const all = [...core.finished.values()].sort((a, b) => b.doneAt - a.doneAt || (a.id < b.id ? -1 : 1));
  const age = (run: FinishedRun) => core.wall - run.doneAt;
  const old = all.filter((run, i) => age(run) > fullMs || (i >= mostFull && age(run) > leastMs));
  if (old.length === 0) return [];
  const needed = neededBySchedules(core);
  return old
    .filter(run => run.unreadable === undefined && !core.retention.left.has(run.id) && !core.runs.has(run.id))
    .filter(run => !needed.has(run.id) && !neededByRequest(core, run) && !neededByLimits(core, run))
    .toReversed();
}

/** The newest of each schedule: its `last_run`, and what says which ticks are spent. */
function neededBySchedules(core: Core): ReadonlySet<string> {
  const spent = new Map<string, FinishedRun>();
  const last = new Map<string, FinishedRun>();
  const newer = (map: Map<string, FinishedRun>, key: string, run: FinishedRun) => {
    if (run.tick >= (map.get(key)?.tick ?? Number.NEGATIVE_INFINITY)) map.set(key, run);
  };
  for (const run of core.finished.values()) {
    if (run.request?.spec === true) continue;
    const key = `${run.namespace}/${run.schedule}`;
    newer(last, key, run);
    if (run.request === undefined) newer(spent, key, run);
  }
  const needed = new Set<string>();
  for (const [key, run] of last) if (core.specs.has(key)) needed.add(run.id);
  // Also of a schedule that is gone: one of the same name may be written again.
  for (const [key, run] of spent) if (core.specs.has(key) || core.wall - run.tick <= longestStartMs) needed.add(run.id);
  return needed;
}

/** A request that is still there, or is being answered, would begin anew without the record of its run. */
function neededByRequest(core: Core, { namespace, request, tick }: FinishedRun): boolean {
  if (request === undefined) return false;
  if (core.requests.has(`${namespace} ${request.id}`)) return true;
  return !namespaces(core).includes(namespace) && core.wall - tick <= longestRequestMs;
}

/** `min_interval_per_job` counts from what is on record. */
function neededByLimits({ limits: { limits }, wall }: Core, { hitAt }: FinishedRun): boolean {
  return hitAt !== undefined && wall - hitAt <= limits.minIntervalPerJobMs;
}
