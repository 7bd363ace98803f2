/** A cron expression as people write it, and what to say about one that can't be read. */

import { validateDetailed } from 'node-cron';
import { misread, type Reading, read, shown } from '../base/reading.ts';
import { cronOf } from './cron.ts';

const longest = 200;

export const cronAllowed =
  'five fields (minute, hour, day of month, month, day of week) or six (seconds first), such as 0 10 * * MON-FRI, or @hourly, @daily, @weekly, @monthly, @yearly';

/** Reads an expression into its plain form: single blanks, names in capitals. Never throws. */
export function readCron(value: unknown): Reading<string> {
  if (typeof value !== 'string') return misread(value, 'a cron expression', cronAllowed);
  const text = plain(value);
  if (text.length > longest) return misread(value, `at most ${longest} characters`, cronAllowed);
  const why = problemOf(text);
  return why === undefined
    ? read(text)
    : { ok: false, misread: { message: why, found: shown(value), allowed: cronAllowed, ...meant(text) } };
}

function plain(text: string): string {
  const single = text.trim().replaceAll(/\s+/g, ' ');
  return single.startsWith('@') ? single.toLowerCase() : single.toUpperCase();
}

/** What is wrong with it; undefined: nothing. */
function problemOf(text: string): string | undefined {
  if (text === '') return 'a cron expression is needed';
  const year = yearProblem(text);
  if (year !== undefined) return year;
  // node-cron counts up a range before it looks at its ends.
  const large = /\d{3,}/.exec(text)?.[0];
  if (large !== undefined) return `${large} is in no field of a cron expression`;
  const { valid, errors } = validateDetailed(text);
  const [error] = errors;
  if (!valid) return error === undefined ? `\`${shown(text)}\` is not a cron expression` : inWords(text, error);
  return comes(text) ? undefined : 'no day of any year matches it';
}

const fieldNames: Readonly<Record<string, string>> = {
  second: 'second',
  minute: 'minute',
  hour: 'hour',
  dayOfMonth: 'day of month',
  month: 'month',
  dayOfWeek: 'day of week',
};

function inWords(text: string, { field, value, message }: { field: string; value?: string; message: string }): string {
  const name = fieldNames[field];
  if (name !== undefined && message.includes('impossible')) return `${name}: no month given has a day ${shown(value)}`;
  if (name !== undefined) return `${name}: \`${shown(value)}\` can't be read`;
  const count = text.split(' ').length;
  if (text.startsWith('@every')) return '@every is a key of its own here: every, such as every=5m';
  if (text.startsWith('@')) return `\`${shown(text)}\` is no nickname`;
  return /illegal/.test(message)
    ? `\`${shown(text)}\` has letters that mean nothing in cron`
    : `it has ${fieldCount(count)}`;
}

const fieldCount = (count: number) => `${count} ${count === 1 ? 'field' : 'fields'}`;

const yearLast =
  "the year last, as in Nomad's own cron, is not read: seconds come first in six fields; leave the year out, and suspend the schedule when it is over";

/** Nomad reads a sixth field as the year: what is meant so would come at other times here. */
function yearProblem(text: string): string | undefined {
  const fields = text.split(' ');
  const last = fields.at(-1) ?? '';
  if (fields.length < 6) return undefined;
  if (fields.length === 7 || /(?<!\d)\d{4}(?!\d)/.test(last)) return yearLast;
  const [, , hour, dayOfMonth, month = ''] = fields;
  // `0 10 * * 1-5 *`: read with seconds first it would be ten past every hour, from January to May.
  if (last === '*' && hour === '*' && dayOfMonth === '*' && /^(?=.*\d)[0-7,/#L-]+$/.test(month)) return yearLast;
  const isYearForm = last === '*' && !validateDetailed(bounded(text)).valid && isValid(fields.slice(0, 5).join(' '));
  return isYearForm ? yearLast : undefined;
}

/** Never given to node-cron with numbers that it would count up to. */
const bounded = (text: string) => text.replaceAll(/\d{3,}/g, '99');
const isValid = (text: string) => !/\d{3,}/.test(text) && validateDetailed(text).valid;

/** Every calendar that there is comes up within 28 years. */
function comes(text: string): boolean {
  const { days } = cronOf(text);
  for (let year = 2000; year < 2028; year += 1)
    for (let month = 1; month <= 12; month += 1) if (days(year, month) !== 0) return true;
  return false;
}

const ends = [59, 59, 23, 31, 12, 6];

/** What was probably meant, where that can be read. */
function meant(text: string): { readonly didYouMean?: string } {
  const guesses = [
    ...(yearProblem(text) === undefined ? [] : [text.slice(0, text.lastIndexOf(' '))]),
    // 5/15 is 5, 20, 35, 50 elsewhere.
    text
      .split(' ')
      .map((field, i, all) => field.replaceAll(/(?<![\d*-])(\d{1,2})\/(\d{1,2})/g, `$1-${ends[i + 6 - all.length]}/$2`))
      .join(' '),
    text.replaceAll(/[^A-Z0-9*/,#?@ -]/g, ''),
  ];
  const guess = guesses.find(each => each !== text && yearProblem(each) === undefined && isValid(each));
  return guess === undefined ? {} : { didYouMean: guess };
}
