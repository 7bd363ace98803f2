/** Times that come again and again, as the limits `windows` and `blackouts` name them. */

import type { z } from 'zod';
import { bool, duration, field, oneOf, text } from '../../base/fields.ts';
import { parseGlob } from '../../base/glob.ts';
import { nearest, snakeCase } from '../../base/nearest.ts';
import { type Misread, misread, type Reading, read } from '../../base/reading.ts';
import { cronAllowed, readCron } from '../../spec/cron-text.ts';
import { readTimezone, timezoneAllowed } from '../../spec/timezone.ts';
import { readYaml } from './yaml-value.ts';

/** `[tick, tick + duration)` for each tick of the expression, by real time also where clocks are changed. */
export interface Period {
  /** Its place in the limits, such as `windows[0]`. */
  readonly place: string;
  /** In its plain form. */
  readonly cron: string;
  readonly timezone: string;
  readonly durationMs: number;
  /** Globs; absent: all. */
  readonly namespaces?: readonly string[];
  readonly faults?: readonly string[];
  readonly reason?: string;
}

/** While it lasts no run starts. */
export interface Blackout extends Period {
  /** Instead, runs start as shadow runs. */
  readonly mode?: 'shadow';
  /** What is in force as it begins is undone. */
  readonly abort?: boolean;
}

/** What is wrong with one place of a list. */
export interface Misplaced {
  /** Such as `[1].timezone`; empty for the whole. */
  readonly at: string;
  readonly misread: Misread;
}

export type Periods<P> =
  | { readonly ok: true; readonly value: readonly P[] }
  | { readonly ok: false; readonly misplaced: readonly Misplaced[] };

const day = 24 * 3_600_000;
const longest = 31 * day;
/** More than anybody overlooks; each is asked about at every look at a run. */
const most = 100;

const cron = field<string>(readCron, { allowed: cronAllowed, json: { type: 'string' }, format: String });
const timezone = field<string>(readTimezone, { allowed: timezoneAllowed, json: { type: 'string' }, format: String });

type Key = Exclude<keyof Blackout, 'place'>;

const common: Readonly<Record<string, readonly [Key, z.ZodType]>> = {
  cron: ['cron', cron],
  duration: ['durationMs', duration({ min: 1_000, max: longest })],
  timezone: ['timezone', timezone],
  namespaces: ['namespaces', globs('namespaces')],
  faults: ['faults', globs('faults')],
  reason: ['reason', text({ what: 'a reason', max: 200 })],
};

const ofBlackouts: typeof common = {
  ...common,
  mode: ['mode', oneOf(['shadow'])],
  abort: ['abort', bool()],
};

const needed = ['cron', 'duration'];

/** Other words for a key. */
const others: Readonly<Record<string, string>> = {
  tz: 'timezone',
  zone: 'timezone',
  location: 'timezone',
  for: 'duration',
  length: 'duration',
  schedule: 'cron',
  start: 'cron',
  why: 'reason',
  undo: 'abort',
};

const example = '- {cron: "0 9 * * MON-FRI", duration: 8h, timezone: Europe/Paris}';

/** The limit `windows`; an empty text is no window. */
export function parseWindows(written: string): Periods<Period> {
  return parsePeriods(written, 'windows', common) as Periods<Period>;
}

/** The limit `blackouts`. */
export function parseBlackouts(written: string): Periods<Blackout> {
  return parsePeriods(written, 'blackouts', ofBlackouts) as Periods<Blackout>;
}

function parsePeriods(written: string, limit: string, keys: typeof common): Periods<object> {
  const allowed = `YAML or JSON: a list of mappings with ${Object.keys(keys).join(', ')}, such as ${example}`;
  const whole = (reading: Reading<never>): Periods<never> =>
    reading.ok ? { ok: true, value: [] } : { ok: false, misplaced: [{ at: '', misread: reading.misread }] };
  const reading = readYaml(written, allowed);
  if (!reading.ok) return whole(reading);
  if (reading.value === undefined) return { ok: true, value: [] };
  if (!Array.isArray(reading.value)) return whole(misread(written, 'a list', allowed));
  const items: readonly unknown[] = reading.value;
  if (items.length > most) return whole(misread(`${items.length} of them`, `at most ${most}`, allowed));
  const misplaced: Misplaced[] = [];
  const value = items.map((item, n) => {
    const { values, wrong } = readItem(item, keys, allowed);
    for (const each of wrong) misplaced.push({ ...each, at: `[${n}]${each.at}` });
    return { place: `${limit}[${n}]`, timezone: 'UTC', ...values };
  });
  return misplaced.length === 0 ? { ok: true, value } : { ok: false, misplaced };
}

interface ReadItem {
  readonly values: Readonly<Record<string, unknown>>;
  readonly wrong: readonly Misplaced[];
}

function readItem(item: unknown, keys: typeof common, allowed: string): ReadItem {
  const wrong: Misplaced[] = [];
  const values: Record<string, unknown> = {};
  const note = (at: string, reading: Reading<unknown>) => {
    if (!reading.ok) wrong.push({ at, misread: reading.misread });
  };
  if (!(item instanceof Map)) {
    note('', misread(item, 'a mapping', allowed));
    return { values, wrong };
  }
  const given = new Map([...item].map(([key, value]) => [String(key), value as unknown]));
  for (const [key, value] of given) {
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (known === undefined) {
      note('', strangeKey(key, Object.keys(keys)));
      continue;
    }
    const reading = fieldOf(known[1], value);
    note(`.${key}`, reading);
    if (reading.ok) values[known[0]] = reading.value;
  }
  for (const key of needed.filter(each => !given.has(each)))
    note('', misread(undefined, key, `${key}, as in ${example}`));
  return { values, wrong };
}

function strangeKey(key: string, keys: readonly string[]): Reading<never> {
  const snake = snakeCase(key);
  const meant = Object.hasOwn(others, snake) ? others[snake] : undefined;
  const near = meant !== undefined && keys.includes(meant) ? meant : nearest(snake, keys);
  if (Object.hasOwn(ofBlackouts, snake) && !keys.includes(snake))
    return misread(key, 'a key of windows: it belongs to blackouts', keys.join(', '));
  return misread(key, 'a key of it', keys.join(', '), near);
}

/** A number without quotes is read as it is written: nothing here is meant in milliseconds. */
function fieldOf(schema: z.ZodType, value: unknown): Reading<unknown> {
  const parsed = schema.safeParse(typeof value === 'number' ? String(value) : value);
  if (parsed.success) return read(parsed.data);
  const [issue] = parsed.error.issues;
  // the fields of base carry their misreading as the issue's params
  if (issue?.code === 'custom') return { ok: false, misread: issue.params as unknown as Misread };
  return misread(value, issue?.message ?? 'valid', '');
}

function globs(of: string): z.ZodType<readonly string[]> {
  const allowed = `a list of globs over ${of}, such as [team-*]`;
  const parse = (value: unknown): Reading<readonly string[]> => {
    if (!Array.isArray(value) || value.length === 0) return misread(value, `a list of ${of}`, allowed);
    const patterns: string[] = [];
    for (const each of value as readonly unknown[]) {
      const pattern = typeof each === 'number' ? String(each) : each;
      if (typeof pattern !== 'string' || pattern === '') return misread(each, 'a glob', allowed);
      const reading = parseGlob(pattern);
      if (!reading.ok) return reading;
      patterns.push(pattern);
    }
    return read(patterns);
  };
  return field(parse, { allowed, json: { type: 'array', items: { type: 'string' } }, format: String });
}
