/** What a target's words match in the view, and what of it can't be hit, with the reason in words. */

import type { View } from '../cluster/types.ts';
import type { Candidate, TargetKind } from '../faults/fault.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { idOf, nameOf, nodeOf, sorted } from './candidate.ts';
import { jobsOf, kindOf } from './matching.ts';
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
  readonly targetKind: TargetKind;
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
 * can't be hit is, with the reason, and so is a node whose attributes or meta are not those asked for. A fault on nodes takes those that match the node patterns and, where a job is
 * named, run an allocation of it. A target without any pattern matches nothing, never everything: save the region,
 * which is one.
 */
export function candidates(question: Question): Candidates {
  const wanted = patterns(question.target);
  const kind = kindOf(question.targetKind);
  const matched = kind.match(question, wanted);
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

function reason(candidate: Candidate, question: Question, wanted: Patterns): string | undefined {
  const own = kindOf(question.targetKind).unfit(candidate, question, wanted);
  if (own !== undefined) return own;
  const facts = otherFacts(candidate, question.view, wanted);
  if (facts !== undefined) return facts;
  for (const judge of question.judges ?? []) {
    const why = judge(candidate);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Why the node that a candidate is, or is on, is not meant by its attributes and meta. One that can't be seen is unfit. */
export function otherFacts(candidate: Candidate, view: View, wanted: Patterns): string | undefined {
  const id = nodeOf(candidate);
  const node = id === undefined ? undefined : view.node(id);
  const why = node === undefined ? undefined : wanted.facts(node);
  if (node === undefined || why === undefined) return undefined;
  return candidate.kind === 'node' ? `its ${why}` : `on node ${node.name} (${node.id.slice(0, 8)}), whose ${why}`;
}

function nothingMatched(question: Question, wanted: Patterns): string {
  const { view, namespace, target } = question;
  if (question.targetKind === 'region') return 'the configuration of the scheduler can not be seen';
  if (wanted.empty) return 'the target names neither a job nor a node';
  const jobs = jobsOf(question, wanted);
  const asked = `target_job=${target.job ?? '*'}`;
  if (question.targetKind === 'node') {
    if (view.nodes().length === 0) return 'no node can be seen';
    return target.job === undefined ? 'no node matches the target' : `no node that matches runs a job of ${asked}`;
  }
  if (jobs.length === 0) return `no job of namespace ${namespace} matches ${asked}`;
  const some = jobs.length === 1 ? `job ${jobs[0]?.id}` : `each of the ${jobs.length} jobs`;
  return `${some} that matches ${asked} in namespace ${namespace} has no ${kindOf(question.targetKind).lacks(question)}`;
}
