import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationUnit } from './fields.ts';
import { formatInterval, type Interval, isMet, parseInterval, plainNumber } from './interval.ts';

function parsed(text: unknown, unit = plainNumber): Interval {
  const reading = parseInterval(text, unit);
  if (!reading.ok) throw new Error(reading.misread.message);
  return reading.value;
}

describe('a number compared', () => {
  it.each<[unknown, Interval, string]>([
    ['>= 0.99', { atLeast: 0.99 }, '>= 0.99'],
    ['<5', { below: 5 }, '< 5'],
    ['<= -2e3', { atMost: -2000 }, '<= -2000'],
    ['> 1', { above: 1 }, '> 1'],
    ['= 3', { atLeast: 3, atMost: 3 }, '= 3'],
    ['== 3', { atLeast: 3, atMost: 3 }, '= 3'],
    ['3', { atLeast: 3, atMost: 3 }, '= 3'],
    [3, { atLeast: 3, atMost: 3 }, '= 3'],
    ['!= 0', { not: 0 }, '!= 0'],
    ['1..5', { atLeast: 1, atMost: 5 }, '1..5'],
    ['-1 .. -0.5', { atLeast: -1, atMost: -0.5 }, '-1..-0.5'],
  ])('%j is read', (text, interval, formatted) => {
    expect(parsed(text)).toEqual(interval);
    expect(formatInterval(interval, plainNumber)).toBe(formatted);
  });

  it.each<[unknown, string | undefined]>([
    ['=< 5', '<= 5'],
    ['≥ 5', '>= 5'],
    ['<> 0', '!= 0'],
    ['less than 5', '< 5'],
    ['at least 0.5', '>= 0.5'],
    ['1 - 5', '1..5'],
    ['1 to 5', '1..5'],
    ['5..1', '1..5'],
    ['many', undefined],
    ['', undefined],
    ['<', undefined],
    ['> 1 < 5', undefined],
    ['NaN', undefined],
    ['>= 1e999', undefined],
    [undefined, undefined],
    [Number.NaN, undefined],
    [true, undefined],
    [{}, undefined],
    ['<'.repeat(10_000), undefined],
  ])('%j is refused, and %j was meant', (text, didYouMean) => {
    const reading = parseInterval(text, plainNumber);
    expect(reading).toMatchObject({ ok: false, misread: { allowed: expect.stringContaining('>= 1') } });
    if (!reading.ok) expect(reading.misread.didYouMean).toBe(didYouMean);
  });

  it('is read again as it is written', () => {
    const n = fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
      .map(x => Number(x.toFixed(6)) + 0);
    const any = fc.oneof(
      n.map((above): Interval => ({ above })),
      n.map((below): Interval => ({ below })),
      n.map((not): Interval => ({ not })),
      fc.tuple(n, n).map(([a, b]): Interval => ({ atLeast: Math.min(a, b), atMost: Math.max(a, b) })),
    );
    fc.assert(
      fc.property(any, interval => {
        expect(parsed(formatInterval(interval, plainNumber))).toEqual(interval);
      }),
    );
  });

  it('never throws, and suggests only what it would take', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[<>=!]{0,2} ?-?[\d.]{0,6}(?:ms|s)?(?: ?(?:\.\.|-|to) ?\d*)?$/),
      fc.anything(),
    );
    fc.assert(
      fc.property(text, value => {
        for (const unit of [plainNumber, durationUnit]) {
          const reading = parseInterval(value, unit);
          const meant = reading.ok ? undefined : reading.misread.didYouMean;
          if (meant !== undefined) expect(parseInterval(meant, unit).ok).toBe(true);
        }
      }),
    );
  });
});

describe('a duration compared', () => {
  it.each<[string, Interval]>([
    ['< 250ms', { below: 250 }],
    ['<=1.5s', { atMost: 1500 }],
    ['50ms..1s', { atLeast: 50, atMost: 1000 }],
  ])('%s is read', (text, interval) => {
    expect(parsed(text, durationUnit)).toEqual(interval);
  });

  it.each([
    ['250ms', '< 250ms'],
    ['= 250ms', '< 250ms'],
    ['!= 250ms', undefined],
    ['< 250', undefined],
    [250, undefined],
  ])('%j is refused, and %j was meant', (text, didYouMean) => {
    const reading = parseInterval(text, durationUnit);
    expect(reading.ok ? undefined : reading.misread.didYouMean).toBe(didYouMean);
    expect(reading.ok).toBe(false);
  });
});

describe('meeting it', () => {
  it.each<[string, number, boolean]>([
    ['< 5', 5, false],
    ['<= 5', 5, true],
    ['> 5', 5, false],
    ['>= 5', 5, true],
    ['= 5', 5, true],
    ['!= 5', 5, false],
    ['1..5', 1, true],
    ['1..5', 5, true],
    ['1..5', 5.1, false],
    ['!= 5', Number.NaN, false],
    ['< 5', Number.NEGATIVE_INFINITY, true],
    ['> 5', Number.POSITIVE_INFINITY, true],
  ])('%s by %d: %s', (text, value, met) => {
    expect(isMet(parsed(text), value)).toBe(met);
  });
});
