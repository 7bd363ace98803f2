/** The text of a document, YAML 1.2 or JSON, to a tree. Only plain values: no aliases, tags or merge keys. */

import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { Problem } from '../../base/errors.ts';
import { shown } from '../../base/reading.ts';
import type { Place } from '../parsed.ts';
import type { Branch, Entry, Leaf, Tree } from './tree.ts';
import { composed } from './yaml-parse.ts';
import { syntaxProblem, tooDeep, tooLong, type Words } from './yaml-words.ts';

const longestText = 64 * 1024;
const deepest = 32;

export type ReadText =
  | { readonly ok: true; readonly root: Branch }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What follows from the first few is of no use. */
const mostProblems = 20;

/** Reads a text whose root is a mapping. Never throws. */
export function readText(text: string): ReadText {
  const start = { line: 1, column: 1 };
  if (text.length > longestText) return { ok: false, problems: [bad(start, tooLong(text.length, longestText))] };
  const placeOf = placesIn(text);
  const document = composed(text, deepest);
  if (document === undefined) return { ok: false, problems: [bad(start, tooDeep(deepest))] };
  const errors = [...document.errors, ...document.warnings].map(error =>
    bad(placeOf(error.pos[0]), syntaxProblem(error, text)),
  );
  if (errors.length > 0) return { ok: false, problems: oncePerLine(errors) };
  const walk: Walk = { placeOf, problems: [] };
  const root = document.contents === null ? undefined : treeOf(walk, document.contents, 0);
  if (walk.problems.length > 0) return { ok: false, problems: oncePerLine(walk.problems) };
  if (root?.kind === 'map') return { ok: true, root };
  const isEmpty = root === undefined || (root.kind === 'leaf' && root.text === null);
  const message = isEmpty
    ? 'the document is empty'
    : `the document is ${root.kind === 'list' ? 'a list' : 'one value'}`;
  return { ok: false, problems: [bad(start, { message, allowed: 'a mapping: keys with their values' })] };
}

/** The library's own counter goes wrong where the parser goes back. */
function placesIn(text: string): (offset: number) => Place {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return offset => {
    const at = Math.min(offset, text.length);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}

interface Walk {
  readonly placeOf: (offset: number) => Place;
  readonly problems: Problem[];
}

function bad(place: Place, words: Words): Problem {
  return { code: 'SIR-100', key: 'document', ...words, ...place };
}

function oncePerLine(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<number | undefined>();
  return problems.filter(({ line }) => !seen.has(line) && seen.add(line)).slice(0, mostProblems);
}

type Node = ParsedNode | Document.Parsed['contents'];

function treeOf(walk: Walk, node: Node, depth: number): Tree {
  const at = walk.placeOf(node?.range?.[0] ?? 0);
  if (node === null) return nothing(at);
  if (depth > deepest) {
    walk.problems.push(bad(at, tooDeep(deepest)));
    return nothing(at);
  }
  const extra = extraOf(node);
  if (extra !== undefined) {
    walk.problems.push(bad(at, extra));
    return nothing(at);
  }
  if (isSeq(node)) return { kind: 'list', at, items: node.items.map(each => treeOf(walk, each, depth + 1)) };
  if (isMap(node)) return mapOf(walk, node, depth);
  return isScalar(node) ? leafOf(node, at) : nothing(at);
}

type MapNode = Extract<ParsedNode, { items: { key: unknown }[] }>;

function mapOf(walk: Walk, node: MapNode, depth: number): Branch {
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const pair of node.items) {
    const at = walk.placeOf(pair.key?.range?.[0] ?? node.range[0]);
    const value = treeOf(walk, pair.value, depth + 1);
    const key = keyOf(walk, pair.key, at);
    if (key === undefined) continue;
    if (seen.has(key)) {
      const message = `the key \`${shown(key)}\` is there twice`;
      walk.problems.push(bad(at, { message, found: shown(key), allowed: 'each key once' }));
    }
    seen.add(key);
    entries.push({ key, at, value: pair.value === null ? nothing(at) : value });
  }
  return { kind: 'map', at: walk.placeOf(node.range[0]), entries };
}

function keyOf(walk: Walk, node: Node, at: Place): string | undefined {
  const name = isMap(node) && node.items.length === 1 && isScalar(node.items[0]?.key) ? node.items[0].key : undefined;
  if (name !== undefined) {
    const found = `{{ ${shown(String(name.value))} }}`;
    const words = { message: `${found} stands without quotes`, found, allowed: `"${found}", in quotes` };
    walk.problems.push(bad(at, words));
    return undefined;
  }
  const extra = node === null ? undefined : extraOf(node);
  if (extra !== undefined || (node !== null && !isScalar(node))) {
    walk.problems.push(bad(at, extra ?? { message: 'a key is not a word', allowed: 'plain words as keys' }));
    return undefined;
  }
  const key = node === null ? '' : (leafOf(node, at).text ?? '');
  if (key !== '<<') return key;
  walk.problems.push(
    bad(at, { message: 'a merge key, which is not read here', found: '<<', allowed: 'each value where it belongs' }),
  );
  return undefined;
}

/** What YAML can and a spec has no use for. */
function extraOf(node: ParsedNode): Words | undefined {
  if (isAlias(node)) {
    const allowed = 'the value itself; text that begins with * in quotes, such as cron: "*/5 * * * *"';
    return { message: 'an alias, which is not read here', found: shown(`*${node.source}`), allowed };
  }
  if (node.anchor !== undefined)
    return { message: 'an anchor, which is not read here', found: shown(`&${node.anchor}`), allowed: 'plain values' };
  if (node.tag !== undefined)
    return { message: 'a tag, which is not read here', found: shown(node.tag), allowed: 'plain values without a tag' };
  return undefined;
}

function leafOf(node: Extract<ParsedNode, { value: unknown }>, at: Place): Leaf {
  const { value, source } = node as { value: unknown; source?: string };
  if (value === null || value === undefined) return nothing(at);
  if (typeof value === 'string') return { kind: 'leaf', at, text: value, sort: 'text' };
  const sort = typeof value === 'boolean' ? 'boolean' : 'number';
  return { kind: 'leaf', at, text: source ?? String(value), sort };
}

function nothing(at: Place): Leaf {
  return { kind: 'leaf', at, text: null, sort: 'null' };
}
