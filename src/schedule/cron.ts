/**
 * The instants of a cron expression in a zone.
 *
 * Where the hour and the minute are fixed, a local time comes at the first instant at which the clock on the wall shows
 * it or anything later: one that a change skips at the end of the gap, one that is repeated at its first occurrence.
 * Where either is `*` or a step of it, each instant counts at which the clock shows a matching time.
 */

import { type Cron, cronOf } from '../spec/cron.ts';
import { countLocal, lastLocal, nextLocal } from './calendar.ts';
import type { Series } from './series.ts';
import { type Change, type Zone, zoneOf } from './zone.ts';

/** No clock on earth is set so far. */
const widest = 26 * 3600;

/** Of more than ten years, `count` counts the last ten: 120 months and some twenty changes are looked at, at most. */
const longestCount = 10 * 366 * 86_400;

/** The last instant that anybody asks about: the end of the year 9999. */
const endOfTime = 253_402_300_799;

/** The ticks later than `since` (milliseconds): those of the time before a schedule was written are none of it. */
export function cronSeries(expression: string, timezone: string, since: number): Series {
  const cron = cronOf(expression);
  const zone = zoneOf(timezone);
  const { next, last, count } = cron.followsRealTime ? realTime(cron, zone) : fixedTime(cron, zone);
  const start = seconds(since);
  return {
    after(t) {
      const from = Math.max(seconds(t), start);
      const found = from >= endOfTime ? undefined : next(from);
      return found === undefined || found > endOfTime ? undefined : found * 1000;
    },
    upTo(t) {
      const at = seconds(t);
      const found = at <= start ? undefined : last(at);
      return found === undefined || found <= start ? undefined : found * 1000;
    },
    count(from, to) {
      const end = seconds(to);
      const begin = Math.max(seconds(from), start, end - longestCount);
      return end <= begin ? 0 : count(begin, end);
    },
  };
}

const seconds = (ms: number) => Math.min(endOfTime, Math.max(0, Math.floor(ms / 1000)));

interface Walk {
  /** The first tick later than an instant. */
  next(after: number): number | undefined;
  /** The last tick at or before an instant. */
  last(upTo: number): number | undefined;
  /** Ticks later than one instant and not later than another. */
  count(from: number, to: number): number;
}

function fixedTime(cron: Cron, zone: Zone): Walk {
  /** The latest time that the clock on the wall has shown so far. */
  const shown = (at: number) =>
    zone
      .changes(at - widest, at)
      .reduce((most, change) => Math.max(most, change.at - 1 + change.before), at + zone.offset(at));
  /** The first instant at which it shows this time or a later one. */
  const instantOf = (local: number) => {
    let at = local - widest;
    for (const change of zone.changes(at, local + widest)) {
      const found = Math.max(at, local - change.before);
      if (found < change.at) return found;
      at = change.at;
    }
    return Math.max(at, local - zone.offset(at));
  };
  const mapped = (local: number | undefined) => (local === undefined ? undefined : instantOf(local));
  /** Times that a change skipped all come at its end, as one. */
  const merged = ({ before, after, at }: Change) =>
    after <= before ? 0 : Math.max(0, countLocal(cron, at + before - 1, at + after) - 1);
  return {
    next: after => mapped(nextLocal(cron, shown(after))),
    last: upTo => mapped(lastLocal(cron, shown(upTo))),
    count: (from, to) =>
      zone.changes(from, to).reduce((sum, change) => sum - merged(change), countLocal(cron, shown(from), shown(to))),
  };
}

function realTime(cron: Cron, zone: Zone): Walk {
  return {
    next(after) {
      for (let at = after; ; ) {
        const offset = zone.offset(at);
        const local = nextLocal(cron, at + offset);
        if (local === undefined) return undefined;
        const [change] = zone.changes(at, local - offset);
        if (change === undefined) return local - offset;
        // From the change on the clock shows something else: the very first second of it counts too.
        if (matches(cron, change.at + change.after)) return change.at;
        at = change.at;
      }
    },
    last(upTo) {
      for (let at = upTo; ; ) {
        const offset = zone.offset(at);
        const local = lastLocal(cron, at + offset);
        if (local === undefined) return undefined;
        const change = zone.changes(local - offset, at).at(-1);
        if (change === undefined) return local - offset;
        at = change.at - 1;
      }
    },
    count(from, to) {
      let [sum, begin] = [0, from];
      const piece = (end: number, offset: number) => countLocal(cron, begin + offset, end + offset);
      for (const change of zone.changes(from, to)) {
        sum += piece(change.at - 1, change.before);
        // What is left begins before the very second of the change, as the new offset has it.
        begin = change.at - 1;
      }
      return sum + piece(to, zone.offset(to));
    },
  };
}

const matches = (cron: Cron, local: number) => nextLocal(cron, local - 1) === local;
