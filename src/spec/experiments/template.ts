/** A reusable experiment, as `chaos/experiments/<name>` holds it. */

import type { Problem } from '../../base/errors.ts';
import type { FaultCatalog } from '../../faults/fault.ts';
import { inOrder, placed, placesOf } from '../document/places.ts';
import { readDocument } from '../document/read-document.ts';
import type { Reading } from '../document/reading.ts';
import { type Branch, valueAt } from '../document/tree.ts';
import { readText } from '../document/yaml-text.ts';
import { readFlat } from '../flat-read.ts';
import { nameProblem } from '../names.ts';
import type { SpecRead } from '../parsed.ts';
import { readDeclarations } from './declarations.ts';
import type { Declared } from './parameter.ts';
import { type Filling, filling, fillText, fillTree, type Value } from './substitution.ts';

type Items = Readonly<Record<string, string>>;

export interface Template {
  readonly name: string;
  readonly parameters: readonly Declared[];
  /** Without `parameters`. */
  readonly body:
    | { readonly kind: 'document'; readonly root: Branch }
    | { readonly kind: 'flat'; readonly items: Items };
}

export type ParsedExperiment =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads an experiment from the text of a document or the items of its Variable. All that is wrong with it whatever its
 * parameters are given is told; what hangs on one without a default is told when it is given. Never throws.
 */
export function parseExperiment(name: string, source: string | Items, catalog: FaultCatalog): ParsedExperiment {
  const named = nameProblem(name);
  const parts = typeof source === 'string' ? partsOfText(source, catalog) : partsOfItems(source, catalog);
  if (parts.body === undefined)
    return { ok: false, problems: [...(named === undefined ? [] : [named]), ...parts.problems] };
  const template: Template = { name, parameters: parts.parameters, body: parts.body };
  const open = new Set(template.parameters.filter(each => each.default === undefined).map(each => each.name));
  const values = new Map(
    template.parameters.map(each => [each.name, asValue(each, each.default ?? each.sample)] as const),
  );
  const into = filling(values);
  const read = readBody(template, into, catalog);
  const hangs = [...into.used].flatMap(([path, names]) => (names.some(each => open.has(each)) ? [path] : []));
  const problems = [
    ...(named === undefined ? [] : [named]),
    ...parts.problems,
    ...read.problems.filter(({ key = '' }) => !hangs.some(path => key === path || key.startsWith(`${path}.`))),
  ];
  return problems.length > 0 ? { ok: false, problems: inOrder(problems) } : { ok: true, template };
}

/** The value of a parameter as it is put in. */
export function asValue({ type }: Declared, text: string): Value {
  return { text, sort: type === 'bool' ? 'boolean' : type === 'int' || type === 'percent' ? 'number' : 'text' };
}

/** What a template means with these values; what can't be put in is told once. */
export function readBody(template: Template, into: Filling, catalog: FaultCatalog): SpecRead {
  const read = readFilled(template, into, catalog);
  const open = new Set(into.problems.map(each => each.key));
  return { ...read, problems: [...into.problems, ...read.problems.filter(({ key }) => !open.has(key))] };
}

function readFilled({ body }: Template, into: Filling, catalog: FaultCatalog): SpecRead {
  if (body.kind === 'document') return readDocument(fillTree(body.root, into), { catalog, purpose: 'experiment' });
  const items = Object.entries(body.items).map(([key, value]) => [key, fillText(value, key, into)] as const);
  return readFlat(Object.fromEntries(items), catalog, 'experiment');
}

interface Parts {
  readonly parameters: readonly Declared[];
  readonly body?: Template['body'];
  readonly problems: readonly Problem[];
}

function partsOfText(text: string, catalog: FaultCatalog): Parts {
  const read = readText(text);
  if (!read.ok) return { parameters: [], problems: read.problems };
  const { root } = read;
  const tree = valueAt(root, 'parameters');
  const body = {
    kind: 'document',
    root: { ...root, entries: root.entries.filter(({ key }) => key !== 'parameters') },
  } as const;
  if (tree === undefined) return { parameters: [], body, problems: [] };
  const reading = readingOf(catalog);
  const parameters = readDeclarations(reading, tree);
  const places = placesOf(root);
  return { parameters, body, problems: reading.problems.map(each => placed(each, places)) };
}

function partsOfItems(items: Items, catalog: FaultCatalog): Parts {
  if (Object.hasOwn(items, 'spec')) {
    const others = Object.keys(items)
      .filter(key => key !== 'spec')
      .sort();
    const parts = partsOfText(items['spec'] ?? '', catalog);
    const problems = others.map((key): Problem => {
      const message = `spec and ${key} exclude each other`;
      return { code: 'SIR-106', key, message, found: key, allowed: `${key} in the document` };
    });
    return { ...parts, problems: [...problems, ...parts.problems] };
  }
  const { parameters: text, ...rest } = items;
  const body = { kind: 'flat', items: rest } as const;
  if (text === undefined) return { parameters: [], body, problems: [] };
  const read = readText(text);
  if (!read.ok)
    return {
      parameters: [],
      body,
      problems: read.problems.map(each => ({
        ...each,
        key: 'parameters',
        message: each.message.replace('the document', 'parameters'),
      })),
    };
  const reading = readingOf(catalog);
  const parameters = readDeclarations(reading, read.root);
  const places = new Map(
    [...placesOf(read.root)].map(([path, spot]) => [path === '' ? 'parameters' : `parameters.${path}`, spot]),
  );
  return { parameters, body, problems: reading.problems.map(each => placed(each, places)) };
}

function readingOf(catalog: FaultCatalog): Reading {
  return { catalog, purpose: 'experiment', problems: [], meant: new Set(), unknown: 0 };
}
