/** What a schedule owes now: at most one start, and what it missed meanwhile. */

import type { Schedule } from '../spec/experiment.ts';
import { type Series, seriesOf } from './series.ts';

/** All in milliseconds since the epoch. */
export interface TickAnchor {
  /** Of the schedule's Variable. */
  readonly modifyTime: number;
  /** The newest tick that was started, refused or counted as missed, by anyone; negative infinity: none. */
  readonly handled: number;
  /** The wall clock, which may have jumped. */
  readonly now: number;
}

export interface Ticks {
  /** To be started now: the newest tick not later than now and not older than the start deadline. */
  readonly due: number | undefined;
  /** Ticks that nobody started and that are too old by now, or that the due one overtook. */
  readonly missed: number;
  /** The newest of the missed ones; `handled` where none was missed. */
  readonly missedUntil: number;
  /** The first tick still to come. */
  readonly next: number | undefined;
}

/**
 * Looks at a schedule at one instant. However long the sleep, one start at most is due; the others are counted.
 *
 * Where the clock was set back by more than the start deadline, `handled` lies in a future that is not to come for long.
 * The schedule then goes by the clock as it is now, and may name a tick a second time: the claim of its run id refuses
 * those that ran. After a smaller step back it waits until the clock has caught up.
 */
export function ticks(schedule: Schedule, { modifyTime, handled, now }: TickAnchor): Ticks {
  if (schedule.suspend) return { due: undefined, missed: 0, missedUntil: handled, next: undefined };
  const series = seriesOf(schedule.when, modifyTime);
  const setBack = handled - now > schedule.startDeadlineMs;
  const from = setBack ? Number.NEGATIVE_INFINITY : handled;
  const newest = series.upTo(now);
  const due =
    newest !== undefined && newest > from && newest !== handled && now - newest <= schedule.startDeadlineMs
      ? newest
      : undefined;
  const next = unhandled(series, setBack ? now : Math.max(now, handled), handled);
  if (setBack) return { due, missed: 0, missedUntil: handled, next };
  const missed = series.count(handled, now) - (due === undefined ? 0 : 1);
  const last = due === undefined ? newest : series.upTo(due - 1);
  return { due, missed, missedUntil: missed > 0 && last !== undefined ? last : handled, next };
}

function unhandled(series: Series, after: number, handled: number): number | undefined {
  const tick = series.after(after);
  return tick === handled ? series.after(tick) : tick;
}
