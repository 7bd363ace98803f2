/** The nodes of the view, each as new as anything that told of it. */

import { byId } from './by-id.ts';
import type { Intern } from './interner.ts';
import { nodeView } from './objects.ts';
import type { NodeView } from './types.ts';
import { amount, fields, text } from './untrusted.ts';

export interface NodeTable {
  get(id: string): NodeView | undefined;
  /** In order of id; the same list until something changes. */
  all(): readonly NodeView[];
  /** A whole list, as of `index`; answers the ids that changed. */
  replace(list: readonly unknown[], index: number): readonly string[];
  /** One node; `news` when an event tells it, which a removal at the same index outweighs. */
  put(value: unknown, news: boolean): string | undefined;
  /** From now on these are kept of each node that is told whole, beside those asked for before. */
  ask(facts: Iterable<string>): void;
  /** Others than these are not kept any more. */
  askOnly(facts: ReadonlySet<string>): void;
  /** It was gone at `index`, or, where no index says, after what is held of it. */
  remove(id: string, index?: number): string | undefined;
}

/** What a list leaves out of a node. */
const newlyTold = ['signals', 'joinedAt', 'facts'] as const;

export function createNodeTable(intern: Intern): NodeTable {
  /** Names of the facts that are kept of each node from now on. */
  const asked = new Set<string>();
  const nodes = new Map<string, NodeView>();
  /** Index as of which a node was gone: what is not newer is old news. */
  const gone = new Map<string, number>();
  let listedAt = 0;
  let sorted: readonly NodeView[] | undefined;

  function put(value: unknown, news: boolean): string | undefined {
    const from = fields(value);
    const id = text(from?.['ID']);
    const index = amount(from?.['ModifyIndex']);
    if (id === undefined || index === undefined) return undefined;
    const held = nodes.get(id);
    if (held === undefined) {
      const goneAt = gone.get(id) ?? 0;
      if (news ? index <= Math.max(goneAt, listedAt) : index < goneAt) return undefined;
    } else if (index < held.modifyIndex) return undefined;
    const node = nodeView(from, intern, { held, facts: asked });
    // The same state again may know what a list had left out.
    const isKnown = index === held?.modifyIndex && newlyTold.every(key => node?.[key] === held[key]);
    if (node === undefined || isKnown) return undefined;
    nodes.set(node.id, node);
    gone.delete(id);
    sorted = undefined;
    return id;
  }

  function remove(id: string, index?: number): string | undefined {
    const held = nodes.get(id);
    if (held !== undefined && index !== undefined && held.modifyIndex > index) return undefined;
    const goneAt = Math.max(gone.get(id) ?? 0, index ?? held?.modifyIndex ?? 0);
    if (goneAt > 0) gone.set(id, goneAt);
    sorted = undefined;
    return nodes.delete(id) ? id : undefined;
  }

  function replace(list: readonly unknown[], index: number): readonly string[] {
    const changed = list.flatMap(each => put(each, index < listedAt) ?? []);
    if (index < listedAt) return changed;
    listedAt = index;
    for (const [id, goneAt] of gone) if (goneAt <= index) gone.delete(id);
    const listed = new Set(list.map(each => fields(each)?.['ID']));
    const missing = [...nodes.values()].filter(node => !listed.has(node.id) && node.modifyIndex <= index);
    for (const { id } of missing) nodes.delete(id);
    sorted = undefined;
    return [...changed, ...missing.map(({ id }) => id)];
  }

  return {
    get: id => nodes.get(id),
    all() {
      sorted ??= [...nodes.values()].sort(byId);
      return sorted;
    },
    replace,
    put,
    remove,
    ask(facts) {
      for (const name of facts) asked.add(name);
    },
    askOnly(facts) {
      for (const name of asked) if (!facts.has(name)) asked.delete(name);
    },
  };
}
