/** One task on its node: starting, ending, restarting, being killed. Each step is an event in its state. */

import type { TaskEvent, TaskState } from '../../../nomad/types.ts';
import { registerServices, removeServices } from '../services.ts';
import { addTimer, cancelTimer } from '../timers.ts';
import type { Cluster } from '../types.ts';
import { timestamp } from '../write.ts';
import { type DriverCallbacks, isMock, signalError, signalMock, startMock, stopMock } from './mock.ts';
import { signalProcess, startProcess, stopProcess } from './process.ts';
import { decideRestart, type Ended } from './restart.ts';
import { signalNumber } from './signals.ts';
import * as events from './task-events.ts';
import type { AllocRun, Exit, TaskRun } from './types.ts';

/** `max_kill_timeout` of a client. */
const longestKillMs = 30_000;

/** Tells the allocation that one of its tasks changed; handed in, since the allocation drives its tasks. */
export type Changed = (cluster: Cluster, alloc: AllocRun) => void;

/** Adds an event and changes fields of a task's state. */
export function setState(task: TaskRun, change: Partial<TaskState>, ...added: readonly TaskEvent[]): void {
  const all = [...(task.state.Events ?? []), ...added];
  task.state = { ...task.state, ...change, Events: all.slice(-events.eventsKept) };
}

function killTimeoutMs(task: TaskRun): number {
  return Math.min(task.spec.KillTimeout / 1e6, longestKillMs);
}

function die(cluster: Cluster, task: TaskRun, failed: boolean, ...added: readonly TaskEvent[]): void {
  cancelTimer(task.backoff);
  cancelTimer(task.killTimer);
  task.phase = 'dead';
  task.killing = false;
  task.restarting = false;
  setState(task, { State: 'dead', Failed: failed, FinishedAt: timestamp(cluster.now) }, ...added);
}

function callbacks(cluster: Cluster, changed: Changed): DriverCallbacks {
  return {
    started: task => taskStarted(cluster, task, changed),
    failed: (task, error, recoverable) => taskFailedToStart(cluster, task, { error, recoverable }, changed),
    exited: (task, exit) => taskExited(cluster, task, exit, changed),
  };
}

/** Starts a task for the first time or again. */
export function startTask(cluster: Cluster, task: TaskRun, changed: Changed): void {
  task.phase = 'starting';
  task.run += 1;
  if (task.run === 1) setState(task, {}, events.setup(cluster.now));
  if (isMock(task)) startMock(cluster, task, callbacks(cluster, changed));
  else startProcess(cluster, task);
}

export function taskStarted(cluster: Cluster, task: TaskRun, changed: Changed): void {
  if (task.phase !== 'starting') return;
  task.phase = 'running';
  setState(task, { State: 'running', StartedAt: timestamp(cluster.now) }, events.started(cluster.now));
  registerServices(cluster, task.alloc.record, task.spec.Services, task.spec.Name);
  if (task.killing) stopDriver(cluster, task, changed);
  changed(cluster, task.alloc);
}

export function taskFailedToStart(
  cluster: Cluster,
  task: TaskRun,
  failure: { error: string; recoverable: boolean },
  changed: Changed,
): void {
  if (task.phase !== 'starting') return;
  setState(task, {}, events.driverFailure(cluster.now, failure.error));
  if (task.killing) die(cluster, task, false);
  else afterEnd(cluster, task, { kind: 'start-error', recoverable: failure.recoverable }, changed);
  changed(cluster, task.alloc);
}

export function taskExited(cluster: Cluster, task: TaskRun, exit: Exit, changed: Changed): void {
  if (task.phase !== 'running' && task.phase !== 'starting') return;
  cancelTimer(task.killTimer);
  removeServices(cluster, task.alloc.record, task.spec.Services, task.spec.Name);
  setState(task, {}, events.terminated(cluster.now, exit));
  if (task.killing) die(cluster, task, false, events.killed(cluster.now));
  else if (task.restarting) {
    task.restarting = false;
    restartAfter(cluster, task, { delay: 0, reason: '' }, changed);
  } else afterEnd(cluster, task, { kind: 'exit', exitCode: exit.exitCode, signal: exit.signal }, changed);
  changed(cluster, task.alloc);
}

