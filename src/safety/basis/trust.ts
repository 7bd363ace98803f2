/** How far the operators let each namespace reach beyond what it targets. */

import { nearest } from '../../base/nearest.ts';
import { misread, type Reading, read, shown } from '../../base/reading.ts';
import { readYaml } from './yaml-value.ts';

/** What a namespace may be trusted with; `cluster` includes `node`. */
export type TrustedReach = 'node' | 'cluster';

/** By namespace, then by node pool; `*` is every pool that is not named. */
export type Trust = ReadonlyMap<string, ReadonlyMap<string, TrustedReach>>;

const allowed =
  'YAML or JSON: a mapping of namespaces to node or cluster, or to a mapping of node pools to node or cluster, such as {"team-a": "node", "team-b": {"batch": "cluster"}}';

/** Reads the text of `trust`; an empty text trusts nobody. */
export function parseTrust(text: string): Reading<Trust> {
  const reading = readYaml(text, allowed);
  if (!reading.ok) return reading;
  if (reading.value === undefined) return read(new Map());
  if (!(reading.value instanceof Map)) return misread(text, 'a mapping', allowed);
  const trust = new Map<string, ReadonlyMap<string, TrustedReach>>();
  for (const [namespace, value] of entries(reading.value)) {
    const pools = parsePools(namespace, value);
    if (!pools.ok) return pools;
    trust.set(namespace, pools.value);
  }
  return read(trust);
}

/** What a namespace is trusted with on nodes of a pool; undefined: only with what it targets. */
export function trustOf(trust: Trust, namespace: string, pool: string): TrustedReach | undefined {
  const pools = trust.get(namespace);
  return pools?.get(pool) ?? pools?.get('*');
}

function parsePools(namespace: string, value: unknown): Reading<ReadonlyMap<string, TrustedReach>> {
  const pools = value instanceof Map ? entries(value) : [['*', value] as const];
  const trusted = new Map<string, TrustedReach>();
  for (const [pool, reach] of pools) {
    if (reach !== 'node' && reach !== 'cluster') {
      const found = `${namespace}: ${pool === '*' ? '' : `${pool}: `}${shown(reach)}`;
      return misread(found, 'a reach that a namespace can be trusted with', allowed, nearWord(reach));
    }
    trusted.set(pool, reach);
  }
  return read(trusted);
}

function nearWord(reach: unknown): string | undefined {
  return typeof reach === 'string' ? nearest(reach, ['node', 'cluster']) : undefined;
}

function entries(map: unknown): readonly (readonly [string, unknown])[] {
  return map instanceof Map ? [...map].map(([key, value]) => [String(key), value] as const) : [];
}
