/** What chance says of a tick: the same to everyone who asks, since the id of its run names the streams. */

import { stream } from '../base/random.ts';
import type { Schedule } from '../spec/experiment.ts';
import type { Series } from './series.ts';

/** The id of the run of a tick. */
export type RunOf = (tick: number) => string;

/**
 * Milliseconds from a tick until it is due. Never as long as until the next tick: so ticks come due in their order, and
 * only the newest can still be to come. No series: nobody knows the next one.
 */
export function jitterOf({ jitterMs = 0 }: Schedule, series: Series | undefined, tick: number, run: RunOf): number {
  if (jitterMs === 0) return 0;
  const room = (series?.after(tick) ?? Number.POSITIVE_INFINITY) - tick;
  return Math.floor(stream(run(tick), 'jitter').next() * Math.min(jitterMs, room));
}

/** Whether probability leaves a tick out. */
export function isSkipped({ probability = 1 }: Schedule, tick: number, run: RunOf): boolean {
  return probability < 1 && stream(run(tick), 'probability').next() >= probability;
}
