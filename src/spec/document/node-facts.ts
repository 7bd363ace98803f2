/** `target.node_attribute` and `target.node_meta`: nodes by what they say of themselves. */

import type { Problem } from '../../base/errors.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { TargetSpec } from '../experiment.ts';
import type { Words } from '../rules.ts';
import { strangeProblem, takes } from '../target-rules.ts';
import { type GlobMap, readGlobMap } from './glob-map.ts';
import type { OwnPart } from './layout.ts';
import type { Reading } from './reading.ts';
import { plain, type Tree } from './tree.ts';

/** Each word with its key in the spec, and whose keys it maps. */
export const nodeFactWords = [
  ['node_attribute', 'nodeAttribute', 'the node’s attributes to globs, such as {"os.name": ubuntu*}'],
  ['node_meta', 'nodeMeta', 'the node’s meta to globs, such as {rack: r1}'],
] as const satisfies readonly (readonly [word: string, key: keyof TargetSpec, of: string])[];

type Parts = ReadonlyMap<OwnPart, Tree>;
type NodeFacts = Pick<TargetSpec, 'nodeAttribute' | 'nodeMeta'>;

/** Reads what is given of the two. */
export function readNodeFacts(reading: Reading, parts: Parts): NodeFacts {
  const read: { nodeAttribute?: GlobMap; nodeMeta?: GlobMap } = {};
  for (const [word, key, of] of nodeFactWords) {
    const tree = parts.get(`target.${word}`);
    if (tree === undefined) continue;
    // A fault on nodes needs no other word then.
    reading.meant.add('target_node');
    read[key] = readGlobMap(reading, `target.${word}`, tree, of);
  }
  return read;
}

/** What is asked of nodes where a fault hits nothing that is on one. */
export function nodeFactProblems(parts: Parts, fault: AnyFault, words: Words): readonly Problem[] {
  if (takes(fault, 'target_node')) return [];
  return nodeFactWords.flatMap(([word]) => {
    const tree = parts.get(`target.${word}`);
    if (tree === undefined) return [];
    return [strangeProblem({ key: `target.${word}`, of: 'target_node', found: plain(tree) }, fault, words)];
  });
}
