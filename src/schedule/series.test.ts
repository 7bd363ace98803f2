import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seriesOf, type When } from './series.ts';

const modifyTime = 1_700_000_000_000;

const anyWhen: fc.Arbitrary<When> = fc.oneof(
  fc.integer({ min: -1e6, max: 1e6 }).map(ms => ({ kind: 'at', at: modifyTime + ms }) as const),
  fc.constant({ kind: 'at-now' } as const),
  fc.integer({ min: 1000, max: 1e5 }).map(everyMs => ({ kind: 'every', everyMs }) as const),
);
const anyTime = fc.integer({ min: -1e6, max: 1e6 }).map(ms => modifyTime + ms);

describe('every series of ticks', () => {
  it('agrees with itself on what is before, after and between', () => {
    fc.assert(
      fc.property(anyWhen, anyTime, anyTime, (when, from, to) => {
        const series = seriesOf(when, modifyTime);
        const walked: number[] = [];
        for (let tick = series.after(from); tick !== undefined && tick <= to; tick = series.after(tick))
          walked.push(tick);
        expect(series.count(from, to)).toBe(walked.length);
        const last = series.upTo(to);
        if (walked.length > 0) expect(last).toBe(walked.at(-1));
        if (last !== undefined) expect(series.after(last - 1)).toBe(last);
      }),
    );
  });

  it('takes infinite ends', () => {
    const series = seriesOf({ kind: 'every', everyMs: 1000 }, modifyTime);
    expect(series.after(Number.NEGATIVE_INFINITY)).toBe(modifyTime + 1000);
    expect(series.after(Number.POSITIVE_INFINITY)).toBeUndefined();
    expect(series.upTo(Number.NEGATIVE_INFINITY)).toBeUndefined();
    expect(series.count(Number.NEGATIVE_INFINITY, modifyTime + 2500)).toBe(2);
  });
});
