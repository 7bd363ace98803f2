import { describe, expect, it } from 'vitest';
import { parseTime } from '../base/time.ts';
import { almanac } from './almanac.ts';

const at = (text: string) => parseTime(text) ?? Number.NaN;

describe('the almanac', () => {
  it.each([
    ['0 9 * * *', 'UTC', '2026-11-24T08:59:59Z', '2026-11-23T09:00:00Z', '2026-11-24T09:00:00Z'],
    ['0 9 * * *', 'UTC', '2026-11-24T09:00:00Z', '2026-11-24T09:00:00Z', '2026-11-25T09:00:00Z'],
    ['0 9 * * *', 'Europe/Paris', '2026-07-01T07:00:00.999Z', '2026-07-01T07:00:00Z', '2026-07-02T07:00:00Z'],
    // the night in which Paris skips 02:00 to 03:00
    ['30 2 * * *', 'Europe/Paris', '2026-03-29T01:00:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
  ])('has %s in %s, asked at %s', (cron, zone, now, last, next) => {
    expect(almanac.last(cron, zone, at(now))).toBe(at(last));
    expect(almanac.next(cron, zone, at(now))).toBe(at(next));
  });

  it.each([
    ['UTC', '2026-11-24T08:00:00Z'],
    ['Europe/Paris', '2026-11-24T09:00:00+01:00'],
    ['America/St_Johns', '2026-11-24T04:30:00-03:30'],
  ])('shows an instant as the clocks of %s do', (zone, shown) => {
    expect(almanac.shown(at('2026-11-24T08:00:00Z'), zone)).toBe(shown);
    expect(at(shown)).toBe(at('2026-11-24T08:00:00Z'));
  });
});
