import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTick, formatTime, parseTick, parseTime, readTime } from './time.ts';

const ten = Date.UTC(2026, 10, 24, 10);
const anyTime = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });

describe('instants', () => {
  it.each([
    ['2026-11-24T10:00:00Z', ten],
    ['2026-11-24T11:00:00+01:00', ten],
    ['2026-11-24t04:30:00-05:30', ten],
    ['2026-11-24T10:00:00.123999Z', ten + 123],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('reads %s', (text, ms) => {
    expect(readTime(text)).toEqual({ ok: true, value: ms });
    expect(parseTime(text)).toBe(ms);
  });

  it.each([
    ['2026-11-24 10:00:00', '2026-11-24T10:00:00Z'],
    ['2026-11-24T10:00', '2026-11-24T10:00:00Z'],
    ['2026-11-24', '2026-11-24T00:00:00Z'],
    ['2026-11-24T11:00:00+0100', '2026-11-24T11:00:00+01:00'],
  ])('refuses %s and offers %s', (text, meant) => {
    expect(readTime(text)).toMatchObject({ ok: false, misread: { found: text, didYouMean: meant } });
  });

  it.each([
    '',
    'tomorrow',
    '2026-06-31T10:00:00Z',
    '2025-02-29T10:00:00Z',
    '2026-11-24T24:00:00Z',
    '2026-11-24T10:00:60Z',
    '1969-12-31T23:59:59Z',
    '2026-11-24T10:00:00+24:00',
  ])('refuses `%s`', text => {
    expect(readTime(text)).toMatchObject({ ok: false, misread: { found: text } });
    expect(parseTime(text)).toBeUndefined();
  });

  it('writes milliseconds only where there are any', () => {
    expect(formatTime(ten)).toBe('2026-11-24T10:00:00Z');
    expect(formatTime(ten + 123.9)).toBe('2026-11-24T10:00:00.123Z');
    expect(formatTick(ten)).toBe('20261124T100000Z');
    expect(formatTick(ten + 123)).toBe('20261124T100000123Z');
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 253_402_300_800_000])('has no word for %d', ms => {
    expect(() => formatTime(ms)).toThrow(RangeError);
  });

  it('reads what it writes, as a time and as a tick', () => {
    fc.assert(
      fc.property(anyTime, ms => {
        expect(parseTime(formatTime(ms))).toBe(ms);
        expect(parseTick(formatTick(ms))).toBe(ms);
      }),
    );
  });

  it('agrees with the language on every text that it takes', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(
          /^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?(Z|[+-][01][0-9]:[0-5][0-9])$/,
        ),
        text => {
          const ms = parseTime(text);
          if (ms !== undefined) expect(ms).toBe(Date.parse(text));
        },
      ),
    );
  });
});
