/** Trying again, only where that can't do anything twice. */

import type { Clock, Timers } from '../world/types.ts';
import type { NomadRequest, Outcome } from './types.ts';

export interface RetryDeps {
  readonly clock: Pick<Clock, 'mono'>;
  readonly timers: Timers;
  /** A number from 0 to below 1, for the jitter. */
  readonly chance: () => number;
}

export interface RetryLimits {
  /** Tries in all; default 4. */
  readonly tries?: number;
  /** From the first send to the end of the last, in milliseconds; default 10 s. */
  readonly withinMs?: number;
  /** Before the second try; each later pause is twice as long. Default 100. */
  readonly pauseMs?: number;
}

interface SendOptions {
  readonly signal?: AbortSignal;
}

type Send = (request: NomadRequest, options?: SendOptions) => Promise<Outcome>;

/**
 * A `send` that tries again: anything that surely never reached a leader (unreachable, no leader, too many requests), and
 * what ended ambiguously only where the request is `repeatable` (by default a GET). The last outcome is the answer.
 */
export function withRetry(send: Send, deps: RetryDeps, limits: RetryLimits = {}): Send {
  const { tries = 4, withinMs = 10_000, pauseMs = 100 } = limits;
  return async (request, options = {}) => {
    const end = deps.clock.mono() + withinMs;
    for (let tried = 1; ; tried += 1) {
      const left = end - deps.clock.mono();
      const timeoutMs = Math.min(request.timeoutMs ?? left, left);
      const outcome = await send(tried === 1 ? request : { ...request, timeoutMs }, options);
      if (tried >= tries || !mayRepeat(request, outcome)) return outcome;
      // Between half a pause and a whole one, so that many who failed at once don't come back at once.
      const pause = pauseMs * 2 ** (tried - 1) * (0.5 + deps.chance() / 2);
      if (deps.clock.mono() + pause >= end || !(await waited(pause, deps.timers, options.signal))) return outcome;
    }
  };
}

function mayRepeat(request: NomadRequest, outcome: Outcome): boolean {
  if (outcome.kind === 'ok') return false;
  if (outcome.kind === 'ambiguous') return request.repeatable ?? request.method === 'GET';
  return ['unreachable', 'no-leader', 'limited'].includes(outcome.reason);
}

/** False as soon as the signal aborts. */
function waited(ms: number, timers: Timers, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise(resolve => {
    const onAbort = () => {
      cancel();
      resolve(false);
    };
    const cancel = timers.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
