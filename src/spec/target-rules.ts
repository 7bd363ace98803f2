/** Which words a target takes, by the kind of target that a fault hits. One entry a kind. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import type { AnyFault, TargetKind } from '../faults/fault.ts';
import type { FlatKeyNow } from './flat-fields.ts';
import { foreignJobProblem } from './namespaces.ts';
import type { Asked, Words } from './rules.ts';

const nodeKeys = ['target_node', 'target_node_class', 'target_datacenter', 'target_node_pool'] as const;
const jobKeys = ['target_job', 'target_group', 'target_task', 'target_service'] as const;
const pickKeys = ['target_count', 'target_percent', 'target_mode', 'target_spread', 'seed'] as const;

interface Rule {
  /** What the fault hits, in words. */
  readonly hits: string;
  /** Keys of which it needs one. */
  readonly needs: readonly FlatKeyNow[];
  readonly takes: readonly FlatKeyNow[];
}

const ofJob = { needs: ['target_job'] } as const;

const rules: { readonly [K in TargetKind]: Rule } = {
  allocation: { ...ofJob, hits: 'allocations', takes: [...jobKeys, ...nodeKeys, ...pickKeys] },
  service: {
    ...ofJob,
    hits: 'services',
    takes: ['target_job', 'target_group', 'target_service', ...nodeKeys, ...pickKeys],
  },
  group: { ...ofJob, hits: 'groups', takes: ['target_job', 'target_group', ...pickKeys] },
  job: { ...ofJob, hits: 'jobs', takes: ['target_job', ...pickKeys] },
  deployment: { ...ofJob, hits: 'deployments', takes: ['target_job', ...pickKeys] },
  node: { hits: 'nodes', needs: nodeKeys, takes: [...nodeKeys, ...pickKeys] },
  region: { hits: 'the region', needs: [], takes: [] },
};

const all: readonly FlatKeyNow[] = [...jobKeys, ...nodeKeys, ...pickKeys];

/** The problems of a spec's target. */
export function targetProblems({ items, meant, words }: Asked, fault: AnyFault): readonly Problem[] {
  const rule = rules[fault.targetKind];
  const strange = all
    .filter(key => items.has(key) && !takes(fault, key))
    .map(key => strangeProblem({ key: words.key(key), of: key, found: items.get(key) }, fault, words));
  const job = items.get('target_job');
  const foreign =
    takes(fault, 'target_job') && typeof job === 'string' ? foreignJobProblem(words.key('target_job'), job) : undefined;
  if (foreign !== undefined) return [...strange, foreign];
  const [first] = rule.needs;
  if (strange.length > 0 || first === undefined || rule.needs.some(key => items.has(key) || meant.has(key)))
    return strange;
  const key = words.key(first);
  const message = `${key}: ${words.fault(fault)} hits ${missing(rule)}`;
  return [{ code: 'SIR-103', key, message, allowed: wanted(rule, words) }];
}

/** Whether a fault's kind of target is chosen by this key. */
export function takes(fault: AnyFault, key: FlatKeyNow): boolean {
  return rules[fault.targetKind].takes.includes(key);
}

/** A word that chooses nothing that the fault hits; `of`: the flat key whose sort it is of. */
export function strangeProblem(
  { key, of, found }: { readonly key: string; readonly of: FlatKeyNow; readonly found: unknown },
  fault: AnyFault,
  words: Words,
): Problem {
  const rule = rules[fault.targetKind];
  const isJobKey = jobKeys.some(each => each === of);
  const not = rule.needs.length === 0 ? '' : isJobKey && fault.targetKind === 'node' ? ', not jobs' : ' as a whole';
  return {
    code: 'SIR-111',
    key,
    message: `${key}: ${words.fault(fault)} hits ${rule.hits}${not}`,
    found: shown(found),
    allowed:
      fault.targetKind === 'node' ? atLeastOne(nodeKeys, words) : rule.takes.map(words.key).join(', ') || 'no target',
  };
}

function missing({ hits, needs }: Rule): string {
  return needs.length > 1 ? `${hits}, and none is named` : `${hits}, and no job is named`;
}

function wanted({ needs }: Rule, words: Words): string {
  return needs.length > 1 ? atLeastOne(needs, words) : 'the id of a job of this namespace, or a glob';
}

function atLeastOne(keys: readonly FlatKeyNow[], words: Words): string {
  const isDocument = words.key('target_node') !== 'target_node';
  const maps = isDocument ? ['target.node_attribute', 'target.node_meta'] : [];
  return `${[...keys.map(words.key), ...maps].join(', ')}: at least one`;
}
