/** Which allocations, jobs and nodes a candidate's fault touches. */

import type { AllocView } from '../../cluster/types.ts';
import type { Candidate } from '../../faults/fault.ts';
import { nodeOf } from '../../targeting/candidate.ts';
import { byText } from '../../targeting/order.ts';
import type { GateContext } from '../gate.ts';
import { faultContext } from './step.ts';

export interface JobRef {
  readonly namespace: string;
  readonly job: string;
}

/** `<namespace>/<job>`, as reservations and last hits name it. */
export function jobKey({ namespace, job }: JobRef): string {
  return `${namespace}/${job}`;
}

/** Allocations that the fault may make unhealthy or end: as it says itself, or all that its kind of candidate holds. */
export function harmedBy(context: GateContext, candidate: Candidate): readonly AllocView[] {
  const { fault } = context;
  return fault.harms === undefined ? heldBy(context, candidate) : fault.harms(candidate, faultContext(context));
}

function heldBy(context: GateContext, candidate: Candidate): readonly AllocView[] {
  const { view, namespace } = context;
  switch (candidate.kind) {
    case 'allocation':
      return [candidate.alloc];
    case 'node':
      return neighbours(context, candidate.node.id);
    case 'service':
      return [view.alloc(candidate.service.alloc) ?? []].flat();
    case 'group':
      return ofJob(context, candidate.job.id).filter(({ group }) => group === candidate.group.name);
    case 'job':
    case 'deployment':
      return ofJob(context, candidate.job.id);
    case 'region':
      return view.jobsIn(namespace).flatMap(job => ofJob(context, job.id));
  }
}

function ofJob({ view, namespace }: GateContext, job: string): readonly AllocView[] {
  return view.allocsOf(namespace, job).filter(isLive);
}

function isLive({ desired, client }: AllocView): boolean {
  return desired === 'run' && (client === 'running' || client === 'pending');
}

/** Allocations that can feel the fault: those harmed, and the neighbours when its reach goes beyond the target. */
export function feltBy(context: GateContext, candidate: Candidate): readonly AllocView[] {
  const harmed = harmedBy(context, candidate);
  const node = context.fault.reach === 'target' || candidate.kind === 'node' ? undefined : nodeOf(candidate);
  if (node === undefined) return harmed;
  return [...new Set([...harmed, ...neighbours(context, node)])];
}

/** Jobs that the fault touches: the one that is hit as such, and those of allocations that can feel it. */
export function jobsTouched(context: GateContext, candidate: Candidate): readonly JobRef[] {
  const felt: readonly JobRef[] = feltBy(context, candidate);
  return distinct('job' in candidate ? [{ namespace: candidate.job.namespace, job: candidate.job.id }, ...felt] : felt);
}

function distinct(refs: readonly JobRef[]): readonly JobRef[] {
  return refs.length < 2 ? refs : [...new Map(refs.map(ref => [jobKey(ref), ref])).values()];
}

/** Nodes that the choice disturbs: those chosen, and those of what is chosen when the reach goes beyond it. */
export function disturbedNodes({ fault }: GateContext, chosen: readonly Candidate[]): ReadonlySet<string> {
  const disturbing = chosen.filter(({ kind }) => kind === 'node' || fault.reach !== 'target');
  return new Set(disturbing.flatMap(candidate => nodeOf(candidate) ?? []));
}

/** One scan of the view for all candidates of a question, and no longer: the view changes. */
const scans = new WeakMap<GateContext, ReadonlyMap<string, readonly AllocView[]>>();

/** Live allocations on a node, of the jobs known in the run's namespace and in home: no others can be seen. */
function neighbours(context: GateContext, node: string): readonly AllocView[] {
  let byNode = scans.get(context);
  if (byNode === undefined) {
    byNode = Map.groupBy(live(context), alloc => alloc.node);
    scans.set(context, byNode);
  }
  return byNode.get(node) ?? [];
}

function live({ view, namespace, home }: GateContext): readonly AllocView[] {
  return [...new Set([namespace, home])]
    .flatMap(space => view.jobsIn(space).flatMap(job => view.allocsOf(space, job.id)))
    .filter(isLive);
}

/** `<namespace>/<job>` of every job that the choice hits or harms, in order. */
export function jobsHarmed(context: GateContext, chosen: readonly Candidate[]): readonly string[] {
  const jobs = chosen.flatMap(candidate => [
    ...('job' in candidate ? [{ namespace: candidate.job.namespace, job: candidate.job.id }] : []),
    ...harmedBy(context, candidate),
  ]);
  return [...new Set(jobs.map(jobKey))].sort(byText);
}
