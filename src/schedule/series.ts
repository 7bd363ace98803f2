/** The ticks that a schedule names, as a series of instants. A new kind of time is one more entry here. */

import type { EventWhen, Schedule } from '../spec/experiment.ts';
import { cronSeries } from './cron.ts';

/** A time that names its ticks by itself: not an event, which nobody knows before it happens. */
export type When = Exclude<Schedule['when'], EventWhen>;

/** All ticks of one schedule; instants are milliseconds since the epoch. Infinite ends are fine as arguments. */
export interface Series {
  /** The first tick later than `t`. */
  after(t: number): number | undefined;
  /** The last tick at or before `t`. */
  upTo(t: number): number | undefined;
  /** How many ticks are later than `from` and not later than `to`; takes hardly longer for many. */
  count(from: number, to: number): number;
}

/** What each kind of time means; `modifyTime` is that of the schedule's Variable. */
const kinds: { readonly [K in When['kind']]: (when: Extract<When, { kind: K }>, modifyTime: number) => Series } = {
  at: when => single(when.at),
  'at-now': (_, modifyTime) => single(modifyTime),
  every: (when, modifyTime) => periodic(modifyTime, when.everyMs),
  cron: (when, modifyTime) => cronSeries(when.cron, when.timezone, modifyTime),
};

/** The series of a schedule's time. */
export function seriesOf(when: When, modifyTime: number): Series {
  const make = kinds[when.kind] as (when: When, modifyTime: number) => Series;
  return make(when, modifyTime);
}

function single(at: number): Series {
  return {
    after: t => (at > t ? at : undefined),
    upTo: t => (at <= t ? at : undefined),
    count: (from, to) => (from < at && at <= to ? 1 : 0),
  };
}

/** The first tick is one period after the start. */
function periodic(start: number, period: number): Series {
  const passed = (t: number) => Math.max(0, Math.floor((t - start) / period));
  return {
    after: t => (t === Number.POSITIVE_INFINITY ? undefined : start + (passed(t) + 1) * period),
    upTo: t => (passed(t) > 0 ? start + passed(t) * period : undefined),
    count: (from, to) => Math.max(0, passed(to) - passed(from)),
  };
}
