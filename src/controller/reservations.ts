/** What open runs hold of the cluster, and when jobs were last hit. Freed only when a run is over. */

import type { TargetRef } from '../faults/fault.ts';
import { isBeforeHarm, lastHitAt, mayHaveLeft } from '../lifecycle/run.ts';
import { jobOf } from '../lifecycle/target.ts';
import type { Reservation } from '../safety/gate.ts';
import { jobsOf } from './runs.ts';
import type { Core } from './state.ts';

/** States in which a run, though before harm, already counts: it was chosen and judged. */
const counted = new Set(['baseline', 'armed']);

/** What an undo puts back. */
function resourceOf(target: TargetRef): readonly string[] {
  if (target.kind === 'node') return [`node ${target.node}`];
  if (target.kind === 'region') return [`region ${target.region}`];
  const { namespace, job } = target;
  return [`job ${namespace}/${job}`];
}

export function reservations(core: Core, except: string): readonly Reservation[] {
  const held: Reservation[] = [];
  for (const { id, standing } of core.runs.values()) {
    const { state, run } = standing;
    if (id === except || run.intents.length === 0) continue;
    // Judged, and nothing of it was sent: a shadow run that ended.
    if (run.verdict !== undefined && !mayHaveLeft(run)) continue;
    // One that waits for an approval keeps its place: else what was approved might find no room.
    const isKept = counted.has(state) || (state === 'limited' && run.waiting !== undefined);
    if (isBeforeHarm(state) && !isKept) continue;
    const targets = run.intents.map(intent => intent.target);
    const fault = core.catalog.get(run.fault);
    // A fault that this release does not know may disturb whatever is near.
    const near = fault?.reach !== 'target';
    held.push({
      run: id,
      namespace: run.namespace,
      fault: run.fault,
      ...(fault?.alone === true ? { alone: true } : {}),
      holds: run.intents.flatMap(({ target, undo }) => (undo === undefined ? [] : resourceOf(target))),
      jobs: jobsOf(run),
      allocs: targets.flatMap(target => ('alloc' in target ? [target.alloc] : [])),
      takes: run.intents.flatMap(({ target, takes = [] }) => {
        const job = jobOf(target);
        return job === undefined ? [] : takes.map(each => ({ ...job, ...each }));
      }),
      nodes: targets.flatMap(target => (target.kind === 'node' || (near && 'node' in target) ? [target.node] : [])),
    });
  }
  return held;
}

/**
 * When each of some jobs (`<namespace>/<job>`) was last hit, from what is on record; by other runs than `except`: how far
 * apart the steps of one run are is for its method to say.
 */
export function lastHits(core: Core, except: string, asked: readonly string[]): ReadonlyMap<string, number> {
  const jobs = new Set(asked);
  const hits = new Map<string, number>();
  const hit = (job: string, at: number) => {
    if (jobs.has(job)) hits.set(job, Math.max(at, hits.get(job) ?? 0));
  };
  for (const { id, standing } of core.runs.values()) {
    if (id === except || isBeforeHarm(standing.state) || !mayHaveLeft(standing.run)) continue;
    const at = lastHitAt(standing.run);
    if (at !== undefined) for (const job of jobsOf(standing.run)) hit(job, at);
  }
  for (const run of core.finished.values())
    if (run.hitAt !== undefined) for (const job of run.jobs) hit(job, run.hitAt);
  return hits;
}
