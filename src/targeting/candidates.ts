/** What a target's words match in the view, and what of it can't be hit, with the reason in words. */

import type { AllocView, JobView, NodeView, View } from '../cluster/types.ts';
import type { Candidate } from '../faults/fault.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { byText, idOf, nameOf, sorted } from './order.ts';
import { type Patterns, patterns } from './patterns.ts';

/** A candidate that matched and was left out. */
export interface Exclusion {
  readonly id: string;
  readonly name: string;
  readonly why: string;
}

/** Why a candidate can't be hit, or undefined: a fault's own `exclude`, the candidate gates. */
export type Judge = (candidate: Candidate) => string | undefined;

export interface Question {
  readonly view: View;
  /** The spec's own: jobs of no other are looked at. */
  readonly namespace: string;
  readonly target: TargetSpec;
  readonly targetKind: 'allocation' | 'node';
  /** Asked in order; the first that answers excludes. */
  readonly judges?: readonly Judge[];
}

export interface Candidates {
  /** In order of id. */
  readonly candidates: readonly Candidate[];
  /** In order of id. */
  readonly excluded: readonly Exclusion[];
  /** Why the target's words matched nothing at all, when they did not. */
  readonly nothing?: string;
}

/**
 * The candidates of a target. A job, group or node that the patterns don't name is not listed; what they name and
 * can't be hit is, with the reason. A fault on nodes takes those that match the node patterns and, where a job is
 * named, run an allocation of it. A target without any pattern matches nothing: never everything.
 */
export function candidates(question: Question): Candidates {
  const wanted = patterns(question.target);
  const matched = question.targetKind === 'node' ? nodesOf(question, wanted) : allocationsOf(question, wanted);
  const kept: Candidate[] = [];
  const excluded: Exclusion[] = [];
  for (const candidate of sorted(matched)) {
    const why = reason(candidate, question, wanted);
    if (why === undefined) kept.push(candidate);
    else excluded.push({ id: idOf(candidate), name: nameOf(candidate), why });
  }
  const nothing = matched.length > 0 ? {} : { nothing: nothingMatched(question, wanted) };
  return { candidates: kept, excluded, ...nothing };
}

function allocationsOf({ view, namespace }: Question, wanted: Patterns): readonly (Candidate & { alloc: AllocView })[] {
  return jobsOf(view, namespace, wanted)
    .flatMap(job => view.allocsOf(namespace, job.id))
    .filter(alloc => wanted.group(alloc.group))
    .map(alloc => ({ kind: 'allocation', alloc }));
}

function jobsOf(view: View, namespace: string, wanted: Patterns): readonly JobView[] {
  return wanted.empty ? [] : view.jobsIn(namespace).filter(job => wanted.job(job.id));
}

function nodesOf(question: Question, wanted: Patterns): readonly Candidate[] {
  if (wanted.empty) return [];
  const { job, group } = question.target;
  const onlyHosts = job !== undefined || group !== undefined;
  const hosts = new Set(
    onlyHosts
      ? allocationsOf(question, wanted)
          .filter(isLive)
          .map(({ alloc }) => alloc.node)
      : [],
  );
  return question.view
    .nodes()
    .filter(node => (!onlyHosts || hosts.has(node.id)) && wanted.outside(node) === undefined)
    .map(node => ({ kind: 'node', node }));
}

function isLive({ alloc }: { readonly alloc: AllocView }): boolean {
  return alloc.desired === 'run' && (alloc.client === 'running' || alloc.client === 'pending');
}

function reason(candidate: Candidate, question: Question, wanted: Patterns): string | undefined {
  const own =
    candidate.kind === 'node' ? nodeReason(candidate.node) : allocationReason(candidate.alloc, question, wanted);
  if (own !== undefined) return own;
  for (const judge of question.judges ?? []) {
    const why = judge(candidate);
    if (why !== undefined) return why;
  }
  return undefined;
}

function nodeReason(node: NodeView): string | undefined {
  return node.status === 'ready' ? undefined : `the node is ${node.status}`;
}

function allocationReason(alloc: AllocView, { view, target }: Question, wanted: Patterns): string | undefined {
  if (alloc.client !== 'running') return `not running: ${alloc.client}`;
  if (alloc.desired !== 'run') return `being stopped: desired is ${alloc.desired}`;
  if (alloc.migrating) return 'being moved off its node';
  const node = view.node(alloc.node);
  const out = node === undefined ? outsideUnseen(alloc, target, wanted) : wanted.outside(node);
  if (out !== undefined) return `on node ${alloc.nodeName} (${alloc.node.slice(0, 8)}), ${out}`;
  return withoutTask(alloc, target, wanted);
}

/** An allocation names its node; of all else about a node that can't be seen nothing is assumed. */
function outsideUnseen(alloc: AllocView, target: TargetSpec, wanted: Patterns): string | undefined {
  if (!wanted.node({ id: alloc.node, name: alloc.nodeName })) return `outside target_node=${target.node}`;
  return wanted.needsNode ? 'which can not be seen: its class, datacenter and pool are not known' : undefined;
}

function withoutTask(alloc: AllocView, { task: pattern }: TargetSpec, { task }: Patterns): string | undefined {
  if (task === undefined) return undefined;
  const names = Object.keys(alloc.tasks).sort(byText);
  const matching = names.filter(task);
  if (matching.some(name => alloc.tasks[name]?.state === 'running')) return undefined;
  if (matching.length === 0) return `no task matches target_task=${pattern}: it has ${names.join(', ') || 'none'}`;
  return `no running task: ${matching.map(name => `${name} is ${alloc.tasks[name]?.state}`).join(', ')}`;
}

function nothingMatched(question: Question, wanted: Patterns): string {
  const { view, namespace, target } = question;
  if (wanted.empty) return 'the target names neither a job nor a node';
  const jobs = jobsOf(view, namespace, wanted);
  const asked = `target_job=${target.job ?? '*'}`;
  if (question.targetKind === 'node') {
    if (view.nodes().length === 0) return 'no node can be seen';
    return target.job === undefined ? 'no node matches the target' : `no node that matches runs a job of ${asked}`;
  }
  if (jobs.length === 0) return `no job of namespace ${namespace} matches ${asked}`;
  const some = jobs.length === 1 ? `job ${jobs[0]?.id}` : `each of the ${jobs.length} jobs`;
  if (jobs.every(job => view.allocsOf(namespace, job.id).length === 0))
    return `${some} that matches ${asked} in namespace ${namespace} has no allocation`;
  return `${some} that matches ${asked} in namespace ${namespace} has no allocation in target_group=${target.group}`;
}
