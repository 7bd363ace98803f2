/**
 * Cron expressions. The grammar and the calendar are node-cron's; when an expression comes next is told in
 * `src/schedule`: node-cron has no answer to that, and its own ticks lose an hour at a clock change.
 */

import { createTask, type ParsedFields, validateDetailed } from 'node-cron';
import { memo } from '../base/memo.ts';

/** A valid expression, ready to be walked: numbers ascending. */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** `*` or a step of it stands in the hour or the minute: such ticks follow real time through clock changes. */
  readonly followsRealTime: boolean;
  /** The days of a month (1 to 12) that match, as bits: bit 1 is the first. */
  days(year: number, month: number): number;
}

/** Six fields, seconds first; the nicknames written out. */
export function cronFields(text: string): readonly string[] {
  const fields = (nicknames[text.toLowerCase()] ?? text).split(' ');
  return fields.length === 5 ? ['0', ...fields] : fields;
}

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** The sets of a valid expression; an Error for any other. Those asked for last are remembered. */
export const cronOf: (text: string) => Cron = memo(1_000, parseCron);

function parseCron(text: string): Cron {
  const { fields, errors } = validateDetailed(text);
  if (fields === undefined) throw new Error(`not a cron expression: ${text} (${errors[0]?.message ?? ''})`);
  const [, minute = '', hour = '', dayOfMonth = '', , dayOfWeek = ''] = cronFields(text);
  return {
    seconds: ascending(fields.second),
    minutes: ascending(fields.minute),
    hours: ascending(fields.hour),
    followsRealTime: minute.startsWith('*') || hour.startsWith('*'),
    days: daysOf(fields, dayOfMonth, dayOfWeek),
  };
}

/** A wrapped range such as 22-2 comes in the order of writing. */
const ascending = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

const isAll = (field: string) => field === '*' || field === '?';

/** Both day fields given: either is enough. One alone: that one. */
function daysOf(fields: ParsedFields, dayOfMonth: string, dayOfWeek: string): Cron['days'] {
  const months = new Set(fields.month);
  const byDate = dateBits(fields.dayOfMonth, dayOfMonth);
  const byWeekday = weekdayBits(fields.dayOfWeek, dayOfWeek);
  const either = !isAll(dayOfMonth) && !isAll(dayOfWeek);
  const bits = (year: number, month: number) => {
    if (!months.has(month)) return 0;
    if (either) return byDate(year, month) | byWeekday(year, month);
    return isAll(dayOfWeek) ? byDate(year, month) : byWeekday(year, month);
  };
  const recent = memo(8, (key: number) => ({ bits: bits(Math.floor(key / 16), key % 16) }));
  return (year, month) => recent(year * 16 + month).bits;
}

type Bits = (year: number, month: number) => number;

const lastDay = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
const upTo = (day: number) => 2 ** (day + 1) - 2;

function dateBits(set: readonly (number | string)[], field: string): Bits {
  if (set.some(each => typeof each === 'string')) return matcherBits(`* * ${field} * *`);
  const wanted = set.reduce<number>((bits, day) => bits | (1 << Number(day)), 0);
  return (year, month) => wanted & upTo(lastDay(year, month));
}

function weekdayBits(set: readonly (number | string)[], field: string): Bits {
  if (set.some(each => typeof each === 'string')) return matcherBits(`* * * * ${field}`);
  const wanted = new Set(set);
  return (year, month) => {
    const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
    let bits = 0;
    for (let day = 1; day <= lastDay(year, month); day += 1) if (wanted.has((first + day - 1) % 7)) bits |= 1 << day;
    return bits;
  };
}

/** `L`, `15W`, `5#2` and their kin: node-cron's own matcher is asked about each noon. */
function matcherBits(expression: string): Bits {
  // Never started, so without a timer; destroyed, so that node-cron does not keep it.
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  void task.destroy();
  return (year, month) => {
    let bits = 0;
    for (let day = 1; day <= lastDay(year, month); day += 1)
      if (task.match(new Date(Date.UTC(year, month - 1, day, 12)))) bits |= 1 << day;
    return bits;
  };
}
