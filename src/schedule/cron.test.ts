import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCron } from '../spec/cron-text.ts';
import { anyExpression, anyMoment } from './cron.fixture.ts';
import { cronSeries } from './cron.ts';

const instant = (text: string) => Date.parse(text);
const written = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19));

/** The ticks after one instant, up to another. */
function walk(expression: string, zone: string, from: string, to: string): readonly (string | undefined)[] {
  const series = cronSeries(expression, zone, 0);
  const found: (string | undefined)[] = [];
  for (let at = series.after(instant(from)); at !== undefined && at <= instant(to); at = series.after(at))
    found.push(written(at)?.slice(5, 16));
  return found;
}

describe('cron where clocks are changed', () => {
  const paris = 'Europe/Paris';
  it.each<[what: string, expression: string, zone: string, from: string, to: string, ticks: readonly string[]]>([
    [
      'a fixed time in the gap comes at its end',
      '30 2 * * *',
      paris,
      '2026-03-28T12:00Z',
      '2026-03-30T12:00Z',
      ['03-29T01:00', '03-30T00:30'],
    ],
    [
      'several in the gap come as one',
      '0,20,40 2 * * *',
      paris,
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      ['03-29T01:00'],
    ],
    [
      'one at the very end of the gap is that one',
      '30 2,3 * * *',
      paris,
      '2026-03-29T00:00Z',
      '2026-03-29T12:00Z',
      ['03-29T01:00', '03-29T01:30'],
    ],
    [
      'a fixed time that is repeated comes first',
      '30 2 * * *',
      paris,
      '2026-10-24T12:00Z',
      '2026-10-26T12:00Z',
      ['10-25T00:30', '10-26T01:30'],
    ],
    [
      'every hour is every real hour in autumn',
      '0 * * * *',
      paris,
      '2026-10-24T22:30Z',
      '2026-10-25T03:00Z',
      ['10-24T23:00', '10-25T00:00', '10-25T01:00', '10-25T02:00', '10-25T03:00'],
    ],
    [
      'every hour is every real hour in spring',
      '0 * * * *',
      paris,
      '2026-03-28T23:30Z',
      '2026-03-29T02:00Z',
      ['03-29T00:00', '03-29T01:00', '03-29T02:00'],
    ],
    [
      'minutes of an hour that is skipped are not made up for',
      '*/30 2 * * *',
      paris,
      '2026-03-28T12:00Z',
      '2026-03-30T01:00Z',
      ['03-30T00:00', '03-30T00:30'],
    ],
    [
      'minutes of an hour that is repeated are repeated',
      '*/30 2 * * *',
      paris,
      '2026-10-24T12:00Z',
      '2026-10-25T12:00Z',
      ['10-25T00:00', '10-25T00:30', '10-25T01:00', '10-25T01:30'],
    ],
    [
      'New York springs forward',
      '30 2 * * *',
      'America/New_York',
      '2027-03-14T00:00Z',
      '2027-03-15T12:00Z',
      ['03-14T07:00', '03-15T06:30'],
    ],
    [
      'New York falls back',
      '30 1 * * *',
      'America/New_York',
      '2027-11-07T00:00Z',
      '2027-11-08T12:00Z',
      ['11-07T05:30', '11-08T06:30'],
    ],
    [
      'Lord Howe skips half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T12:00Z',
      '2026-10-05T00:00Z',
      ['10-03T15:30', '10-04T15:15'],
    ],
    [
      'a list over the half hour that Lord Howe skips',
      '0,15,45 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T12:00Z',
      '2026-10-04T12:00Z',
      ['10-03T15:30', '10-03T15:45'],
    ],
    [
      'Lord Howe repeats half an hour',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T12:00Z',
      '2026-04-05T20:00Z',
      ['04-04T14:45', '04-05T15:15'],
    ],
    [
      'every half hour goes on in Lord Howe',
      '*/30 * * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:00Z',
      '2026-04-04T16:00Z',
      ['04-04T14:30', '04-04T15:00', '04-04T15:30', '04-04T16:00'],
    ],
    [
      'midnight that does not exist in Havana',
      '0 0 * * *',
      'America/Havana',
      '2027-03-13T12:00Z',
      '2027-03-15T12:00Z',
      ['03-14T05:00', '03-15T04:00'],
    ],
    [
      'an hour before midnight that is repeated in Beirut',
      '30 23 * * *',
      'Asia/Beirut',
      '2026-10-24T12:00Z',
      '2026-10-26T12:00Z',
      ['10-24T20:30', '10-25T21:30'],
    ],
    [
      'a day that Apia never had',
      '0 10 * * *',
      'Pacific/Apia',
      '2011-12-29T12:00Z',
      '2011-12-31T12:00Z',
      ['12-29T20:00', '12-30T10:00', '12-30T20:00'],
    ],
    [
      'a zone that never changes',
      '30 2 * * *',
      'Asia/Tokyo',
      '2026-03-28T00:00Z',
      '2026-03-29T20:00Z',
      ['03-28T17:30', '03-29T17:30'],
    ],
    ['UTC', '30 2 * * *', 'UTC', '2026-03-28T12:00Z', '2026-03-29T12:00Z', ['03-29T02:30']],
  ])('%s', (_, expression, zone, from, to, ticks) => {
    expect(walk(expression, zone, from, to)).toEqual(ticks);
  });
});

