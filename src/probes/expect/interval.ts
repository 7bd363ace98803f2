/** What a number may be: `< 5`, `>= 0.99`, `= 3`, `!= 0`, `1..5`. As data, so that a spec can hold it. */

import { misread, type Reading, read, shown } from '../../base/reading.ts';

/** A number meets it when it meets every part; without parts any number does. */
export interface Interval {
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  readonly atMost?: number;
  readonly not?: number;
}

/** How the numbers of one kind are written. */
export interface Unit {
  /** One number, such as `a duration`. */
  readonly what: string;
  /** Two numbers as examples, the smaller first. */
  readonly examples: readonly [string, string];
  readonly parse: (text: string) => Reading<number>;
  readonly format: (value: number) => string;
  /** Whether one number alone may stand for `=`. */
  readonly exact: boolean;
}

export const plainNumber: Unit = {
  what: 'a number',
  examples: ['1', '5'],
  parse: text => {
    const isNumber = /^[+-]?(?:\d{1,20}(?:\.\d{1,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?$/.test(text);
    const value = Number(text);
    return isNumber && Number.isFinite(value)
      ? read(value + 0)
      : misread(text, 'a number', 'a number such as 5 or 0.99');
  },
  format: String,
  exact: true,
};

const signs = [
  ['>=', 'atLeast'],
  ['<=', 'atMost'],
  ['!=', 'not'],
  ['>', 'above'],
  ['<', 'below'],
] as const;

/** What may be written, in words. */
export function intervalWords({ what, examples: [low, high], exact }: Unit): string {
  const equal = exact ? `, = ${low}, != ${low}` : '';
  return `${what} compared: < ${high}, <= ${high}, > ${low}, >= ${low}${equal}, or from ${low}..${high}, both allowed`;
}

/** Reads text, or a native number where one alone has a meaning. Never throws. */
export function parseInterval(value: unknown, unit: Unit): Reading<Interval> {
  if (typeof value === 'number' && unit.exact && Number.isFinite(value)) return read(equal(value + 0));
  if (typeof value !== 'string' || value.length > 80) return refuse(value, unit);
  const text = value.trim();
  const range = /^(.+?)\s*\.\.\s*(.+)$/.exec(text);
  if (range !== null) return parseRange(value, range[1] ?? '', range[2] ?? '', unit);
  const sign = signs.find(([word]) => text.startsWith(word));
  if (sign !== undefined && (sign[1] !== 'not' || unit.exact)) {
    const number = unit.parse(text.slice(sign[0].length).trim());
    return number.ok ? read({ [sign[1]]: number.value }) : refuse(value, unit);
  }
  const number = unit.parse(text.replace(/^==?/, '').trim());
  if (!number.ok) return refuse(value, unit);
  return unit.exact ? read(equal(number.value)) : refuse(value, unit, `< ${unit.format(number.value)}`);
}

function parseRange(value: unknown, from: string, to: string, unit: Unit): Reading<Interval> {
  const [low, high] = [unit.parse(from), unit.parse(to)];
  if (!low.ok || !high.ok) return refuse(value, unit);
  if (low.value > high.value) return refuse(value, unit, `${unit.format(high.value)}..${unit.format(low.value)}`);
  return read({ atLeast: low.value, atMost: high.value });
}

function equal(value: number): Interval {
  return { atLeast: value, atMost: value };
}

function refuse(value: unknown, unit: Unit, meant?: string): Reading<never> {
  return misread(value, `${unit.what} to compare with`, intervalWords(unit), meant ?? respelled(value, unit));
}

/** `=< 5`, `5 >`, `less than 5`, `1 - 5`, `≥ 5`. */
function respelled(value: unknown, unit: Unit): string | undefined {
  const text = shown(value)
    .replaceAll('≥', '>=')
    .replaceAll('≤', '<=')
    .replaceAll('≠', '!=')
    .replace(/=([<>])/, '$1=')
    .replace(/<>/, '!=')
    .replace(/^(?:less than|under|below)\b/i, '<')
    .replace(/^(?:more than|over|above|greater than)\b/i, '>')
    .replace(/^at most\b/i, '<=')
    .replace(/^at least\b/i, '>=');
  const span = /^\s*([^\s<>=!-]+)\s*(?:-|to|…|\.\.\.)\s*([^\s<>=!-]+)\s*$/.exec(text);
  const written = span === null ? text : `${span[1]}..${span[2]}`;
  if (written === shown(value)) return undefined;
  const reading = parseInterval(written, unit);
  return reading.ok ? formatInterval(reading.value, unit) : undefined;
}

/** As a person would write it. */
export function formatInterval(interval: Interval, unit: Unit): string {
  const { atLeast, atMost } = interval;
  if (atLeast !== undefined && atMost !== undefined)
    return atLeast === atMost ? `= ${unit.format(atLeast)}` : `${unit.format(atLeast)}..${unit.format(atMost)}`;
  const sign = signs.find(([, part]) => interval[part] !== undefined);
  return sign === undefined ? 'any' : `${sign[0]} ${unit.format(interval[sign[1]] ?? 0)}`;
}

/** Whether a number meets it; what is not a number never does. */
export function isMet(interval: Interval, value: number): boolean {
  const { above, atLeast, below, atMost, not } = interval;
  return (
    !Number.isNaN(value) &&
    (above === undefined || value > above) &&
    (atLeast === undefined || value >= atLeast) &&
    (below === undefined || value < below) &&
    (atMost === undefined || value <= atMost) &&
    (not === undefined || value !== not)
  );
}
