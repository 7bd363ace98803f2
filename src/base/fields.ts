/**
 * Fields for zod objects that take what people write: the text of a flat key, or the native value of a document.
 *
 * A fault's parameters are `z.strictObject({ signal: oneOf(['SIGKILL', 'SIGTERM']).default('SIGKILL') })`:
 * each field reads a string (`'true'`, `'3'`, `'30s'`, `'512MiB'`) as well as `true`, `3`, `30_000`, `536_870_912`,
 * and gives the native value. `.default(…)` takes the native value, `.optional()` works as ever.
 * A bad value becomes an issue whose `params` is a `Misread`, which `problemsOf` (spec) turns into a `Problem`.
 */

import { z } from 'zod';
import { formatDuration, longestDuration, parseDuration } from './duration.ts';
import { nearest } from './nearest.ts';
import { misread, type Reading, read, shown } from './reading.ts';
import { formatSize, parseSize } from './size.ts';

/** Lowest and highest value, both allowed, in the unit of the native value. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** One sentence on what the field means, for `sirocco faults NAME`, forms and docs. */
export interface Described {
  readonly help?: string;
}

/** What shared code may know of a field without running it. */
export interface FieldMeta {
  /** What may be written, in words. */
  readonly allowed: string;
  readonly help?: string;
  /** JSON Schema of what a document may hold. */
  readonly json: { readonly [key: string]: unknown };
  /** The native value as a person would write it. */
  readonly format: (value: unknown) => string;
}

const registry = z.registry<FieldMeta>();

/** The meta of a field, through `.optional()` and `.default()`; undefined for a schema that is not of this file. */
export function fieldMeta(schema: z.core.$ZodType): FieldMeta | undefined {
  const own = registry.get(schema);
  if (own !== undefined) return own;
  const def = schema._zod.def;
  return 'innerType' in def ? fieldMeta(def.innerType as z.core.$ZodType) : undefined;
}

/**
 * A field of one's own: `parse` gets any value, also undefined, and answers a reading. Its `didYouMean` is shown only
 * where `parse` would take it.
 */
export function field<T>(parse: (value: unknown) => Reading<T>, meta: FieldMeta): z.ZodType<T> {
  const schema = z.unknown().transform((value, context) => {
    const reading = parse(value);
    if (reading.ok) return reading.value;
    const { didYouMean, ...told } = reading.misread;
    const helps = didYouMean !== undefined && parse(didYouMean).ok;
    context.addIssue({ code: 'custom', message: told.message, params: { ...told, ...(helps ? { didYouMean } : {}) } });
    return z.NEVER;
  });
  registry.add(schema, meta);
  return schema;
}

/** `true` or `false`. */
export function bool({ help }: Described = {}): z.ZodType<boolean> {
  const allowed = 'true or false';
  const parse = (value: unknown): Reading<boolean> => {
    if (value === true || value === 'true') return read(true);
    if (value === false || value === 'false') return read(false);
    const word = shown(value).trim().toLowerCase();
    const meant = ['true', 'yes', 'on', '1', 'y', 't'].includes(word)
      ? 'true'
      : ['false', 'no', 'off', '0', 'n', 'f'].includes(word)
        ? 'false'
        : undefined;
    return misread(value, 'true or false', allowed, meant);
  };
  return field(parse, { allowed, json: { type: 'boolean' }, format: String, ...told(help) });
}

/** A whole number. */
export function int({ min = 0, max = Number.MAX_SAFE_INTEGER, help }: Bounds & Described = {}): z.ZodType<number> {
  const allowed = `a whole number${range(min, max, String)}`;
  const parse = (value: unknown): Reading<number> => {
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number))
      return within(value, number, min, max, allowed, String);
    const rounded = Math.round(Number(shown(value)));
    return misread(
      value,
      'a whole number',
      allowed,
      typeof value === 'string' && value.trim() !== '' && Number.isSafeInteger(rounded) ? String(rounded) : undefined,
    );
  };
  return field(parse, {
    allowed,
    json: { type: 'integer', minimum: min, maximum: max },
    format: String,
    ...told(help),
  });
}

/** A duration, in milliseconds; text needs a unit (`30s`), a native number is milliseconds already. */
export function duration({ min = 1, max = longestDuration, help }: Bounds & Described = {}): z.ZodType<number> {
  const allowed = `a duration such as 200ms, 30s, 5m or 2h${range(min, max, formatDuration)}`;
  const parse = (value: unknown): Reading<number> => {
    const reading =
      typeof value === 'string'
        ? parseDuration(value)
        : typeof value === 'number' && Number.isSafeInteger(value)
          ? read(value)
          : misread(value, 'a duration', allowed);
    return reading.ok
      ? within(value, reading.value, min, max, allowed, formatDuration)
      : { ok: false, misread: { ...reading.misread, allowed } };
  };
  return field(parse, {
    allowed,
    json: { type: 'string', pattern: '^([0-9.]+(h|m|s|ms))+$' },
    format: value => formatDuration(Number(value)),
    ...told(help),
  });
}

