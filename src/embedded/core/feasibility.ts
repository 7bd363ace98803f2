/** Which nodes a group could run on at all, and why the others not. */

import type { ConstraintSpec, GroupSpec, JobSpec } from './job-types.ts';
import type { NodeRecord, Tables } from './types.ts';
import { wildcardMatches } from './wildcard.ts';

/** The value that a constraint's `${…}` stands for on a node; a plain text stands for itself. */
function resolveTarget(target: string, node: NodeRecord): string | undefined {
  const inner = /^\$\{(.+)\}$/.exec(target)?.[1];
  if (inner === undefined) return target;
  if (inner.startsWith('attr.')) return node.Attributes[inner.slice('attr.'.length)];
  if (inner.startsWith('meta.')) return node.Meta[inner.slice('meta.'.length)];
  const known: Readonly<Record<string, string>> = {
    'node.unique.id': node.ID,
    'node.unique.name': node.Name,
    'node.datacenter': node.Datacenter,
    'node.class': node.NodeClass,
    'node.pool': node.NodePool,
  };
  return known[inner];
}

const words = (text: string) => text.split(',').map(word => word.trim());

/** Versions compare part by part; what isn't a number compares as text. */
function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map(text => text.replace(/^v/, '').split(/[.-]/));
  for (let at = 0; at < Math.max(a?.length ?? 0, b?.length ?? 0); at += 1) {
    const [x, y] = [a?.[at] ?? '0', b?.[at] ?? '0'];
    const order = /^\d+$/.test(x) && /^\d+$/.test(y) ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return 0;
}

function versionFits(version: string, range: string): boolean {
  return words(range).every(part => {
    const [, operator = '=', wanted = ''] = /^(>=|<=|>|<|!=|~>|=)?\s*(.*)$/.exec(part) ?? [];
    const order = compareVersions(version, wanted);
    if (operator === '~>') return order >= 0 && version.split('.')[0] === wanted.split('.')[0];
    return checkOrder(operator, order);
  });
}

function checkOrder(operator: string, order: number): boolean {
  if (operator === '>') return order > 0;
  if (operator === '>=') return order >= 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '!=' ? order !== 0 : order === 0;
}

function constraintHolds(constraint: ConstraintSpec, node: NodeRecord): boolean {
  const left = resolveTarget(constraint.LTarget, node);
  const right = resolveTarget(constraint.RTarget, node) ?? '';
  switch (constraint.Operand) {
    case '=':
    case '==':
    case 'is':
    case '':
      return left === right;
    case '!=':
    case 'not':
      return left !== right;
    case 'regexp':
      return left !== undefined && new RegExp(right).test(left);
    case 'set_contains':
    case 'set_contains_all':
      return left !== undefined && words(right).every(word => words(left).includes(word));
    case 'set_contains_any':
      return left !== undefined && words(right).some(word => words(left).includes(word));
    case 'is_set':
      return left !== undefined;
    case 'is_not_set':
      return left === undefined;
    case 'version':
    case 'semver':
      return left !== undefined && versionFits(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return left !== undefined && checkOrder(constraint.Operand, compareVersions(left, right));
    default:
      // distinct_hosts and distinct_property are judged where allocations are placed, and where the job is checked.
      return true;
  }
}

/** The constraints of a group: its own, its job's and those of its tasks. */
export function constraintsOf(job: JobSpec, group: GroupSpec): readonly ConstraintSpec[] {
  const ofTasks = group.Tasks.flatMap(
    task => (task['Constraints'] as readonly ConstraintSpec[] | null | undefined) ?? [],
  );
  return [...(job.Constraints ?? []), ...(group.Constraints ?? []), ...ofTasks];
}

export interface Feasible {
  readonly nodes: readonly NodeRecord[];
  readonly available: Readonly<Record<string, number>>;
  readonly inPool: number;
  readonly evaluated: number;
  readonly filtered: Readonly<Record<string, number>>;
}

const inDatacenters = (job: JobSpec, node: NodeRecord) =>
  job.Datacenters.some(name => wildcardMatches(name, node.Datacenter));

/** What keeps a node out, in the words of a failed placement; undefined: nothing. */
function whyNot(constraints: readonly ConstraintSpec[], group: GroupSpec, node: NodeRecord): string | undefined {
  for (const task of group.Tasks) {
    const driver = task.Driver === 'mock' ? 'mock_driver' : task.Driver;
    if (node.Drivers[driver] === undefined) return 'missing drivers';
  }
  const broken = constraints.find(constraint => !constraintHolds(constraint, node));
  return broken === undefined
    ? undefined
    : `${broken.LTarget} ${broken.Operand === '' ? '=' : broken.Operand} ${broken.RTarget}`;
}

/** Whether the scheduler may use a node at all. */
function isUsable(node: NodeRecord): boolean {
  return node.Status === 'ready' && node.SchedulingEligibility === 'eligible' && !node.Drain;
}

/** The ready, eligible nodes in the job's datacenters and pool that fulfil every constraint. */
export function feasibleNodes(tables: Tables, job: JobSpec, group: GroupSpec): Feasible {
  const constraints = constraintsOf(job, group);
  const nodes: NodeRecord[] = [];
  const available: Record<string, number> = {};
  const filtered: Record<string, number> = {};
  let inPool = 0;
  let evaluated = 0;
  for (const node of tables.nodes.values()) {
    if (job.NodePool !== 'all' && node.NodePool !== job.NodePool) continue;
    inPool += 1;
    if (!isUsable(node) || !inDatacenters(job, node)) continue;
    available[node.Datacenter] = (available[node.Datacenter] ?? 0) + 1;
    evaluated += 1;
    const why = whyNot(constraints, group, node);
    if (why === undefined) nodes.push(node);
    else filtered[why] = (filtered[why] ?? 0) + 1;
  }
  return { nodes, available, inPool, evaluated, filtered };
}
