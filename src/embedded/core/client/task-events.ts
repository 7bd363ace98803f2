/** Task events in Nomad's own shape and words. */

import type { TaskEvent } from '../../../nomad/types.ts';
import { formatDuration } from '../durations.ts';

const blank = {
  DiskLimit: 0,
  DownloadError: '',
  DriverError: '',
  DriverMessage: '',
  ExitCode: 0,
  FailedSibling: '',
  FailsTask: false,
  GenericSource: '',
  KillError: '',
  KillReason: '',
  KillTimeout: 0,
  Message: '',
  RestartReason: '',
  SetupError: '',
  Signal: 0,
  StartDelay: 0,
  TaskSignal: '',
  TaskSignalReason: '',
  ValidationError: '',
  VaultError: '',
};

/** Events kept of a task. */
export const eventsKept = 10;

type Fields = Partial<typeof blank>;

function event(
  now: number,
  Type: string,
  DisplayMessage: string,
  Details: Record<string, string> = {},
  fields: Fields = {},
): TaskEvent {
  return { ...blank, ...fields, Type, Time: Math.round(now * 1e6), DisplayMessage, Details } as TaskEvent;
}

export const received = (now: number) => event(now, 'Received', 'Task received by client');

export const setup = (now: number) =>
  event(
    now,
    'Task Setup',
    'Building Task Directory',
    { message: 'Building Task Directory' },
    { Message: 'Building Task Directory' },
  );

export const started = (now: number) => event(now, 'Started', 'Task started by client');

export const signaling = (now: number, signal: string) =>
  event(now, 'Signaling', 'Task being sent a signal', { signal });

export function terminated(now: number, exit: { exitCode: number; signal: number }): TaskEvent {
  const message =
    exit.signal === 0 ? `Exit Code: ${exit.exitCode}` : `Exit Code: ${exit.exitCode}, Signal: ${exit.signal}`;
  const details = { exit_code: String(exit.exitCode), signal: String(exit.signal), oom_killed: 'false' };
  return event(now, 'Terminated', message, details, { ExitCode: exit.exitCode, Signal: exit.signal });
}

/** `delay` in nanoseconds; a restart that was asked for has neither delay nor reason. */
export function restarting(now: number, delay: number, reason: string): TaskEvent {
  const words = `Task restarting in ${formatDuration(delay)}`;
  const message = reason === '' || reason === 'Restart within policy' ? words : `${reason} - ${words}`;
  const details = { restart_reason: reason, start_delay: String(delay) };
  return event(now, 'Restarting', message, details, { RestartReason: reason, StartDelay: delay });
}

export const notRestarting = (now: number, reason: string) =>
  event(
    now,
    'Not Restarting',
    reason,
    { restart_reason: reason, fails_task: 'true' },
    { RestartReason: reason, FailsTask: true },
  );

export const restartSignaled = (now: number, reason: string) =>
  event(now, 'Restart Signaled', reason, { restart_reason: reason }, { RestartReason: reason });

export function killing(now: number, timeout: number): TaskEvent {
  const words = formatDuration(timeout);
  return event(
    now,
    'Killing',
    `Sent interrupt. Waiting ${words} before force killing`,
    { kill_timeout: words },
    { KillTimeout: timeout },
  );
}

export const killed = (now: number) => event(now, 'Killed', 'Task successfully killed');

export const driverFailure = (now: number, error: string) =>
  event(now, 'Driver Failure', error, { driver_error: error }, { DriverError: error });

export const siblingFailed = (now: number, sibling: string) =>
  event(
    now,
    'Sibling Task Failed',
    `Task's sibling "${sibling}" failed`,
    { failed_sibling: sibling },
    { FailedSibling: sibling },
  );

export const leaderDead = (now: number) => event(now, 'Leader Task Dead', 'Leader Task in Group dead');

export const mainDead = (now: number) => event(now, 'Main Tasks Dead', 'Main tasks in the group died');

export const unhealthy = (now: number, reason: string) =>
  event(now, 'Alloc Unhealthy', reason, { message: reason }, { Message: reason });
