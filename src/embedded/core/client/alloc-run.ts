/** One allocation on its node: the order in which its tasks run, and what the end of one means for the others. */

import { registerServices, removeServices } from '../services.ts';
import type { AllocEntry, Cluster } from '../types.ts';
import { checkHealth, endWatch, startWatch } from './health.ts';
import { markDirty } from './sync.ts';
import * as events from './task-events.ts';
import { killTask, restartTask, reviveTask, setState, startTask } from './task-run.ts';
import type { AllocRun, ClientNode, TaskRun } from './types.ts';

const hook = (task: TaskRun) => task.spec.Lifecycle?.Hook;
const isSidecar = (task: TaskRun) => task.spec.Lifecycle?.Sidecar === true;
const isPoststop = (task: TaskRun) => hook(task) === 'poststop';
const isMain = (task: TaskRun) => hook(task) === undefined;

/** Receives an allocation that was placed here. */
export function receiveAlloc(cluster: Cluster, node: ClientNode, entry: AllocEntry): void {
  const { record, job } = entry;
  const group = job.TaskGroups.find(each => each.Name === record.TaskGroup);
  if (group === undefined) return;
  const alloc: AllocRun = {
    id: record.ID,
    node,
    record,
    job,
    group,
    tasks: new Map(),
    ending: false,
    done: false,
    hasProcesses: group.Tasks.some(task => task.Driver === 'raw_exec' || task.Driver === 'exec'),
    watch: undefined,
    health: undefined,
    acknowledged: undefined,
  };
  for (const spec of group.Tasks) {
    const task: TaskRun = {
      alloc,
      spec,
      restarts: { policy: spec.RestartPolicy, count: 0, since: cluster.now },
      state: {
        State: 'pending',
        Failed: false,
        Restarts: 0,
        LastRestart: null,
        StartedAt: null,
        FinishedAt: null,
        Events: [],
      },
      phase: 'waiting',
      run: 0,
      killing: false,
      restarting: false,
      backoff: undefined,
      killTimer: undefined,
      mock: undefined,
    };
    setState(task, {}, events.received(cluster.now));
    alloc.tasks.set(spec.Name, task);
  }
  node.allocs.set(alloc.id, alloc);
  if (record.DesiredStatus !== 'run') {
    stopAlloc(cluster, alloc);
    return;
  }
  registerServices(cluster, record, group.Services);
  startWatch(cluster, alloc, changed);
  changed(cluster, alloc);
}

/** Takes over what the servers changed of an allocation that runs here. */
export function updateAlloc(cluster: Cluster, alloc: AllocRun, entry: AllocEntry): void {
  const redeployed = entry.record.DeploymentID !== alloc.record.DeploymentID;
  alloc.record = entry.record;
  alloc.job = entry.job;
  alloc.group = entry.job.TaskGroups.find(each => each.Name === entry.record.TaskGroup) ?? alloc.group;
  if (entry.record.DesiredStatus !== 'run') stopAlloc(cluster, alloc);
  else if (redeployed) {
    alloc.health = undefined;
    startWatch(cluster, alloc, changed);
  }
}

/** Ends every task but the poststop ones, which then have their turn. */
export function stopAlloc(cluster: Cluster, alloc: AllocRun): void {
  if (alloc.ending) return;
  endTasks(cluster, alloc);
  changed(cluster, alloc);
}

function endTasks(cluster: Cluster, alloc: AllocRun): void {
  alloc.ending = true;
  removeServices(cluster, alloc.record, alloc.group.Services);
  endWatch(alloc);
  const tasks = [...alloc.tasks.values()].filter(task => !isPoststop(task));
  for (const task of tasks) if (!isSidecar(task)) killTask(cluster, task, changed);
  if (tasks.every(task => isSidecar(task) || task.phase === 'dead')) {
    for (const task of tasks) killTask(cluster, task, changed);
  }
}

/** Why the other tasks must end: a failed sibling, a dead leader, or nothing but sidecars left. */
function reasonToEnd(cluster: Cluster, tasks: readonly TaskRun[]): ReturnType<typeof events.leaderDead> | undefined {
  const failed = tasks.find(task => task.phase === 'dead' && task.state.Failed);
  if (failed !== undefined) return events.siblingFailed(cluster.now, failed.spec.Name);
  if (tasks.some(task => task.phase === 'dead' && task.spec.Leader)) return events.leaderDead(cluster.now);
  const live = tasks.filter(task => task.phase !== 'dead');
  return live.length > 0 && live.every(isSidecar) ? events.mainDead(cluster.now) : undefined;
}