describe('the calendar of cron', () => {
  it.each<[what: string, expression: string, ticks: readonly string[]]>([
    [
      'either day field is enough',
      '0 0 13 * FRI',
      ['2026-11-27', '2026-12-04', '2026-12-11', '2026-12-13', '2026-12-18'],
    ],
    [
      'a step in one of them restricts it',
      '0 0 */15 * MON',
      ['2026-11-30', '2026-12-01', '2026-12-07', '2026-12-14', '2026-12-16'],
    ],
    ['the last day', '0 0 L * *', ['2026-11-30', '2026-12-31', '2027-01-31', '2027-02-28', '2027-03-31']],
    [
      'the working day nearest to the 15th',
      '0 0 15W * *',
      ['2026-12-15', '2027-01-15', '2027-02-15', '2027-03-15', '2027-04-15'],
    ],
    ['the second Friday', '0 0 * * 5#2', ['2026-12-11', '2027-01-08', '2027-02-12', '2027-03-12', '2027-04-09']],
    ['a leap day', '0 0 29 2 *', ['2028-02-29', '2032-02-29', '2036-02-29', '2040-02-29', '2044-02-29']],
    [
      'five Fridays in a February',
      '0 0 * 2 5#5',
      ['2036-02-29', '2064-02-29', '2092-02-29', '2104-02-29', '2132-02-29'],
    ],
    ['Sunday by either number', '0 0 * * 7', ['2026-11-29', '2026-12-06', '2026-12-13', '2026-12-20', '2026-12-27']],
  ])('%s', (_, expression, days) => {
    const series = cronSeries(expression, 'UTC', 0);
    let at: number | undefined = instant('2026-11-24T10:00Z');
    const found = days.map(() => {
      at = at === undefined ? undefined : series.after(at);
      return written(at)?.slice(0, 10);
    });
    expect(found).toEqual(days);
    expect(series.upTo((at ?? 0) + 1)).toBe(at);
  });

  it('begins after the writing of the schedule', () => {
    const since = instant('2026-11-24T10:00Z');
    const hourly = cronSeries('0 * * * *', 'UTC', since);
    expect(hourly.upTo(since)).toBeUndefined();
    expect(hourly.upTo(since + 3_600_000)).toBe(since + 3_600_000);
    expect(hourly.after(Number.NEGATIVE_INFINITY)).toBe(since + 3_600_000);
    expect(hourly.count(Number.NEGATIVE_INFINITY, since + 7_200_000)).toBe(2);
    expect(hourly.after(Number.POSITIVE_INFINITY)).toBeUndefined();
  });

  it('counts ten years at most, and each second of them at once', () => {
    const eachSecond = cronSeries('* * * * * *', 'Europe/Paris', 0);
    const now = instant('2026-11-24T10:00Z');
    expect(eachSecond.count(now - 86_400_000 * 3650, now)).toBe(86_400 * 3650);
    expect(eachSecond.count(0, now)).toBe(86_400 * 3660);
  });
});

describe('every cron series', () => {
  it('agrees with itself on what is before, after and between', () => {
    const valid = anyExpression.filter(text => readCron(text).ok);
    const span = fc.integer({ min: 0, max: 3 * 86_400_000 });
    fc.assert(
      fc.property(valid, anyMoment, span, (expression, { zone, at }, length) => {
        const series = cronSeries(expression, zone, 0);
        const to = at + length;
        const walked: number[] = [];
        for (let tick = series.after(at); tick !== undefined && tick <= to; tick = series.after(tick)) {
          walked.push(tick);
          if (walked.length > 500) return;
        }
        expect(series.count(at, to)).toBe(walked.length);
        const last = series.upTo(to);
        if (walked.length > 0) expect(last).toBe(walked.at(-1));
        else if (last !== undefined) expect(last).toBeLessThanOrEqual(at);
        if (last !== undefined) expect(series.after(last - 1)).toBe(last);
      }),
      { numRuns: 500 },
    );
  });
});
