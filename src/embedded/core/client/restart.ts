/** The restart block: what becomes of a task that ended by itself. */

import type { Random } from '../../../base/random.ts';
import { formatDuration } from '../durations.ts';
import type { RestartCount } from './types.ts';

/** Up to this share of the delay is added to it. */
const jitter = 0.25;

export type RestartDecision =
  /** Starts again after `delay` nanoseconds. */
  | { readonly kind: 'restart'; readonly delay: number; readonly reason: string }
  /** Has failed for good. */
  | { readonly kind: 'fail'; readonly reason: string }
  /** Has done its work. */
  | { readonly kind: 'done' };

export type Ended =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly signal: number }
  | { readonly kind: 'start-error'; readonly recoverable: boolean };

const succeeded = (ended: Ended) => ended.kind === 'exit' && ended.exitCode === 0 && ended.signal === 0;

/**
 * Decides, and counts the attempt. `onSuccess`: whether a task that ended well is started again too, as in a service.
 * `now` in wall milliseconds.
 */
export function decideRestart(
  counted: RestartCount,
  ended: Ended,
  options: { now: number; onSuccess: boolean; random: Random },
): RestartDecision {
  const { policy } = counted;
  const endsWell = succeeded(ended) && !options.onSuccess;
  if (policy.Attempts === 0) return endsWell ? { kind: 'done' } : { kind: 'fail', reason: 'Policy allows no restarts' };
  if (options.now > counted.since + policy.Interval / 1e6) {
    counted.count = 0;
    counted.since = options.now;
  }
  counted.count += 1;
  if (ended.kind === 'start-error' && !ended.recoverable) return { kind: 'fail', reason: 'Error was unrecoverable' };
  if (endsWell) return { kind: 'done' };
  if (counted.count <= policy.Attempts) {
    const delay = policy.Delay + Math.floor(options.random.next() * policy.Delay * jitter);
    return { kind: 'restart', delay, reason: 'Restart within policy' };
  }
  if (policy.Mode === 'fail') {
    const interval = formatDuration(policy.Interval);
    return {
      kind: 'fail',
      reason: `Exceeded allowed attempts ${policy.Attempts} in interval ${interval} and mode is "fail"`,
    };
  }
  const delay = Math.max(0, Math.round((counted.since - options.now) * 1e6) + policy.Interval);
  return { kind: 'restart', delay, reason: 'Exceeded allowed attempts, applying a delay' };
}