/** Whether a task that ended well is started again: those of services that are meant to stay. */
function restartsOnSuccess(task: TaskRun): boolean {
  const { Lifecycle } = task.spec;
  if (Lifecycle !== null) return Lifecycle.Sidecar;
  return task.alloc.job.Type === 'service' || task.alloc.job.Type === 'system';
}

function afterEnd(cluster: Cluster, task: TaskRun, ended: Ended, changed: Changed): void {
  const options = { now: cluster.now, onSuccess: restartsOnSuccess(task), random: cluster.jitter };
  const decision = decideRestart(task.restarts, ended, options);
  if (decision.kind === 'restart') restartAfter(cluster, task, decision, changed);
  else if (decision.kind === 'done') die(cluster, task, false);
  else die(cluster, task, true, events.notRestarting(cluster.now, decision.reason));
}

/** `delay` in nanoseconds. A task restarted in one go with its allocation waits for its turn instead. */
function restartAfter(
  cluster: Cluster,
  task: TaskRun,
  { delay, reason }: { delay: number; reason: string },
  changed: Changed,
): void {
  const now = timestamp(cluster.now);
  setState(
    task,
    { State: 'pending', Restarts: task.state.Restarts + 1, LastRestart: now },
    events.restarting(cluster.now, delay, reason),
  );
  task.phase = 'backoff';
  const at = cluster.now + Math.max(delay / 1e6, 4);
  task.backoff = addTimer(cluster.timers, at, () => startTask(cluster, task, changed));
}

function stopDriver(cluster: Cluster, task: TaskRun, changed: Changed): void {
  const timeoutMs = killTimeoutMs(task);
  if (isMock(task)) stopMock(cluster, task, timeoutMs, callbacks(cluster, changed));
  else stopProcess(cluster, task, timeoutMs);
}

/** Ends a task for good. One that isn't running yet is dead at once; the others are when they have ended. */
export function killTask(cluster: Cluster, task: TaskRun, changed: Changed): void {
  if (task.phase === 'dead' || task.killing) return;
  setState(task, {}, events.killing(cluster.now, task.spec.KillTimeout));
  const startingMock = task.phase === 'starting' && isMock(task);
  if (startingMock) {
    cancelTimer(task.mock?.timer);
    task.mock = undefined;
  }
  if (startingMock || task.phase === 'waiting' || task.phase === 'backoff') {
    die(cluster, task, false);
    return;
  }
  task.killing = true;
  if (task.phase === 'running') stopDriver(cluster, task, changed);
}

/** Stops a running task and starts it again, without a delay. */
export function restartTask(cluster: Cluster, task: TaskRun, reason: string, changed: Changed): void {
  setState(task, {}, events.restartSignaled(cluster.now, reason));
  task.restarting = true;
  stopDriver(cluster, task, changed);
}

/** Puts a dead task back to the start, to run again in its turn. */
export function reviveTask(cluster: Cluster, task: TaskRun, reason: string): void {
  const now = timestamp(cluster.now);
  setState(
    task,
    { State: 'pending', Restarts: task.state.Restarts + 1, LastRestart: now },
    events.restartSignaled(cluster.now, reason),
    events.restarting(cluster.now, 0, ''),
  );
  task.phase = 'waiting';
}

/** Sends a signal by its name; answers an error of the driver's, if any. */
export function signalTask(cluster: Cluster, task: TaskRun, signal: string, changed: Changed): string | undefined {
  const error = isMock(task) ? signalError(task) : undefined;
  if (error !== undefined) return error;
  setState(task, {}, events.signaling(cluster.now, signal));
  if (isMock(task)) signalMock(cluster, task, signalNumber(signal), callbacks(cluster, changed));
  else signalProcess(cluster, task, signal);
  changed(cluster, task.alloc);
  return undefined;
}