function mayStart(task: TaskRun, tasks: readonly TaskRun[]): boolean {
  const of = (wanted: string | undefined) => tasks.filter(other => hook(other) === wanted);
  if (hook(task) === 'prestart') return true;
  if (isPoststop(task)) return tasks.every(other => isPoststop(other) || other.phase === 'dead');
  const prepared = of('prestart').every(other =>
    isSidecar(other) ? other.phase === 'running' : other.phase === 'dead' && !other.state.Failed,
  );
  if (isMain(task)) return prepared;
  return (
    prepared &&
    of(undefined).every(other => other.phase === 'running' || (other.phase === 'dead' && !other.state.Failed))
  );
}

/** The allocation that this one replaces still runs here: its ports and files are not free yet. */
function waitsForPrevious(alloc: AllocRun): boolean {
  const { PreviousAllocation } = alloc.record;
  if (alloc.ending || PreviousAllocation === undefined) return false;
  return alloc.node.allocs.get(PreviousAllocation)?.done === false;
}

/** Starts what may start now and ends what must: called after every change of a task. */
function progress(cluster: Cluster, alloc: AllocRun): void {
  const tasks = [...alloc.tasks.values()];
  const others = tasks.filter(task => !isPoststop(task));
  if (!alloc.ending) {
    const reason = others.some(task => task.phase !== 'dead') ? reasonToEnd(cluster, others) : undefined;
    if (reason !== undefined) {
      for (const task of others) if (task.phase !== 'dead') setState(task, {}, reason);
      endTasks(cluster, alloc);
    } else if (others.every(task => task.phase === 'dead')) {
      endTasks(cluster, alloc);
    }
  } else if (others.every(task => isSidecar(task) || task.phase === 'dead')) {
    for (const task of others) killTask(cluster, task, changed);
  }
  if (waitsForPrevious(alloc)) return;
  for (const task of tasks) {
    if (task.phase !== 'waiting' || (alloc.ending && !isPoststop(task))) continue;
    if (mayStart(task, tasks)) startTask(cluster, task, changed);
  }
  if (tasks.every(task => task.phase === 'dead')) finish(cluster, alloc);
}

function finish(cluster: Cluster, alloc: AllocRun): void {
  if (alloc.done) return;
  alloc.done = true;
  alloc.ending = true;
  removeServices(cluster, alloc.record, alloc.group.Services);
  endWatch(alloc);
  for (const next of alloc.node.allocs.values()) {
    if (next.record.PreviousAllocation === alloc.id) changed(cluster, next);
  }
  if (!cluster.tables.allocs.has(alloc.id)) forgetAlloc(cluster, alloc);
}

/** Lets go of an allocation that has ended, and that the servers know no more. */
export function forgetAlloc(cluster: Cluster, { node, id, hasProcesses }: AllocRun): void {
  node.allocs.delete(id);
  if (hasProcesses) cluster.orders.push({ kind: 'forget', alloc: id });
}

/** A task of this allocation changed. */
export function changed(cluster: Cluster, alloc: AllocRun): void {
  checkHealth(cluster, alloc, changed);
  progress(cluster, alloc);
  markDirty(cluster, alloc);
}

/** Restarts one task by request; `undefined` when it isn't there, `false` when it isn't running. */
export function restartOne(cluster: Cluster, alloc: AllocRun, name: string): boolean | undefined {
  const task = alloc.tasks.get(name);
  if (task === undefined) return undefined;
  if (task.phase !== 'running') return false;
  restartTask(cluster, task, 'User requested task to restart', changed);
  changed(cluster, alloc);
  return true;
}

/** Restarts the tasks that run, or with `all` also those that have ended, in their order. */
export function restartMany(cluster: Cluster, alloc: AllocRun, all: boolean): void {
  const reason = all ? 'User requested all tasks to restart' : 'User requested running tasks to restart';
  removeServices(cluster, alloc.record, alloc.group.Services);
  registerServices(cluster, alloc.record, alloc.group.Services);
  for (const task of alloc.tasks.values()) {
    if (isPoststop(task)) continue;
    if (task.phase === 'running') restartTask(cluster, task, reason, changed);
    else if (all && task.phase === 'dead') reviveTask(cluster, task, reason);
  }
  changed(cluster, alloc);
}
