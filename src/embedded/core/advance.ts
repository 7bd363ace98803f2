/** Time and the outer world: what is due, what real processes are asked to do, and what they did. */

import { changed } from './client/alloc-run.ts';
import { taskExited, taskFailedToStart, taskStarted } from './client/task-run.ts';
import type { ProcessOrder, ProcessReport } from './orders.ts';
import { firstTimer, takeDue } from './timers.ts';
import type { Cluster } from './types.ts';

/** Runs everything that is due up to `now` (wall milliseconds), in order. Time that goes back is held. */
export function advance(cluster: Cluster, now: number): void {
  for (;;) {
    const timer = takeDue(cluster.timers, now);
    if (timer === undefined) break;
    cluster.now = Math.max(cluster.now, timer.at);
    const { fire } = timer;
    timer.fire = undefined;
    fire?.();
  }
  cluster.now = Math.max(cluster.now, now);
}

/** When something is due next, in wall milliseconds: `advance` to there loses nothing. */
export function nextDue(cluster: Cluster): number | undefined {
  return firstTimer(cluster.timers)?.at;
}

/** What real processes are to do, each order once. */
export function takeOrders(cluster: Cluster): readonly ProcessOrder[] {
  const { orders } = cluster;
  if (orders.length > 0) cluster.orders = [];
  return orders;
}

/** What a real process did. A report of one that is no longer expected is passed over. */
export function report(cluster: Cluster, told: ProcessReport, now: number): void {
  advance(cluster, now);
  const task = cluster.processes.get(told.handle);
  if (task === undefined) return;
  if (told.kind === 'started') taskStarted(cluster, task, changed);
  else {
    cluster.processes.delete(told.handle);
    if (told.kind === 'failed') taskFailedToStart(cluster, task, { error: told.error, recoverable: false }, changed);
    else taskExited(cluster, task, told, changed);
  }
}
