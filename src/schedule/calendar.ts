/**
 * A cron expression on a calendar without zones: which local times match. Local times are whole seconds since the epoch,
 * as if the clock on the wall showed UTC.
 */

import type { Cron } from '../spec/cron.ts';

const daySeconds = 86_400;

/** Calendars repeat within 28 years; a century without a leap day at its turn makes it 40. */
const farthestMonths = 41 * 12;

/** The first matching local time later than `after`, or undefined when none comes within 41 years. */
export function nextLocal(cron: Cron, after: number): number | undefined {
  const from = after + 1;
  const day = Math.floor(from / daySeconds);
  if (isDay(cron, day)) {
    const time = timeFrom(cron, from - day * daySeconds);
    if (time !== undefined) return day * daySeconds + time;
  }
  const found = nextDay(cron, day + 1);
  const first = timeFrom(cron, 0);
  return found === undefined || first === undefined ? undefined : found * daySeconds + first;
}

/** The last matching local time at or before `upTo`, or undefined when none was within 41 years. */
export function lastLocal(cron: Cron, upTo: number): number | undefined {
  const day = Math.floor(upTo / daySeconds);
  if (isDay(cron, day)) {
    const time = timeUpTo(cron, upTo - day * daySeconds);
    if (time !== undefined) return day * daySeconds + time;
  }
  const found = dayBefore(cron, day - 1);
  const last = timeUpTo(cron, daySeconds - 1);
  return found === undefined || last === undefined ? undefined : found * daySeconds + last;
}

/** How many matching local times are later than `from` and not later than `to`: a few steps a month. */
export function countLocal(cron: Cron, from: number, to: number): number {
  if (to <= from) return 0;
  const [first, last] = [Math.floor((from + 1) / daySeconds), Math.floor(to / daySeconds)];
  const perDay = cron.seconds.length * cron.minutes.length * cron.hours.length;
  let count = perDay * countDays(cron, first, last);
  if (isDay(cron, first)) count -= rank(cron, from + 1 - first * daySeconds);
  if (isDay(cron, last)) count -= perDay - rank(cron, to + 1 - last * daySeconds);
  return count;
}

interface Month {
  readonly year: number;
  readonly month: number;
  /** Day number of its first. */
  readonly start: number;
  readonly length: number;
}

function monthOf(year: number, month: number): Month {
  const start = Date.UTC(year, month - 1, 1) / 1000 / daySeconds;
  const length = Date.UTC(year, month, 1) / 1000 / daySeconds - start;
  const date = new Date(start * daySeconds * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, start, length };
}

function monthHolding(day: number): Month {
  const date = new Date(day * daySeconds * 1000);
  return monthOf(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

function isDay(cron: Cron, day: number): boolean {
  const { year, month, start } = monthHolding(day);
  return ((cron.days(year, month) >>> (day - start + 1)) & 1) === 1;
}

/** The first matching day at or after one, by its number. */
function nextDay(cron: Cron, from: number): number | undefined {
  let month = monthHolding(from);
  for (let tried = 0; tried < farthestMonths; tried += 1) {
    const bits = cron.days(month.year, month.month);
    for (let day = Math.max(from, month.start); bits !== 0 && day < month.start + month.length; day += 1)
      if (((bits >>> (day - month.start + 1)) & 1) === 1) return day;
    month = monthOf(month.year, month.month + 1);
  }
  return undefined;
}

/** The last matching day at or before one. */
function dayBefore(cron: Cron, upTo: number): number | undefined {
  let month = monthHolding(upTo);
  for (let tried = 0; tried < farthestMonths; tried += 1) {
    const bits = cron.days(month.year, month.month);
    for (let day = Math.min(upTo, month.start + month.length - 1); bits !== 0 && day >= month.start; day -= 1)
      if (((bits >>> (day - month.start + 1)) & 1) === 1) return day;
    month = monthOf(month.year, month.month - 1);
  }
  return undefined;
}

/** Matching days from one to another, both counted. */
function countDays(cron: Cron, first: number, last: number): number {
  let count = 0;
  for (let month = monthHolding(first); month.start <= last; month = monthOf(month.year, month.month + 1)) {
    let bits = cron.days(month.year, month.month);
    for (let day = month.start; bits !== 0 && day < month.start + month.length; day += 1) {
      const bit = 1 << (day - month.start + 1);
      if ((bits & bit) === 0) continue;
      bits &= ~bit;
      if (day >= first && day <= last) count += 1;
    }
  }
  return count;
}

/** The first matching time of a day at or after one, in seconds from midnight. */
function timeFrom({ hours, minutes, seconds }: Cron, time: number): number | undefined {
  const [hour, minute, second] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
  const firstMinute = minutes[0] ?? 0;
  const firstSecond = seconds[0] ?? 0;
  if (hours.includes(hour)) {
    if (minutes.includes(minute)) {
      const exact = seconds.find(each => each >= second);
      if (exact !== undefined) return hour * 3600 + minute * 60 + exact;
    }
    const later = minutes.find(each => each > minute);
    if (later !== undefined) return hour * 3600 + later * 60 + firstSecond;
  }
  const later = hours.find(each => each > hour);
  return later === undefined ? undefined : later * 3600 + firstMinute * 60 + firstSecond;
}

/** The last matching time of a day at or before one. */
function timeUpTo({ hours, minutes, seconds }: Cron, time: number): number | undefined {
  const [hour, minute, second] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
  const lastMinute = minutes.at(-1) ?? 0;
  const lastSecond = seconds.at(-1) ?? 0;
  if (hours.includes(hour)) {
    if (minutes.includes(minute)) {
      const exact = seconds.findLast(each => each <= second);
      if (exact !== undefined) return hour * 3600 + minute * 60 + exact;
    }
    const earlier = minutes.findLast(each => each < minute);
    if (earlier !== undefined) return hour * 3600 + earlier * 60 + lastSecond;
  }
  const earlier = hours.findLast(each => each < hour);
  return earlier === undefined ? undefined : earlier * 3600 + lastMinute * 60 + lastSecond;
}

/** How many matching times of a day are before one. */
function rank({ hours, minutes, seconds }: Cron, time: number): number {
  const [hour, minute, second] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
  const before = (set: readonly number[], value: number) => set.filter(each => each < value).length;
  const hoursBefore = before(hours, hour) * minutes.length * seconds.length;
  if (!hours.includes(hour)) return hoursBefore;
  const minutesBefore = before(minutes, minute) * seconds.length;
  return hoursBefore + minutesBefore + (minutes.includes(minute) ? before(seconds, second) : 0);
}
