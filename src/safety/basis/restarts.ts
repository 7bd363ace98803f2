/** Whether a task that is killed starts again where it is, by Nomad's restart block. */

import { formatDuration } from '../../base/duration.ts';
import type { TaskView } from '../../cluster/types.ts';
import type { RestartPolicy } from '../../nomad/types.ts';

/** Whether something comes back, and the words for it. */
export type Return = { readonly returns: boolean; readonly words: string };

/** Nomad keeps this many events of a task. */
const eventsKept = 10;

/**
 * What the restart block gives a task that fails now. Nomad counts restarts in a window that begins with the first one
 * after the last window ended: those of the last `interval` are never fewer than it counts, so this errs towards "no".
 */
export function restartOf(name: string, task: TaskView, policy: RestartPolicy | undefined, now: number): Return {
  if (policy === undefined) return { returns: false, words: `the restart block of task ${name} is not known` };
  if (policy.Attempts <= 0)
    return { returns: false, words: `the restart block of task ${name} allows no restart (attempts = 0)` };
  const interval = policy.Interval / 1e6;
  const { used, sure } = restartsSince(task, now - interval);
  const within = formatDuration(interval);
  const tally = sure
    ? `${used} of ${policy.Attempts} attempts used in ${within}`
    : `up to ${used} restarts in ${within}, ${policy.Attempts} allowed`;
  if (used < policy.Attempts) return { returns: true, words: `task ${name} restarts in place (${tally})` };
  if (policy.Mode === 'delay')
    return { returns: true, words: `task ${name} restarts when its interval is over (${tally}, mode = "delay")` };
  return { returns: false, words: `the restart block of task ${name} is used up (${tally}, mode = "${policy.Mode}")` };
}

/** Restarts counted against the block since an instant; not sure where Nomad no longer has all of the task's events. */
function restartsSince(task: TaskView, since: number): { readonly used: number; readonly sure: boolean } {
  let restarts = 0;
  let used = 0;
  for (const { type, time, details } of task.events) {
    if (type !== 'Restarting') continue;
    restarts += 1;
    if (time > since && details?.['restart_reason'] !== '') used += 1;
  }
  const [oldest] = task.events;
  const forgotten = Math.max(0, task.restarts - restarts);
  const complete = task.events.length < eventsKept || (oldest !== undefined && oldest.time <= since);
  return complete || forgotten === 0 ? { used, sure: true } : { used: used + forgotten, sure: false };
}
