/** `target.exclude`: what matches all words of one of its entries is left out. */

import type { Problem } from '../../base/errors.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { ExcludeSpec } from '../experiment.ts';
import { type FlatKeyNow, flatFields } from '../flat-fields.ts';
import type { Words } from '../rules.ts';
import { strangeProblem, takes } from '../target-rules.ts';
import { misshapen, type Reading, strayWord } from './reading.ts';
import { type Branch, plain, type Tree } from './tree.ts';

type Word = Exclude<keyof ExcludeSpec, 'meta'>;

/** Each word with its key in the spec, and the flat key whose sort it is of. */
const table: readonly (readonly [word: string, key: Word, of: FlatKeyNow])[] = [
  ['job', 'job', 'target_job'],
  ['group', 'group', 'target_group'],
  ['node', 'node', 'target_node'],
  ['node_class', 'nodeClass', 'target_node_class'],
  ['datacenter', 'datacenter', 'target_datacenter'],
  ['node_pool', 'nodePool', 'target_node_pool'],
];

/** The words of an entry. */
export const excludeWords: readonly string[] = ['meta', ...table.map(([word]) => word)];

const path = 'target.exclude';
const allowed = `a list of mappings of ${excludeWords.join(', ')} to globs, such as [{meta: {tier: gold}}, {job: db-*}]`;

/** Reads the list; in an order that does not depend on how it was written. */
export function readExclusions(reading: Reading, tree: Tree): readonly ExcludeSpec[] {
  if (tree.kind !== 'list') {
    misshapen(reading, path, tree, allowed);
    return [];
  }
  const read = tree.items.flatMap((item, index) => {
    if (item.kind === 'map' && item.entries.length > 0) return [readEntry(reading, item, `${path}[${index}]`)];
    misshapen(reading, `${path}[${index}]`, item, allowed);
    return [];
  });
  const once = new Map(read.map(each => [JSON.stringify(each), each] as const));
  return [...once.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function readEntry(reading: Reading, { entries }: Branch, at: string): ExcludeSpec {
  const texts = new Map<string, string>();
  let meta: Record<string, string> | undefined;
  for (const { key, value } of entries) {
    const own = `${at}.${key}`;
    if (key === 'meta') meta = readMeta(reading, own, value);
    else if (table.some(([word]) => word === key)) texts.set(key, readGlob(reading, own, value) ?? '');
    else strayWord(reading, { path: at, key, value, words: excludeWords });
  }
  const words = table.flatMap(([word, key]) => (texts.has(word) ? [[key, texts.get(word)] as const] : []));
  return { ...Object.fromEntries(words), ...(meta === undefined ? {} : { meta }) };
}

function readMeta(reading: Reading, at: string, tree: Tree): Record<string, string> {
  if (tree.kind !== 'map' || tree.entries.length === 0) {
    misshapen(reading, at, tree, 'a mapping of keys of the job’s meta to globs, such as {tier: gold}');
    return {};
  }
  const pairs = tree.entries.map(({ key, value }) => [key, readGlob(reading, `${at}.${key}`, value) ?? ''] as const);
  return Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readGlob(reading: Reading, key: string, value: Tree): string | undefined {
  const result = flatFields.target_job.safeParse(plain(value));
  if (result.success && result.data !== undefined) return result.data;
  misshapen(reading, key, value, 'a name, or a glob such as web-*; 1 to 256 characters, no blanks, no list');
  return undefined;
}

/** Words of exclusions that choose nothing of what a fault hits. */
export function exclusionProblems(tree: Tree | undefined, fault: AnyFault, words: Words): readonly Problem[] {
  if (tree?.kind !== 'list') return [];
  return tree.items.flatMap((item, index) =>
    (item.kind === 'map' ? item.entries : []).flatMap(({ key, value }) => {
      const of = key === 'meta' ? 'target_job' : table.find(([word]) => word === key)?.[2];
      if (of === undefined || takes(fault, of)) return [];
      return [strangeProblem({ key: `${path}[${index}].${key}`, of, found: plain(value) }, fault, words)];
    }),
  );
}
