/** How the values of the keys that tell a time are read. */

import type { z } from 'zod';
import { field } from '../base/fields.ts';
import { misread, type Reading, read, shown } from '../base/reading.ts';
import { readTime } from '../base/time.ts';
import { cronAllowed, readCron } from './cron-text.ts';
import type { Schedule } from './experiment.ts';
import { readTimezone, timezoneAllowed } from './timezone.ts';

const atAllowed = 'a time as in RFC 3339 such as 2026-11-24T10:00:00Z, or now';

type AtWhen = Extract<Schedule['when'], { kind: 'at' | 'at-now' }>;

function readAt(value: unknown): Reading<AtWhen> {
  if (value === 'now') return read({ kind: 'at-now' });
  if (typeof value !== 'string') return misread(value, 'a time', atAllowed);
  const reading = readTime(value);
  if (reading.ok) return read({ kind: 'at', at: reading.value });
  const didYouMean = value.trim().toLowerCase() === 'now' ? 'now' : reading.misread.didYouMean;
  return {
    ok: false,
    misread: { ...reading.misread, allowed: atAllowed, ...(didYouMean === undefined ? {} : { didYouMean }) },
  };
}

export const at = field(readAt, {
  allowed: atAllowed,
  help: 'once, at this time; now is the time at which the Variable was written',
  json: { type: 'string' },
  format: String,
});

export const cron = field(readCron, {
  allowed: cronAllowed,
  help: 'again and again, by the calendar of timezone; where both day fields are given, either is enough',
  json: { type: 'string' },
  format: String,
});

export const timezone = field(readTimezone, {
  allowed: timezoneAllowed,
  help: 'where the clock hangs that cron is read by',
  json: { type: 'string' },
  format: String,
});

const shareAllowed = 'a number, 0 to 1';

function readShare(value: unknown): Reading<number> {
  const number =
    typeof value === 'string' && /^(?:\d{1,3}(?:\.\d{0,9})?|\.\d{1,9})$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && number >= 0 && number <= 1) return read(number);
  const percent = /^\s*(\d{1,3}(?:\.\d{1,6})?)\s*%?\s*$/.exec(shown(value))?.[1];
  return misread(value, shareAllowed, shareAllowed, percent === undefined ? undefined : String(Number(percent) / 100));
}

/** A share of one. */
export function share(help: string): z.ZodType<number> {
  return field(readShare, {
    allowed: shareAllowed,
    help,
    json: { type: 'number', minimum: 0, maximum: 1 },
    format: String,
  });
}
