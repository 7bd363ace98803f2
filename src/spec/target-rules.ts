/** Which words a target takes, by the kind of target that a fault hits. One entry a kind. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import type { AnyFault, TargetKind } from '../faults/fault.ts';
import type { FlatKeyNow } from './flat-fields.ts';
import { foreignJobProblem } from './namespaces.ts';
import type { FlatItems } from './rules.ts';

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

/** The problems of a spec's target; `meant` are keys that must not be called missing. */
export function targetProblems(items: FlatItems, fault: AnyFault, meant: ReadonlySet<string>): readonly Problem[] {
  const rule = rules[fault.targetKind];
  const strange = all
    .filter(key => items.has(key) && !rule.takes.includes(key))
    .map((key): Problem => strangeProblem(key, items, fault, rule));
  const job = items.get('target_job');
  const foreign =
    rule.takes.includes('target_job') && typeof job === 'string' ? foreignJobProblem('target_job', job) : undefined;
  if (foreign !== undefined) return [...strange, foreign];
  const [first] = rule.needs;
  if (strange.length > 0 || first === undefined || rule.needs.some(key => items.has(key) || meant.has(key)))
    return strange;
  return [
    { code: 'SIR-103', key: first, message: `${first}: ${fault.name} hits ${missing(rule)}`, allowed: wanted(rule) },
  ];
}

function strangeProblem(key: FlatKeyNow, items: FlatItems, fault: AnyFault, rule: Rule): Problem {
  const isJobKey = jobKeys.some(each => each === key);
  const not = rule.needs.length === 0 ? '' : isJobKey && fault.targetKind === 'node' ? ', not jobs' : ' as a whole';
  return {
    code: 'SIR-111',
    key,
    message: `${key}: ${fault.name} hits ${rule.hits}${not}`,
    found: shown(items.get(key)),
    allowed:
      fault.targetKind === 'node' ? `${nodeKeys.join(', ')}: at least one` : rule.takes.join(', ') || 'no target',
  };
}

function missing({ hits, needs }: Rule): string {
  return needs.length > 1 ? `${hits}, and none is named` : `${hits}, and no job is named`;
}

function wanted({ needs }: Rule): string {
  return needs.length > 1 ? `${needs.join(', ')}: at least one` : 'the id of a job of this namespace, or a glob';
}
