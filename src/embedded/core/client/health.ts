/** When a new allocation counts as healthy: all its tasks have run for `min_healthy_time` in one go. */

import { formatDuration } from '../durations.ts';
import { addTimer, cancelTimer } from '../timers.ts';
import type { Cluster } from '../types.ts';
import { unhealthy } from './task-events.ts';
import { type Changed, setState } from './task-run.ts';
import type { AllocRun, TaskRun } from './types.ts';

interface Strategy {
  readonly MinHealthyTime: number;
  readonly HealthyDeadline: number;
}

function strategyOf(alloc: AllocRun): { reason: string; strategy: Strategy } | undefined {
  const { DeploymentID, PreviousAllocation } = alloc.record;
  const migrate = alloc.group['Migrate'] as Strategy | null | undefined;
  if (DeploymentID !== undefined && DeploymentID !== '' && alloc.group.Update !== null) {
    return { reason: DeploymentID, strategy: alloc.group.Update };
  }
  if (PreviousAllocation === undefined || migrate === null || migrate === undefined) return undefined;
  return { reason: 'migrate', strategy: migrate };
}

/** Begins to watch an allocation that is part of a deployment, or replaces a migrated one. */
export function startWatch(cluster: Cluster, alloc: AllocRun, changed: Changed): void {
  endWatch(alloc);
  const found = strategyOf(alloc);
  if (found === undefined) return;
  const { MinHealthyTime, HealthyDeadline } = found.strategy;
  const watch = {
    reason: found.reason,
    since: cluster.now,
    minHealthyMs: MinHealthyTime / 1e6,
    timer: undefined,
    deadline: addTimer(cluster.timers, cluster.now + HealthyDeadline / 1e6, () => {
      const words = `Task not running for min_healthy_time of ${formatDuration(MinHealthyTime)} by healthy_deadline of ${formatDuration(HealthyDeadline)}`;
      decide(cluster, alloc, { healthy: false, why: words }, changed);
    }),
  };
  alloc.watch = watch;
  checkHealth(cluster, alloc, changed);
}

export function endWatch(alloc: AllocRun): void {
  cancelTimer(alloc.watch?.timer);
  cancelTimer(alloc.watch?.deadline);
  alloc.watch = undefined;
}

function decide(
  cluster: Cluster,
  alloc: AllocRun,
  { healthy, why }: { healthy: boolean; why?: string },
  changed: Changed,
): void {
  endWatch(alloc);
  alloc.health = { healthy, at: cluster.now };
  if (why !== undefined) {
    for (const task of alloc.tasks.values()) setState(task, {}, unhealthy(cluster.now, why));
  }
  changed(cluster, alloc);
}

const isReady = (task: TaskRun) => {
  const { Lifecycle } = task.spec;
  if (Lifecycle?.Hook === 'poststop') return true;
  if (Lifecycle !== null && !Lifecycle.Sidecar) return task.phase === 'dead' && !task.state.Failed;
  return task.phase === 'running';
};

/** Looks at the tasks again: starts the clock, stops it, or finds the allocation unhealthy. */
export function checkHealth(cluster: Cluster, alloc: AllocRun, changed: Changed): void {
  const { watch } = alloc;
  if (watch === undefined) return;
  const tasks = [...alloc.tasks.values()];
  if (tasks.some(task => task.phase === 'dead' && task.state.Failed)) {
    decide(cluster, alloc, { healthy: false, why: 'Unhealthy because of failed task' }, changed);
    return;
  }
  if (!tasks.every(isReady)) {
    cancelTimer(watch.timer);
    watch.timer = undefined;
    return;
  }
  const started = Math.max(
    watch.since,
    ...tasks.map(task => (task.state.StartedAt === null ? 0 : Date.parse(task.state.StartedAt))),
  );
  const at = started + watch.minHealthyMs;
  if (watch.timer?.at === at && watch.timer.fire !== undefined) return;
  cancelTimer(watch.timer);
  watch.timer = addTimer(cluster.timers, at, () => decide(cluster, alloc, { healthy: true }, changed));
}
