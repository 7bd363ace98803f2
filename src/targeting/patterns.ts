/** A target's patterns, compiled once for all that they are held against. */

import { type Glob, glob } from '../base/glob.ts';
import type { NodeView } from '../cluster/types.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { factMismatch, factsAsked, factTests } from './facts.ts';

/** Fewer characters of an id name too many nodes by accident. */
const shortestPrefix = 4;

export interface Patterns {
  readonly job: Glob;
  readonly group: Glob;
  readonly task: Glob | undefined;
  readonly service: Glob;
  /** Whether `target_node` names this node: by name, whole id, or at least four characters of the id's beginning. */
  readonly node: (node: { readonly id: string; readonly name: string }) => boolean;
  /** The first node pattern that a node is outside of, in the spec's flat words. */
  readonly outside: (node: NodeView) => string | undefined;
  /** The first attribute or meta by which a node is not meant, in words: `node_meta rack is r2, not r1`. */
  readonly facts: (node: NodeView) => string | undefined;
  /** A class, datacenter, pool, attribute or meta is asked for: the node itself must be seen. */
  readonly needsNode: boolean;
  /** No pattern at all: such a target matches nothing, never everything. */
  readonly empty: boolean;
}

/** Compiles the patterns of a target; an absent one matches everything. */
export function patterns(target: TargetSpec): Patterns {
  const { job, group, task, service, nodeClass, datacenter, nodePool } = target;
  const tests = factTests(target);
  const node = target.node === undefined ? () => true : namesNode(target.node);
  const all = () => true;
  const filters = [
    target.node === undefined
      ? []
      : (seen: NodeView) => (node(seen) ? undefined : `outside target_node=${target.node}`),
    filter('target_node_class', nodeClass, seen => seen.nodeClass, 'its class is'),
    filter('target_datacenter', datacenter, seen => seen.datacenter, 'it is in'),
    filter('target_node_pool', nodePool, seen => seen.nodePool, 'it is in'),
  ].flat();
  return {
    job: job === undefined ? all : glob(job),
    group: group === undefined ? all : glob(group),
    task: task === undefined ? undefined : glob(task),
    service: service === undefined ? all : glob(service),
    node,
    outside: seen => firstOf(filters, seen),
    facts: seen => factMismatch(tests, seen),
    needsNode: tests.length > 0 || [nodeClass, datacenter, nodePool].some(pattern => pattern !== undefined),
    empty:
      tests.length === 0 &&
      [job, group, target.node, nodeClass, datacenter, nodePool].every(pattern => pattern === undefined),
  };
}

/** Whether a target asks for what only a node itself can tell: its class, datacenter or pool, an attribute or its meta. */
export function asksOfNodes(target: TargetSpec): boolean {
  const { nodeClass, datacenter, nodePool, exclude = [], pick } = target;
  return (
    factsAsked(target).length > 0 ||
    pick.weights !== undefined ||
    pick.spread === 'datacenter' ||
    [{ nodeClass, datacenter, nodePool }, ...exclude].some(
      each => each.nodeClass !== undefined || each.datacenter !== undefined || each.nodePool !== undefined,
    )
  );
}

/** Matches nodes by name (a glob), by the whole id, or by at least four characters of the id's beginning. */
export function namesNode(pattern: string): Patterns['node'] {
  const byName = glob(pattern);
  const prefix = pattern.toLowerCase();
  return ({ id, name }) => byName(name) || (prefix.length >= shortestPrefix && id.startsWith(prefix));
}

function filter(key: string, pattern: string | undefined, read: (node: NodeView) => string, words: string) {
  if (pattern === undefined) return [];
  const matches = glob(pattern);
  return (node: NodeView) => {
    const value = read(node);
    return matches(value) ? undefined : `outside ${key}=${pattern}: ${words} ${value === '' ? 'none' : value}`;
  };
}

function firstOf(filters: readonly ((node: NodeView) => string | undefined)[], node: NodeView): string | undefined {
  for (const filter of filters) {
    const why = filter(node);
    if (why !== undefined) return why;
  }
  return undefined;
}
