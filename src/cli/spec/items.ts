/** The items of a Variable from the text of a file: the JSON that `nomad var put` reads, or a flat object. */

import { type Problem, SiroccoError } from '../../base/errors.ts';
import { shown } from '../../base/reading.ts';

export type Items = Readonly<Record<string, string>>;

export interface TextItems {
  readonly items: Items;
  /** Of the Variable, where the text names them. */
  readonly path?: string;
  readonly namespace?: string;
}

const allowed = 'JSON: {"fault": "alloc-kill", "target_job": "web", …}, or what nomad var get -out json prints';

/** Reads the text; `source` is its name in errors. A SiroccoError with everything that is wrong with it. */
export function itemsOfText(text: string, source: string): TextItems {
  const value = parsed(text.replace(/^\uFEFF/, ''), source);
  if (!isObject(value)) throw bad(source, `it holds ${shown(value)}, which is no object`);
  const inner = caseless(value, 'Items');
  if (inner === undefined || !isObject(inner)) {
    if (Array.isArray(value['method']) || isObject(value['schedule']) || isObject(value['target']))
      throw notYet(source, 'it is a document, and this release reads flat keys only');
    return { items: itemsOf(value) };
  }
  const path = caseless(value, 'Path');
  const namespace = caseless(value, 'Namespace');
  return {
    items: itemsOf(inner),
    ...(typeof path === 'string' && path !== '' ? { path } : {}),
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
  };
}

function parsed(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') throw bad(source, 'it is empty');
    if (/^\s*(?:path|namespace|items)\b\s*(?:=|\{)/m.test(text))
      throw bad(source, 'it is HCL, which only nomad itself reads: nomad var put takes it as it is');
    if (/^\s*(?:version|title|method|target|schedule|fault)\s*:/m.test(text))
      throw notYet(source, 'it is YAML, and this release reads flat keys only');
    throw bad(source, `it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** All values must be text, since a Variable holds nothing else: Nomad refuses any other. */
function itemsOf(object: Readonly<Record<string, unknown>>): Items {
  const problems: Problem[] = [];
  const items: Record<string, string> = {};
  for (const [key, value] of Object.entries(object)) {
    if (typeof value === 'string') {
      items[key] = value;
      continue;
    }
    const found = shown(value);
    const near = typeof value === 'number' || typeof value === 'boolean' ? { didYouMean: `"${found}"` } : {};
    const message = `${key}: \`${found}\` is no text, and a Variable holds nothing else`;
    problems.push({ code: 'SIR-104', key, message, found, allowed: 'text in double quotes', ...near });
  }
  const [first, ...more] = problems;
  if (first !== undefined) throw new SiroccoError(first, more);
  return items;
}

/** Nomad reads the names of these whatever their case. */
function caseless(object: Readonly<Record<string, unknown>>, name: string): unknown {
  const key = Object.keys(object).find(each => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(source: string, why: string): SiroccoError {
  return new SiroccoError({ code: 'SIR-100', key: source, message: `${source}: ${why}`, allowed });
}

function notYet(source: string, why: string): SiroccoError {
  return new SiroccoError({ code: 'SIR-102', key: source, message: `${source}: ${why}`, allowed });
}
