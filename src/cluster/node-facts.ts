/**
 * What a node says of itself beyond what every list tells: attributes and meta. A node has some fifty of them, so that
 * only those that somebody asks for are kept.
 */

import type { Intern } from './interner.ts';
import type { NodeFacts } from './types.ts';
import { type Fields, fields } from './untrusted.ts';

/** The two kinds, by the word that Nomad's own interpolation has for each: `${attr.os.name}`, `${meta.rack}`. */
export type FactKind = 'attr' | 'meta';

/** The name of one fact, such as `attr.os.name`. */
export function factName(kind: FactKind, key: string): string {
  return `${kind}.${key}`;
}

const sources: { readonly [K in FactKind]: string } = { attr: 'Attributes', meta: 'Meta' };

/**
 * The facts of a node that are asked for. A whole node tells all of them; a list's stub tells none, and then those of
 * `held` stand only where it is the same state of the node.
 */
export function nodeFacts(
  from: Fields,
  asked: ReadonlySet<string>,
  intern: Intern,
  held: NodeFacts | undefined,
): NodeFacts | undefined {
  if (asked.size === 0 || fields(from['Attributes']) === undefined) return held;
  const read = [...asked].map(name => [name, factIn(from, name, intern)] as const);
  return { ...held, ...Object.fromEntries(read) };
}

function factIn(from: Fields, name: string, intern: Intern): string | null {
  const dot = name.indexOf('.');
  const source = fields(from[sources[name.slice(0, dot) as FactKind]]);
  const key = name.slice(dot + 1);
  const value = source !== undefined && Object.hasOwn(source, key) ? source[key] : undefined;
  return typeof value === 'string' ? intern(value) : null;
}
