/** The world as it is: the machine's clocks, timers, chance and log. */

import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';
import { createLog, type LogOptions } from './log.ts';
import type { Clock, Timers, World } from './types.ts';

/** A longer `setTimeout` fires at once. */
const longestTimerMs = 2 ** 31 - 1;

export const realClock: Clock = {
  wall: () => Date.now(),
  mono: () => performance.now(),
};

/** Timers that keep the process alive until they fire or are cancelled; delays past 24 days are cut to that. */
export const realTimers: Timers = {
  after: (ms, fn) => {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), longestTimerMs));
    return () => clearTimeout(timer);
  },
};

/** The real world, with a log of the options given. */
export function createWorld(options: LogOptions): World {
  return {
    ...realClock,
    ...realTimers,
    log: createLog(options),
    bytes: n => new Uint8Array(randomBytes(n)),
  };
}
