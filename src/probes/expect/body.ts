/**
 * What the body of an answer must hold. There are no regular expressions: one that nests repetitions can take longer
 * than the age of the universe, and it would stand still in the controller's only thread. A glob takes at most length
 * of pattern times length of body steps.
 */

import { parseGlob } from '../../base/glob.ts';
import { nearest } from '../../base/nearest.ts';
import { misread, type Reading, read, shown } from '../../base/reading.ts';
import { formatInterval, type Interval, intervalWords, isMet, parseInterval, plainNumber } from './interval.ts';
import { parsePath, valueAt } from './json-path.ts';

export type BodyExpectation =
  | { readonly contains: string }
  /** A glob over the whole body. */
  | { readonly matches: string }
  /** The value at a path of a JSON body; without `equals` and `value` it must be there. */
  | { readonly json: string; readonly equals?: string | number | boolean | null; readonly value?: Interval };

/** A longer glob could take long on a long body. */
const longestGlob = 64;
const longestText = 1024;

export const bodyWords =
  'a text that it contains, or one of {contains: text}, {matches: glob over the whole body}, {json: path, equals: text, number, true, false or null}, {json: path, value: ">= 3"}, {json: path}';

const keys = ['contains', 'matches', 'json', 'equals', 'value'] as const;

/** Reads an object with `contains`, `matches` or `json`, or a text that must be contained. Never throws. */
export function parseBody(value: unknown): Reading<BodyExpectation> {
  if (typeof value === 'string') return parseContains(value, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(value);
  const given = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find(key => !keys.some(each => each === key));
  if (unknown !== undefined) return misread(unknown, 'a key of body', keys.join(', '), nearest(unknown, keys));
  const kinds = Object.keys(given).filter(key => key === 'contains' || key === 'matches' || key === 'json');
  if (kinds.length !== 1 || ('json' in given ? 'equals' in given && 'value' in given : Object.keys(given).length > 1))
    return refuse(value);
  if ('json' in given) return parseJson(given);
  return 'matches' in given ? parseMatches(given['matches']) : parseContains(given['contains'], value);
}

function refuse(value: unknown): Reading<never> {
  return misread(value, 'what a body can be compared with', bodyWords);
}

function parseContains(text: unknown, value: unknown): Reading<BodyExpectation> {
  if (typeof text !== 'string' || text === '' || text.length > longestText) return refuse(value);
  return read({ contains: text });
}

function parseMatches(pattern: unknown): Reading<BodyExpectation> {
  const words = `a glob over the whole body of 1 to ${longestGlob} characters, such as *ready*: * any characters, ? one, [a-f] one of a set`;
  if (typeof pattern !== 'string' || pattern === '' || pattern.length > longestGlob)
    return misread(pattern, 'a glob', words);
  const reading = parseGlob(pattern);
  return reading.ok ? read({ matches: pattern }) : reading;
}

function parseJson(given: Readonly<Record<string, unknown>>): Reading<BodyExpectation> {
  const { json, equals, value } = given;
  if (typeof json !== 'string') return refuse(given);
  const path = parsePath(json);
  if (!path.ok) return path;
  if ('equals' in given) {
    const isPlain =
      equals === null ||
      typeof equals === 'boolean' ||
      (typeof equals === 'number' && Number.isFinite(equals)) ||
      (typeof equals === 'string' && equals.length <= longestText);
    return isPlain ? read({ json, equals }) : misread(equals, 'a plain value', 'a text, a number, true, false or null');
  }
  if (!('value' in given)) return read({ json });
  const interval = parseInterval(value, plainNumber);
  return interval.ok ? read({ json, value: interval.value }) : misread(value, 'a number', intervalWords(plainNumber));
}

/** As a person would write it, on one line. */
export function formatBody(expectation: BodyExpectation): string {
  if (!('json' in expectation)) return JSON.stringify(expectation);
  const { value, ...rest } = expectation;
  return JSON.stringify(value === undefined ? rest : { ...rest, value: formatInterval(value, plainNumber) });
}

/** Why a body is not as expected, and the number that was compared; the body itself is never quoted. */
export interface BodyVerdict {
  readonly why?: string;
  readonly value?: number;
}

/** Judges a body of which `truncated` says whether more of it was left unread. */
export function judgeBody(expectation: BodyExpectation, body: string, truncated: boolean): BodyVerdict {
  if ('contains' in expectation) {
    return body.includes(expectation.contains)
      ? {}
      : { why: `the body${truncated ? ', as far as it was read,' : ''} lacks \`${shown(expectation.contains)}\`` };
  }
  if ('matches' in expectation) return judgeGlob(expectation.matches, body, truncated);
  if (truncated) return { why: 'the body is longer than what is read, so it is no JSON to look into' };
  return judgeJson(expectation, body);
}

/** A star at the end also stands for what was left unread. */
function judgeGlob(pattern: string, body: string, truncated: boolean): BodyVerdict {
  if (truncated && !/(?<!\\)\*$/.test(pattern))
    return { why: 'the body is longer than what is read, so its end can’t be compared' };
  const reading = parseGlob(pattern);
  return reading.ok && reading.value(body) ? {} : { why: `the body does not match \`${shown(pattern)}\`` };
}

function judgeJson(expectation: Extract<BodyExpectation, { json: string }>, body: string): BodyVerdict {
  const path = parsePath(expectation.json);
  const parsed = parsedJson(body);
  if (parsed === undefined || !path.ok) return { why: 'the body is no JSON' };
  const found = valueAt(parsed.value, path.value);
  const at = `\`${shown(expectation.json)}\``;
  if (found === undefined) return { why: `the body has nothing at ${at}` };
  if (expectation.value !== undefined) {
    const wanted = formatInterval(expectation.value, plainNumber);
    if (typeof found !== 'number') return { why: `${at} is ${kindOf(found)}, no number to be ${wanted}` };
    return isMet(expectation.value, found)
      ? { value: found }
      : { value: found, why: `${at} is ${found}, not ${wanted}` };
  }
  if (expectation.equals === undefined || found === expectation.equals) return {};
  return { why: `${at} is ${brief(found)}, not ${brief(expectation.equals)}` };
}

function parsedJson(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

/** Values of other kinds than the one expected are told by their kind: they may be long, and nobody asked for them. */
function brief(value: unknown): string {
  if (typeof value === 'object' && value !== null) return kindOf(value);
  return shown(JSON.stringify(value)).slice(0, 60);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : value === null ? 'null' : `a ${typeof value}`;
}
