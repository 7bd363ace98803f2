/** The items of a Variable from the text of a file: a document, the JSON that `nomad var put` reads, or a flat object. */

import { type Problem, SiroccoError } from '../../base/errors.ts';
import { shown } from '../../base/reading.ts';

export type Items = Readonly<Record<string, string>>;

export interface TextItems {
  readonly items: Items;
  /** Of the Variable, where the text names them. */
  readonly path?: string;
  readonly namespace?: string;
}

const allowed =
  'a document in YAML or JSON; {"fault": "alloc-kill", "target_job": "web", …}; what nomad var get -out json prints';

/** Parts of a document that no flat key is called. */
const parts = ['method', 'target', 'schedule', 'recovery', 'params', 'parameters'] as const;

/**
 * Reads the text; `source` is its name in errors. What is no flat object is a document, in one item `spec`. A SiroccoError
 * with everything that is wrong with it.
 */
export function itemsOfText(text: string, source: string): TextItems {
  const bare = text.replace(/^\uFEFF/, '');
  const value = parsed(bare, source);
  if (value === undefined) return { items: { spec: bare } };
  if (!isObject(value)) throw bad(source, `it holds ${shown(value)}, which is no object`);
  const inner = caseless(value, 'Items');
  if (inner === undefined || !isObject(inner))
    return { items: parts.some(part => typeof value[part] === 'object') ? { spec: bare } : itemsOf(value) };
  const path = caseless(value, 'Path');
  const namespace = caseless(value, 'Namespace');
  return {
    items: itemsOf(inner),
    ...(typeof path === 'string' && path !== '' ? { path } : {}),
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
  };
}

/** Undefined where it is no JSON, and so a document in YAML. */
function parsed(text: string, source: string): unknown {
  if (text.trim() === '') throw bad(source, 'it is empty');
  try {
    return JSON.parse(text);
  } catch {
    if (/^\s*(?:path|namespace|items)\b\s*(?:=|\{)/m.test(text))
      throw bad(source, 'it is HCL, which only nomad itself reads: nomad var put takes it as it is');
    return undefined;
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
