/** Instants as people and Nomad write them: RFC 3339 outside, milliseconds since the epoch inside. */

import { misread, type Reading, read } from './reading.ts';

const shape = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const allowedWords = 'a time as in RFC 3339, such as 2026-11-24T10:00:00Z or 2026-11-24T11:00:00+01:00';

/** The first instant that four digits can't name. */
const endOfTime = 253_402_300_800_000;

/** Reads a time with its zone; anything finer than a millisecond is cut off. Years 1970 to 9999. Never throws. */
export function readTime(text: string): Reading<number> {
  const parts = text.length > 60 ? null : shape.exec(text);
  if (parts === null) return misread(text, 'a time', allowedWords, meant(text));
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = parts;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // Date.UTC rolls 31 June over into July: what it made must read as it was written
  const same = new Date(utc).toISOString().startsWith(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  if (!same || Number(offsetHour) > 23 || Number(offsetMinute) > 59)
    return misread(text, 'a time of the calendar', allowedWords);
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  const ms = utc + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset;
  if (ms < 0 || ms >= endOfTime) return misread(text, 'a time between 1970 and 9999', allowedWords);
  return read(ms);
}

/**
 * An instant in UTC, with milliseconds only where it has any: `2026-11-24T10:00:00Z`; anything finer is cut off.
 * A RangeError outside of the years 1970 to 9999: no instant of ours is there.
 */
export function formatTime(ms: number): string {
  const whole = Math.floor(ms);
  if (!(whole >= 0 && whole < endOfTime)) throw new RangeError(`not an instant: ${ms}`);
  return new Date(whole).toISOString().replace('.000Z', 'Z');
}

/** The instant of an RFC 3339 text, or undefined where `readTime` would explain what is wrong. */
export function parseTime(text: string): number | undefined {
  const reading = readTime(text);
  return reading.ok ? reading.value : undefined;
}

/** An instant as run ids name their tick: `20261124T100000Z`, or `20261124T100000123Z` with milliseconds. */
export function formatTick(ms: number): string {
  return formatTime(ms).replaceAll(/[-:.]/g, '');
}

/** The instant of a tick's name, or undefined for anything that `formatTick` doesn't write. */
export function parseTick(tick: string): number | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})?Z$/.exec(tick);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '000'] = parts;
  return parseTime(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}Z`);
}

/** Near misses: a blank for the `T`, no zone, no seconds, a date alone, `+0100`. */
function meant(text: string): string | undefined {
  const parts =
    text.length > 60
      ? null
      : /^\s*(\d{4}-\d{2}-\d{2})(?:[Tt\s]+(\d{2}:\d{2})(:\d{2}(?:\.\d{1,12})?)?)?\s*([Zz]|UTC|GMT|[+-]\d{2}:?\d{2})?\s*$/.exec(
          text,
        );
  if (parts === null) return undefined;
  const [, date, time = '00:00', seconds = ':00', zone = 'Z'] = parts;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  const built = `${date}T${time}${seconds}${offset}`;
  return readTime(built).ok ? built : undefined;
}
