/**
 * The driver that only keeps time: a task is a moment at which it ends. Its settings are those of Nomad's own mock driver
 * (`run_for`, `exit_code`, `exit_signal`, `start_block_for`, `start_error`, `start_error_recoverable`, `kill_after`,
 * `signal_error`), and `start_delay` for `start_block_for`. Unlike Nomad's, it answers signals as a process does that
 * handles none: SIGKILL ends it with 137, SIGSTOP freezes it. Each run writes `stdout_string` and `stderr_string` once.
 */

import { parseDuration } from '../durations.ts';
import { addTimer, cancelTimer } from '../timers.ts';
import type { Cluster } from '../types.ts';
import { effectOf } from './signals.ts';
import type { Exit, MockRun, TaskRun } from './types.ts';

/** A real client takes about this long from a task's setup to its start. */
const startMs = 60;

export interface DriverCallbacks {
  started(task: TaskRun): void;
  failed(task: TaskRun, error: string, recoverable: boolean): void;
  exited(task: TaskRun, exit: Exit): void;
}

function milliseconds(task: TaskRun, ...keys: readonly string[]): number {
  for (const key of keys) {
    const value = task.spec.Config?.[key];
    if (typeof value === 'string') return (parseDuration(value) ?? 0) / 1e6;
    if (typeof value === 'number') return value / 1e6;
  }
  return 0;
}

function numberOf(task: TaskRun, key: string): number {
  return Number(task.spec.Config?.[key] ?? 0);
}

export function startMock(cluster: Cluster, task: TaskRun, callbacks: DriverCallbacks): void {
  const { run } = task;
  const delay = Math.max(startMs, milliseconds(task, 'start_block_for', 'start_delay'));
  const mock: MockRun = { timer: undefined, endsAt: 0, frozenAt: undefined, pending: undefined };
  task.mock = mock;
  mock.timer = addTimer(cluster.timers, cluster.now + delay, () => {
    if (task.run !== run) return;
    const error = task.spec.Config?.['start_error'];
    if (typeof error === 'string' && error !== '') {
      task.mock = undefined;
      callbacks.failed(task, error, task.spec.Config?.['start_error_recoverable'] === true);
      return;
    }
    mock.endsAt = cluster.now + milliseconds(task, 'run_for');
    waitForEnd(cluster, task, mock, callbacks);
    callbacks.started(task);
  });
}

function waitForEnd(cluster: Cluster, task: TaskRun, mock: MockRun, callbacks: DriverCallbacks): void {
  mock.timer = addTimer(cluster.timers, mock.endsAt, () => {
    end(task, mock, callbacks, { exitCode: numberOf(task, 'exit_code'), signal: numberOf(task, 'exit_signal') });
  });
}

function end(task: TaskRun, mock: MockRun, callbacks: DriverCallbacks, exit: Exit): void {
  if (task.mock !== mock) return;
  cancelTimer(mock.timer);
  task.mock = undefined;
  callbacks.exited(task, exit);
}

const killedBy = (signal: number): Exit => ({ exitCode: 128 + signal, signal });

/** Sends a signal. Ends, freezes or thaws the task at once; a frozen one keeps all but SIGKILL for later. */
export function signalMock(cluster: Cluster, task: TaskRun, signal: number, callbacks: DriverCallbacks): void {
  const { mock } = task;
  if (mock === undefined) return;
  const effect = effectOf(signal);
  if (effect === 'freeze') {
    mock.frozenAt ??= cluster.now;
    cancelTimer(mock.timer);
  } else if (effect === 'thaw') {
    thaw(cluster, task, mock, callbacks);
  } else if (effect === 'kill') {
    if (mock.frozenAt === undefined || signal === 9) end(task, mock, callbacks, killedBy(signal));
    else mock.pending = signal;
  }
}

function thaw(cluster: Cluster, task: TaskRun, mock: MockRun, callbacks: DriverCallbacks): void {
  if (mock.frozenAt === undefined) return;
  mock.endsAt += cluster.now - mock.frozenAt;
  mock.frozenAt = undefined;
  if (mock.pending !== undefined) end(task, mock, callbacks, killedBy(mock.pending));
  else waitForEnd(cluster, task, mock, callbacks);
}

/** Asks it to end: it does after `kill_after` with code 0, unless `timeoutMs` is sooner or it is frozen: then by SIGKILL. */
export function stopMock(cluster: Cluster, task: TaskRun, timeoutMs: number, callbacks: DriverCallbacks): void {
  const { mock } = task;
  if (mock === undefined) return;
  const after = milliseconds(task, 'kill_after');
  const byForce = mock.frozenAt !== undefined || after > timeoutMs;
  const at = cluster.now + (byForce ? timeoutMs : Math.max(after, 1));
  cancelTimer(task.killTimer);
  task.killTimer = addTimer(cluster.timers, at, () => {
    end(task, mock, callbacks, byForce ? killedBy(9) : { exitCode: 0, signal: 0 });
  });
}

/** What `signal_error` says, where it is set. */
export function signalError(task: TaskRun): string | undefined {
  const error = task.spec.Config?.['signal_error'];
  return typeof error === 'string' && error !== '' ? error : undefined;
}

export const isMock = (task: Pick<TaskRun, 'spec'>): boolean =>
  task.spec.Driver === 'mock_driver' || task.spec.Driver === 'mock';

/** All that a task wrote, which only keeps time; undefined for a real process. */
export function mockOutput(task: TaskRun, type: 'stdout' | 'stderr'): string | undefined {
  if (!isMock(task)) return undefined;
  const text = task.spec.Config?.[`${type}_string`];
  return typeof text === 'string' ? text.repeat(task.run) : '';
}
