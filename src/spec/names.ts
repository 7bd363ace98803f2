/** Names of schedules, and the patterns that choose what is hit. */

import type { z } from 'zod';
import type { Problem } from '../base/errors.ts';
import { field } from '../base/fields.ts';
import { parseGlob } from '../base/glob.ts';
import { misread, type Reading, read, shown } from '../base/reading.ts';

const nameAllowed = '1 to 64 of a-z, 0-9 and -';
const isName = (name: string) => /^[a-z0-9-]{1,64}$/.test(name);

/** What is wrong with the name of a schedule, if anything. `_` is the marker's. */
export function nameProblem(name: string): Problem | undefined {
  if (isName(name)) return undefined;
  const why =
    name === '_' ? '`_` is the marker of this prefix, and no name' : `\`${shown(name)}\` is not a name for a schedule`;
  const meant = asName(name);
  return {
    code: 'SIR-108',
    key: 'name',
    message: `name: ${why}`,
    found: shown(name),
    allowed: nameAllowed,
    ...(meant === '' ? {} : { didYouMean: meant }),
  };
}

function asName(text: string): string {
  return text
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

/** The name of a `chaos/experiments/<name>`. */
export const experimentName = field<string>(
  value =>
    typeof value === 'string' && isName(value)
      ? read(value)
      : misread(value, 'the name of an experiment', nameAllowed, typeof value === 'string' ? asName(value) : undefined),
  {
    allowed: `the name of an experiment: ${nameAllowed}`,
    help: 'what is done, from chaos/experiments/<name> of the same namespace; its parameters are param_<name>',
    json: { type: 'string', pattern: '^[a-z0-9-]{1,64}$' },
    format: String,
  },
);

/** One name or glob, as `target_group` and its kin take it; never a list. */
export function namePattern(what: string, help: string): z.ZodType<string> {
  const allowed = `one ${what}, or a glob such as web-*; 1 to 256 characters, no blanks, no list`;
  const parse = (value: unknown): Reading<string> => {
    if (typeof value !== 'string') return misread(value, `one ${what}`, allowed);
    const [first = ''] = value.split(/[\s,]+/).filter(part => part !== '');
    if (value === '' || value.length > 256) return misread(value, `one ${what}`, allowed);
    if (/[\s,\p{Cc}]/u.test(value)) return misread(value, `one ${what}`, allowed, first === '' ? undefined : first);
    return parseGlob(value).ok ? read(value) : misread(value, 'a glob', allowed);
  };
  return field(parse, { allowed, help, json: { type: 'string', minLength: 1, maxLength: 256 }, format: String });
}
