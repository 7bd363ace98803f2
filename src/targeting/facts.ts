/** What a target asks of nodes' attributes and meta. */

import { glob } from '../base/glob.ts';
import { shown } from '../base/reading.ts';
import { type FactKind, factName } from '../cluster/node-facts.ts';
import type { NodeView } from '../cluster/types.ts';
import type { TargetSpec } from '../spec/experiment.ts';

/** The two maps, as targets and their exclusions have them. */
export type AskedFacts = Pick<TargetSpec, 'nodeAttribute' | 'nodeMeta'>;

/** One key of one map, held against nodes. */
export interface FactTest {
  /** As a document has it: `node_meta rack`. */
  readonly words: string;
  readonly pattern: string;
  /** As nodes are asked for it: `meta.rack`. */
  readonly name: string;
  /** Undefined: it was not read. What a node doesn't have matches nothing. */
  matches(node: NodeView): boolean | undefined;
}

const maps: readonly (readonly [key: keyof AskedFacts, word: string, kind: FactKind])[] = [
  ['nodeAttribute', 'node_attribute', 'attr'],
  ['nodeMeta', 'node_meta', 'meta'],
];

/** Compiles the maps, in the order that documents are read in. */
export function factTests(asked: AskedFacts): readonly FactTest[] {
  return maps.flatMap(([map, word, kind]) =>
    Object.entries(asked[map] ?? {}).map(([key, pattern]): FactTest => {
      const name = factName(kind, key);
      const isLike = glob(pattern);
      return {
        words: `${word} ${key}`,
        pattern,
        name,
        matches(node) {
          const value = factOf(node, name);
          return value === undefined ? undefined : value !== null && isLike(value);
        },
      };
    }),
  );
}

/** Why a node is not one that is asked for, such as `node_meta rack is r2, not r1`; undefined where it is. */
export function factMismatch(tests: readonly FactTest[], node: NodeView): string | undefined {
  for (const { words, pattern, name, matches } of tests) {
    const answer = matches(node);
    if (answer === true) continue;
    if (answer === undefined) return `${words} was not read yet`;
    const value = factOf(node, name) ?? null;
    return `${words} is ${value === null ? 'absent' : value === '' ? 'empty' : shown(value)}, not ${pattern}`;
  }
  return undefined;
}

/** The names of all that a target asks of nodes, its exclusions too. */
export function factsAsked({ nodeAttribute, nodeMeta, exclude = [] }: Facts): readonly string[] {
  if (nodeAttribute === undefined && nodeMeta === undefined && exclude.length === 0) return [];
  const own = { ...(nodeAttribute && { nodeAttribute }), ...(nodeMeta && { nodeMeta }) };
  return [...new Set([own, ...exclude].flatMap(factTests).map(({ name }) => name))];
}

type Facts = AskedFacts & Pick<TargetSpec, 'exclude'>;

/** Whether all of these were read of a node. */
export function isRead(node: NodeView, names: readonly string[]): boolean {
  return names.every(name => factOf(node, name) !== undefined);
}

function factOf({ facts }: NodeView, name: string): string | null | undefined {
  return facts !== undefined && Object.hasOwn(facts, name) ? facts[name] : undefined;
}
