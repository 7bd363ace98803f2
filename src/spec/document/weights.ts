/** `target.pick.weights`: how likely one is chosen, by the class or the datacenter of its node. */

import type { Problem } from '../../base/errors.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { Pick } from '../experiment.ts';
import type { Words } from '../rules.ts';
import { strangeProblem, takes } from '../target-rules.ts';
import { misshapen, type Reading, strayWord } from './reading.ts';
import { plain, type Tree } from './tree.ts';

type Weights = NonNullable<Pick['weights']>;

const path = 'target.pick.weights';

/** What weights may go by, with the key in the spec. */
export const weightWords: Readonly<Record<string, Weights['by']>> = {
  datacenter: 'datacenter',
  node_class: 'nodeClass',
};

const allowed =
  'one of datacenter and node_class, with a number for each value: {datacenter: {dc1: 3, dc2: 1}}; * is every other';
const weightAllowed = 'a number, 0 to 1000000; 0 is never chosen';

/** Reads them; undefined where something is wrong. */
export function readWeights(reading: Reading, tree: Tree): Weights | undefined {
  const [entry, ...more] = tree.kind === 'map' ? tree.entries : [];
  if (entry === undefined || more.length > 0) {
    misshapen(reading, path, tree, allowed);
    return undefined;
  }
  const by = Object.hasOwn(weightWords, entry.key) ? weightWords[entry.key] : undefined;
  if (by === undefined) {
    strayWord(reading, { path, ...entry, words: Object.keys(weightWords) });
    return undefined;
  }
  const at = `${path}.${entry.key}`;
  if (entry.value.kind !== 'map' || entry.value.entries.length === 0) {
    misshapen(reading, at, entry.value, allowed);
    return undefined;
  }
  const before = reading.problems.length;
  const of = entry.value.entries.map(({ key, value }) => [key, readWeight(reading, `${at}.${key}`, value)] as const);
  if (reading.problems.length > before) return undefined;
  if (of.some(([, weight]) => weight > 0))
    return { by, of: Object.fromEntries([...of].sort(([a], [b]) => (a < b ? -1 : 1))) };
  misshapen(reading, at, entry.value, 'at least one weight above 0');
  return undefined;
}

function readWeight(reading: Reading, key: string, tree: Tree): number {
  const text = plain(tree);
  const weight = typeof text === 'string' && /^\d{1,7}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (weight <= 1_000_000) return weight;
  misshapen(reading, key, tree, weightAllowed);
  return 0;
}

/** Weights by what the targets of a fault do not have. */
export function weightProblems(tree: Tree | undefined, fault: AnyFault, words: Words): readonly Problem[] {
  if (tree?.kind !== 'map' || takes(fault, 'target_datacenter')) return [];
  return [strangeProblem({ key: path, of: 'target_datacenter', found: plain(tree) }, fault, words)];
}