/** A share, 0 to 100 unless bounded otherwise; written without the sign. */
export function percent({ min = 0, max = 100, help }: Bounds & Described = {}): z.ZodType<number> {
  const allowed = `a percentage${range(min, max, String)}, without the sign`;
  const parse = (value: unknown): Reading<number> => {
    const number = typeof value === 'string' && /^\d{1,3}(?:\.\d{1,6})?$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return within(value, number, min, max, allowed, String);
    const meant = /^\s*(\d{1,3}(?:\.\d{1,6})?)\s*%?\s*$/.exec(shown(value))?.[1];
    return misread(value, 'a percentage', allowed, meant);
  };
  return field(parse, { allowed, json: { type: 'number', minimum: min, maximum: max }, format: String, ...told(help) });
}

/** A size, in bytes; text needs a unit (`512MiB`), a native number is bytes already. */
export function size({ min = 1, max = Number.MAX_SAFE_INTEGER, help }: Bounds & Described = {}): z.ZodType<number> {
  const allowed = `a size such as 512MiB or 2GiB${range(min, max, formatSize)}`;
  const parse = (value: unknown): Reading<number> => {
    const reading =
      typeof value === 'string'
        ? parseSize(value)
        : typeof value === 'number' && Number.isSafeInteger(value)
          ? read(value)
          : misread(value, 'a size', allowed);
    return reading.ok
      ? within(value, reading.value, min, max, allowed, formatSize)
      : { ok: false, misread: { ...reading.misread, allowed } };
  };
  return field(parse, {
    allowed,
    json: { type: 'string', pattern: '^[0-9.]+(B|[KMGT]iB|[kMGT]B)$' },
    format: value => formatSize(Number(value)),
    ...told(help),
  });
}

/** One of a fixed set of words. */
export function oneOf<const T extends string>(words: readonly T[], { help }: Described = {}): z.ZodType<T> {
  const allowed = words.join(', ');
  const parse = (value: unknown): Reading<T> => {
    const word = words.find(w => w === value);
    return word === undefined
      ? misread(value, 'one of the words allowed', allowed, nearest(shown(value), words))
      : read(word);
  };
  return field(parse, { allowed, json: { enum: [...words] }, format: String, ...told(help) });
}

/** Text of 1 to `max` characters (256 unless told), without line breaks or other control characters. */
export function text({
  max = 256,
  what = 'text',
  pattern,
  help,
}: Described & { readonly max?: number; readonly what?: string; readonly pattern?: RegExp } = {}): z.ZodType<string> {
  const allowed = `${what} of 1 to ${max} characters on one line${pattern === undefined ? '' : ` like ${pattern.source}`}`;
  const parse = (value: unknown): Reading<string> => {
    if (typeof value !== 'string') return misread(value, what, allowed);
    const fits =
      value.length >= 1 &&
      value.length <= max &&
      value.trim() !== '' &&
      !/\p{Cc}/u.test(value) &&
      (pattern === undefined || pattern.test(value));
    return fits ? read(value) : misread(value, what, allowed);
  };
  return field(parse, {
    allowed,
    json: {
      type: 'string',
      minLength: 1,
      maxLength: max,
      ...(pattern === undefined ? {} : { pattern: pattern.source }),
    },
    format: String,
    ...told(help),
  });
}

function told(help: string | undefined): Described {
  return help === undefined ? {} : { help };
}

function range(min: number, max: number, format: (n: number) => string): string {
  const open = max === Number.MAX_SAFE_INTEGER || max === longestDuration;
  return open ? `, at least ${format(min)}` : `, ${format(min)} to ${format(max)}`;
}

function within(
  value: unknown,
  number: number,
  min: number,
  max: number,
  allowed: string,
  format: (n: number) => string,
): Reading<number> {
  if (number < min) return outside(value, `less than ${format(min)}`, allowed, format(min));
  if (number > max) return outside(value, `more than ${format(max)}`, allowed, format(max));
  return read(number);
}

function outside(value: unknown, how: string, allowed: string, didYouMean: string): Reading<never> {
  const found = shown(value);
  return { ok: false, misread: { message: `\`${found}\` is ${how}`, found, allowed, didYouMean } };
}
