import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../base/time.ts';
import { almanac } from '../../schedule/almanac.ts';
import { endOf, endOfAll, nextOf } from './in-force.ts';
import type { Period } from './period.ts';

const at = (text: string) => parseTime(text) ?? Number.NaN;
const hour = 3_600_000;
const period = (cron: string, hours: number, timezone = 'UTC'): Period => ({
  place: 'windows[0]',
  cron,
  timezone,
  durationMs: hours * hour,
});

describe('an occurrence', () => {
  it.each([
    ['a millisecond before', '2026-11-24T08:59:59.999Z', undefined],
    ['at its tick', '2026-11-24T09:00:00Z', '2026-11-24T17:00:00Z'],
    ['in its last millisecond', '2026-11-24T16:59:59.999Z', '2026-11-24T17:00:00Z'],
    ['at its end', '2026-11-24T17:00:00Z', undefined],
  ])('%s', (_, now, end) => {
    expect(endOf(almanac, period('0 9 * * *', 8), at(now))).toBe(end === undefined ? undefined : at(end));
  });

  it.each([
    ['the clocks go forward: it ends an hour later by the clock', '2026-03-28T21:00:00Z', '2026-03-29T05:00:00Z'],
    ['they go back: an hour earlier', '2026-10-24T20:00:00Z', '2026-10-25T04:00:00Z'],
    ['nothing happens', '2026-11-24T21:00:00Z', '2026-11-25T05:00:00Z'],
  ])('lasts eight real hours in a night of Paris in which %s', (_, begin, end) => {
    const night = period('0 22 * * *', 8, 'Europe/Paris');
    expect(endOf(almanac, night, at(begin) - 1)).toBeUndefined();
    expect(endOf(almanac, night, at(begin))).toBe(at(end));
    expect(endOf(almanac, night, at(end) - 1)).toBe(at(end));
    expect(endOf(almanac, night, at(end))).toBeUndefined();
  });

  const zones = [
    'UTC',
    'Europe/Paris',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'Asia/Kathmandu',
  ];
  const crons = [
    '30 2 * * *',
    '0 9 * * MON-FRI',
    '0 * * * *',
    '*/20 1-3 * * SUN',
    '15 0 1 * *',
    '0 0 24 12 *',
    '@weekly',
  ];
  const changes = ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-03-08T07:00:00Z', '2026-04-04T15:00:00Z'];

  it('is [tick, tick + duration) by real time, across clock changes too', () => {
    const near = fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -72 * hour, max: 72 * hour }));
    const anywhere = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') });
    const instant = fc.oneof(
      near.map(([change, off]) => at(change) + off),
      anywhere,
    );
    const durationMs = fc.oneof(fc.integer({ min: 1_000, max: 6 * hour }), fc.integer({ min: 1_000, max: 50 * hour }));
    fc.assert(
      fc.property(
        fc.constantFrom(...crons),
        fc.constantFrom(...zones),
        durationMs,
        instant,
        (cron, timezone, long, now) => {
          const each = { ...period(cron, 0, timezone), durationMs: long };
          let holding: number | undefined;
          // All ticks that could hold it, one after the other.
          for (let tick = almanac.next(cron, timezone, now - long); tick !== undefined && tick <= now; ) {
            holding = tick;
            tick = almanac.next(cron, timezone, tick);
          }
          expect(endOf(almanac, each, now)).toBe(holding === undefined ? undefined : holding + long);
          const end = endOfAll(almanac, [each], now);
          if (end === undefined) return;
          expect(endOf(almanac, each, end)).toBeUndefined();
          if (holding === undefined) expect(end).toBe(now);
          else for (const just of [end - 1, now]) expect(endOf(almanac, each, just)).toBeDefined();
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('several', () => {
  it('end when the last of those that touch does', () => {
    const all = [period('0 9 * * *', 3), period('0 12 * * *', 2), period('0 13 * * *', 4), period('0 18 * * *', 1)];
    expect(endOfAll(almanac, all, at('2026-11-24T10:00:00Z'))).toBe(at('2026-11-24T17:00:00Z'));
  });

  it('that leave no gap have no end in sight', () => {
    expect(endOfAll(almanac, [period('0 * * * *', 1)], at('2026-11-24T10:00:00Z'))).toBeUndefined();
  });

  it('begin with whichever comes first', () => {
    const all = [period('0 9 * * *', 1), period('0 7 * * *', 1, 'Europe/Paris')];
    const found = nextOf(almanac, all, at('2026-11-24T00:00:00Z'));
    expect(found).toEqual({ period: all[1], begin: at('2026-11-24T06:00:00Z') });
    expect(nextOf(almanac, [], 0)).toBeUndefined();
  });
});
