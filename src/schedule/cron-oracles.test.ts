import { Cron } from 'croner';
import fc from 'fast-check';
import { createTask } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { cronFields } from '../spec/cron.ts';
import { readCron } from '../spec/cron-text.ts';
import { anyExpression, anyMoment, isNearChange } from './cron.fixture.ts';
import { cronSeries } from './cron.ts';

/** node-cron's own answer, each day field by itself. */
function matchesEither(expression: string, zone: string, at: number): boolean {
  const fields = cronFields(expression);
  return [fields.with(5, '*'), fields.with(3, '*')].some(each => {
    const task = createTask(each.join(' '), () => undefined, { timezone: zone });
    void task.destroy();
    return task.match(new Date(at));
  });
}

const valid = anyExpression.filter(text => readCron(text).ok);

describe('the next instant of a cron expression', () => {
  it("is croner's, near clock changes too", () => {
    fc.assert(
      fc.property(valid, anyMoment, (expression, { zone, at }) => {
        const own = cronSeries(expression, zone, 0).after(at);
        const theirs = new Cron(expression, { timezone: zone }).nextRun(new Date(at))?.getTime();
        // croner takes only a single time of the day for a fixed one: lists of them differ where clocks are changed.
        const [, minute = '', hour = ''] = cronFields(expression);
        const isList = !/[*]/.test(minute + hour) && !/^\d+$/.test(cronFields(expression).slice(0, 3).join(''));
        fc.pre(!isList || !isNearChange(zone, [at, own ?? at, theirs ?? at], 30));
        // croner 11.0.0 loses days at the turn of a month, most of all in March: there node-cron's matcher decides.
        const isLost = own !== undefined && theirs !== undefined && own < theirs && !isNearChange(zone, [own], 30);
        if (isLost) expect(matchesEither(expression, zone, own)).toBe(true);
        else expect(own).toBe(theirs);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is one that node-cron's own matcher takes, and it takes none in between, away from clock changes", () => {
    fc.assert(
      fc.property(valid, anyMoment, (expression, { zone, at }) => {
        const [, , , date, , weekday] = cronFields(expression);
        fc.pre(date === '*' || weekday === '*'); // node-cron wants both, where both are given
        const task = createTask(expression, () => undefined, { timezone: zone });
        void task.destroy();
        const series = cronSeries(expression, zone, 0);
        const next = series.after(at);
        if (next !== undefined && !isNearChange(zone, [next], 6)) expect(task.match(new Date(next))).toBe(true);
        const minute = Math.floor(at / 60_000) * 60_000;
        for (let t = minute; t < minute + 90 * 60_000; t += 60_000) {
          if (isNearChange(zone, [t], 6)) continue;
          expect(series.upTo(t) === t, new Date(t).toISOString()).toBe(task.match(new Date(t)));
        }
      }),
      { numRuns: 150 },
    );
  });
});
