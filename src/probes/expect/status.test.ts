import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatStatus, isStatusMet, parseStatus, type StatusSpans } from './status.ts';

describe('HTTP statuses', () => {
  it.each<[unknown, StatusSpans, string]>([
    [200, [[200, 200]], '200'],
    ['200', [[200, 200]], '200'],
    ['2xx', [[200, 299]], '2xx'],
    [
      '200,204',
      [
        [200, 200],
        [204, 204],
      ],
      '200,204',
    ],
    [
      '204, 200',
      [
        [200, 200],
        [204, 204],
      ],
      '200,204',
    ],
    [
      [200, '3xx'],
      [
        [200, 200],
        [300, 399],
      ],
      '200,3xx',
    ],
    ['200..204', [[200, 204]], '200..204'],
    ['200,201,202..204', [[200, 204]], '200..204'],
    ['2xx,250', [[200, 299]], '2xx'],
  ])('%j are read', (value, spans, text) => {
    expect(parseStatus(value)).toEqual({ ok: true, value: spans });
    expect(formatStatus(spans)).toBe(text);
    expect(parseStatus(text)).toEqual({ ok: true, value: spans });
  });

  it.each([
    ['ok', '2xx'],
    ['2XX', '2xx'],
    ['2**', '2xx'],
    ['2x', '2xx'],
    ['200-299', '2xx'],
    ['200 204', '200,204'],
    [99, undefined],
    [600, undefined],
    ['299..200', undefined],
    ['200,', undefined],
    ['', undefined],
    [[], undefined],
    [undefined, undefined],
    [{}, undefined],
    ['< 300', undefined],
  ])('%j are refused, and %j was meant', (value, didYouMean) => {
    const reading = parseStatus(value);
    expect(reading).toMatchObject({ ok: false, misread: { allowed: expect.stringContaining('2xx') } });
    if (!reading.ok) expect(reading.misread.didYouMean).toBe(didYouMean);
  });

  it('are met exactly by those that were listed', () => {
    const list = fc.array(fc.integer({ min: 100, max: 599 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(list, fc.integer({ min: 100, max: 599 }), (statuses, other) => {
        const reading = parseStatus(statuses);
        if (!reading.ok) return false;
        const again = parseStatus(formatStatus(reading.value));
        expect(again).toEqual(reading);
        return [...statuses, other].every(each => isStatusMet(reading.value, each) === statuses.includes(each));
      }),
    );
  });
});
