/** `target.exclude`: what matches all words of one of its entries is left out. */

import type { Problem } from '../../base/errors.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { ExcludeSpec } from '../experiment.ts';
import { type FlatKeyNow, flatFields } from '../flat-fields.ts';
import type { Words } from '../rules.ts';
import { strangeProblem, takes } from '../target-rules.ts';
import { type GlobMap, readGlobMap } from './glob-map.ts';
import { nodeFactWords } from './node-facts.ts';
import { misshapen, type Reading, strayWord } from './reading.ts';
import { type Branch, plain, type Tree } from './tree.ts';

type MapKey = 'meta' | 'nodeAttribute' | 'nodeMeta';
type Word = Exclude<keyof ExcludeSpec, MapKey>;

/** Each word with its key in the spec, and the flat key whose sort it is of. */
const table: readonly (readonly [word: string, key: Word, of: FlatKeyNow])[] = [
  ['job', 'job', 'target_job'],
  ['group', 'group', 'target_group'],
  ['node', 'node', 'target_node'],
  ['node_class', 'nodeClass', 'target_node_class'],
  ['datacenter', 'datacenter', 'target_datacenter'],
  ['node_pool', 'nodePool', 'target_node_pool'],
];

/** Words whose values are mappings, and whose keys they map. */
const maps: readonly (readonly [word: string, key: MapKey, of: string])[] = [
  ['meta', 'meta', 'the job’s meta to globs, such as {tier: gold}'],
  ...nodeFactWords,
];

export const excludeMapWords: readonly string[] = maps.map(([word]) => word);

/** The words of an entry. */
export const excludeWords: readonly string[] = [...excludeMapWords, ...table.map(([word]) => word)];

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
  const mapped = new Map<MapKey, GlobMap>();
  for (const { key, value } of entries) {
    const own = `${at}.${key}`;
    const map = maps.find(([word]) => word === key);
    if (map !== undefined) mapped.set(map[1], readGlobMap(reading, own, value, map[2]));
    else if (table.some(([word]) => word === key)) texts.set(key, readGlob(reading, own, value) ?? '');
    else strayWord(reading, { path: at, key, value, words: excludeWords });
  }
  const words = table.flatMap(([word, key]) => (texts.has(word) ? [[key, texts.get(word)] as const] : []));
  const given = maps.flatMap(([, key]) => (mapped.has(key) ? [[key, mapped.get(key)] as const] : []));
  return Object.fromEntries([...words, ...given]);
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
      const ofMap = excludeMapWords.includes(key) ? (key === 'meta' ? 'target_job' : 'target_node') : undefined;
      const of = ofMap ?? table.find(([word]) => word === key)?.[2];
      if (of === undefined || takes(fault, of)) return [];
      return [strangeProblem({ key: `${path}[${index}].${key}`, of, found: plain(value) }, fault, words)];
    }),
  );
}
