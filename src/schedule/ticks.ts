/** What a schedule owes now: at most one start, and what it missed or left out meanwhile. */

import type { Schedule } from '../spec/experiment.ts';
import { isSkipped, jitterOf, type RunOf } from './draw.ts';
import { heardTicks } from './heard.ts';
import { type Series, seriesOf } from './series.ts';

/** All in milliseconds since the epoch. */
export interface TickAnchor {
  /** Of the schedule's Variable. */
  readonly modifyTime: number;
  /** The newest tick that was started, refused, left out or counted as missed, by anyone; negative infinity: none. */
  readonly handled: number;
  /** The wall clock, which may have jumped. */
  readonly now: number;
  /** Names the streams that chance is drawn from. */
  readonly run: RunOf;
  /** Of a schedule that an event starts: when each that is known happened, earliest first. */
  readonly heard?: readonly number[];
  /** Of such a schedule: the newest tick that was started. */
  readonly last?: number | undefined;
}

export interface Ticks {
  /** To be started now: the newest tick that came due, where the start deadline has not passed since. */
  readonly due: number | undefined;
  /** When it came due: the tick and its jitter. */
  readonly dueAt: number | undefined;
  /** Ticks that nobody started and that are too old by now, or that the due one overtook. */
  readonly missed: number;
  /** Ticks that probability left out. */
  readonly skipped: number;
  /** Ticks of events too soon after the last start. */
  readonly tooSoon?: number;
  /** The newest of the missed and skipped ones; `handled` where there is none. */
  readonly spentUntil: number;
  /** When the first tick still to come will be due, its jitter included. */
  readonly next: number | undefined;
}

/**
 * Looks at a schedule at one instant. However long the sleep, one start at most is due; the others are counted.
 *
 * Where the clock was set back by more than the start deadline, `handled` lies in a future that is not to come for long.
 * The schedule then goes by the clock as it is now, and may name a tick a second time: the claim of its run id refuses
 * those that ran, and chance leaves out the same ones. After a smaller step back it waits until the clock has caught up.
 */
export function ticks(schedule: Schedule, anchor: TickAnchor): Ticks {
  const { modifyTime, handled, now, run } = anchor;
  const none = { due: undefined, dueAt: undefined, missed: 0, skipped: 0, spentUntil: handled };
  if (schedule.suspend) return { ...none, next: undefined };
  if (schedule.when.kind === 'on') return heardTicks(schedule, schedule.when, anchor);
  const series = seriesOf(schedule.when, modifyTime);
  const dueAtOf = (tick: number) => tick + jitterOf(schedule, series, tick, run);
  const setBack = handled - now > schedule.startDeadlineMs;
  const from = setBack ? Number.NEGATIVE_INFINITY : handled;
  const isOpen = (tick: number) => tick > from && tick !== handled;

  const latest = series.upTo(now);
  const isPending = latest !== undefined && isOpen(latest) && dueAtOf(latest) > now;
  const newest = isPending ? series.upTo(latest - 1) : latest;
  const toCome = isPending ? latest : unhandled(series, setBack ? now : Math.max(now, handled), handled);
  const next = toCome === undefined ? undefined : dueAtOf(toCome);
  if (newest === undefined) return { ...none, next };

  const dueAt = dueAtOf(newest);
  const isInTime = isOpen(newest) && now - dueAt <= schedule.startDeadlineMs;
  const isLeftOut = isInTime && isSkipped(schedule, newest, run);
  const due = isInTime && !isLeftOut ? { due: newest, dueAt } : { due: undefined, dueAt: undefined };
  const skipped = isLeftOut ? 1 : 0;
  if (setBack) return { ...none, ...due, skipped, spentUntil: isLeftOut ? newest : handled, next };

  const last = isInTime ? series.upTo(newest - 1) : newest;
  const lost = last === undefined ? 0 : series.count(handled, last);
  const leftOut = last === undefined ? 0 : leftOutOf(schedule, series, last, lost, run);
  return {
    ...due,
    missed: lost - leftOut,
    skipped: skipped + leftOut,
    spentUntil: isLeftOut ? newest : lost > 0 && last !== undefined ? last : handled,
    next,
  };
}

/** So many ticks are asked one by one whether probability left them out; of older ones its share is taken. */
const mostAsked = 1_000;

/** Of ticks that nobody started, those that nobody was to start: `lost` of them, `last` being the newest. */
function leftOutOf(schedule: Schedule, series: Series, last: number, lost: number, run: RunOf): number {
  const { probability = 1 } = schedule;
  if (probability === 1 || lost === 0) return 0;
  let leftOut = Math.round(Math.max(0, lost - mostAsked) * (1 - probability));
  let tick: number | undefined = last;
  for (let asked = 0; asked < Math.min(lost, mostAsked) && tick !== undefined; asked += 1) {
    if (isSkipped(schedule, tick, run)) leftOut += 1;
    tick = series.upTo(tick - 1);
  }
  return leftOut;
}

function unhandled(series: Series, after: number, handled: number): number | undefined {
  const tick = series.after(after);
  return tick === handled ? series.after(tick) : tick;
}
