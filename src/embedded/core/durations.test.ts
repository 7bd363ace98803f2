import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './durations.ts';

describe('durations in Nomad’s words', () => {
  it.each([
    [0, '0s'],
    [5e9, '5s'],
    [1_131_362_046, '1.131362046s'],
    [600e9, '10m0s'],
    [598_309_470_900, '9m58.3094709s'],
    [3_600e9, '1h0m0s'],
    [250e6, '250ms'],
    [1500, '1.5µs'],
    [-2e9, '-2s'],
  ])('writes %d ns as %s, and reads it back', (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
    expect(parseDuration(text)).toBeCloseTo(ns, 0);
  });

  it.each(['', 'soon', '5', '5 s', '1y', 's'])('does not read %j', text => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back every whole number of microseconds it wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e11 }), microseconds => {
        expect(parseDuration(formatDuration(microseconds * 1000))).toBeCloseTo(microseconds * 1000, -1);
      }),
    );
  });
});
