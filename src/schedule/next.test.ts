import { describe, expect, it } from 'vitest';
import type { Schedule } from '../spec/experiment.ts';
import { nextTick, nextTicks } from './next.ts';

const modifyTime = 1_700_000_000_000;
const every: Schedule = { when: { kind: 'every', everyMs: 10_000 }, startDeadlineMs: 1000, suspend: false };
const once: Schedule = { ...every, when: { kind: 'at', at: modifyTime + 5 } };
const now: Schedule = { ...every, when: { kind: 'at-now' } };

const daily: Schedule = { ...every, when: { kind: 'cron', cron: '0 10 * * *', timezone: 'Europe/Paris' } };

describe('the next tick', () => {
  it.each<[string, Schedule, number, number | undefined]>([
    ['of a period comes one period after the writing', every, modifyTime, modifyTime + 10_000],
    ['of a period follows a tick by one period', every, modifyTime + 10_000, modifyTime + 20_000],
    ['of a period is never before the first', every, modifyTime - 99_999, modifyTime + 10_000],
    ['of a single time is that time', once, modifyTime, modifyTime + 5],
    ['of a single time that is past does not exist', once, modifyTime + 5, undefined],
    ['of now is the time of writing', now, Number.NEGATIVE_INFINITY, modifyTime],
    ['of a cron is by its zone', daily, modifyTime, Date.UTC(2023, 10, 15, 9)],
    ['of a suspended schedule does not exist', { ...every, suspend: true }, modifyTime, undefined],
  ])('%s', (_, schedule, after, tick) => {
    expect(nextTick(schedule, { modifyTime, after })).toBe(tick);
  });

  it('can be asked for by the number', () => {
    expect(nextTicks(every, { modifyTime, after: modifyTime }, 3)).toEqual(
      [10_000, 20_000, 30_000].map(ms => modifyTime + ms),
    );
    expect(nextTicks(once, { modifyTime, after: modifyTime }, 3)).toEqual([modifyTime + 5]);
    expect(nextTicks(every, { modifyTime, after: modifyTime }, 0)).toEqual([]);
  });
});
