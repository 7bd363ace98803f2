import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, longestDuration, parseDuration } from './duration.ts';

describe('durations', () => {
  it.each([
    ['200ms', 200],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['1h0m5s', 3_605_000],
    ['1.5s', 1500],
    ['0.1s', 100],
    ['0s', 0],
    ['1m500ms', 60_500],
    ['90m', 5_400_000],
    ['87600h', longestDuration],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  it.each([
    ['30', '30s'],
    ['30 s', '30s'],
    ['5M', '5m'],
    ['10min', '10m'],
    ['2 hours', '2h'],
    ['1d', '24h'],
    ['1m 30sec', '1m30s'],
    ['1.0001s', '1s'],
  ])('refuses %s and offers %s', (text, meant) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, misread: { found: text, didYouMean: meant } });
  });

  it.each([
    ['', ''],
    ['soon', 'soon'],
    ['-5m', '-5m'],
    ['30m1h', '30m1h'],
    ['1h1h', '1h1h'],
    ['1e3s', '1e3s'],
    ['87601h', '87601h'],
  ])('refuses `%s` in words', (text, found) => {
    expect(parseDuration(text)).toMatchObject({
      ok: false,
      misread: { found, allowed: expect.stringContaining('30s') },
    });
  });

  it.each([
    [0, '0s'],
    [0.4, '0s'],
    [999, '999ms'],
    [1800, '1.8s'],
    [60_500, '1m0.5s'],
    [3_600_000, '1h'],
    [-1500, '-1.5s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: longestDuration }), ms => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, value: ms });
      }),
    );
  });

  it('answers any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9.hms ]{0,60}$/)), text => {
        expect(typeof parseDuration(text).ok).toBe('boolean');
      }),
    );
  });
});
