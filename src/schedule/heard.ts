/** What a schedule owes that events start: the first of those that came due, and what becomes of those before it. */

import type { EventWhen, Schedule } from '../spec/experiment.ts';
import { isSkipped, jitterOf } from './draw.ts';
import type { TickAnchor, Ticks } from './ticks.ts';

/**
 * A tick is its event and the delay. Of many that come together, as the allocations of a deployment do, the first is
 * due; the others fall into its run, or into the time that must be between two starts.
 */
export function heardTicks(schedule: Schedule, when: EventWhen, anchor: TickAnchor): Ticks {
  const { modifyTime, handled, now, run, heard = [], last = Number.NEGATIVE_INFINITY } = anchor;
  const found = { due: undefined, dueAt: undefined, missed: 0, skipped: 0, tooSoon: 0, spentUntil: handled };
  for (const at of heard) {
    const tick = at + when.delayMs;
    if (at <= modifyTime || tick <= found.spentUntil) continue;
    const dueAt = tick + jitterOf(schedule, undefined, tick, run);
    if (dueAt > now) return { ...found, next: dueAt };
    if (now - dueAt > schedule.startDeadlineMs) found.missed += 1;
    else if (tick < last + when.minIntervalMs) found.tooSoon += 1;
    else if (isSkipped(schedule, tick, run)) found.skipped += 1;
    else return { ...found, due: tick, dueAt, next: undefined };
    found.spentUntil = tick;
  }
  return { ...found, next: undefined };
}
