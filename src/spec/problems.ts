/** From what zod says to what people read: each problem names its key, what was found and what is allowed. */

import type { z } from 'zod';
import type { Problem } from '../base/errors.ts';
import { fieldMeta } from '../base/fields.ts';
import { nearest } from '../base/nearest.ts';
import { shown } from '../base/reading.ts';

/** What was parsed, for the words about it. */
export interface Parsed {
  /** The fields of the object by name, where it is one. */
  readonly shape: Readonly<Record<string, z.core.$ZodType>>;
  readonly input: Readonly<Record<string, unknown>>;
  /** The key of an issue that concerns no field of its own. */
  readonly whole: string;
  /** How a field is called where it was written; default: by its own name. */
  readonly word?: (field: string) => string;
}

/** The problems of one object of fields, in the order of zod's issues. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], parsed: Parsed): readonly Problem[] {
  return issues.flatMap(issue =>
    issue.code === 'unrecognized_keys' ? issue.keys.map(key => unknownField(key, parsed)) : [problemOf(issue, parsed)],
  );
}

function unknownField(field: string, { shape, input, word = own }: Parsed): Problem {
  const key = word(field);
  const names = Object.keys(shape);
  const near = nearest(field, names);
  const allowed = names.length === 0 ? 'no parameters' : names.join(', ');
  const found = shown(Object.hasOwn(input, field) ? input[field] : undefined);
  return {
    code: 'SIR-101',
    key,
    message: `unknown key \`${shown(key)}\``,
    found,
    allowed,
    ...(near === undefined ? {} : { didYouMean: word(near) }),
  };
}

function own(field: string): string {
  return field;
}

function problemOf(issue: z.core.$ZodIssue, { shape, input, whole, word = own }: Parsed): Problem {
  const name = issue.path[0] === undefined ? undefined : String(issue.path[0]);
  const key = name === undefined ? whole : word(name);
  const value = name !== undefined && Object.hasOwn(input, name) ? input[name] : undefined;
  const params = issue.code === 'custom' ? (issue.params ?? {}) : {};
  const schema = name !== undefined && Object.hasOwn(shape, name) ? shape[name] : undefined;
  const allowed =
    wordOf(params, 'allowed') ?? (schema === undefined ? undefined : fieldMeta(schema)?.allowed) ?? allowedBy(issue);
  const said = wordOf(params, 'message') ?? issue.message;
  if (name !== undefined && value === undefined) return { code: 'SIR-103', key, message: `${key}: ${said}`, allowed };
  const didYouMean =
    wordOf(params, 'didYouMean') ??
    (issue.code === 'invalid_value' ? nearest(shown(value), issue.values.map(String)) : undefined);
  const found = wordOf(params, 'found') ?? (name === undefined ? undefined : shown(value));
  return {
    code: 'SIR-104',
    key,
    message: `${key}: ${said}`,
    ...(found === undefined ? {} : { found }),
    allowed,
    ...(didYouMean === undefined ? {} : { didYouMean }),
  };
}

function wordOf(params: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const word = params[name];
  return typeof word === 'string' ? word : undefined;
}

/** For schemas that are plain zod, not a field of ours. */
function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'invalid_type':
      return `a ${issue.expected}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}
