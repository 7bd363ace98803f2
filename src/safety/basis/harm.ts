/** Which allocations and nodes a candidate's fault touches. */

import type { AllocView } from '../../cluster/types.ts';
import type { Candidate } from '../../faults/fault.ts';
import { byText } from '../../targeting/order.ts';
import type { GateContext } from '../gate.ts';
import { callsFor } from './step.ts';

/** The node that a candidate is, or is on. */
export function nodeOf(candidate: Candidate): string {
  return candidate.kind === 'node' ? candidate.node.id : candidate.alloc.node;
}

/** `<namespace>/<job>`, as reservations and last hits name it. */
export function jobKey({ namespace, job }: { readonly namespace: string; readonly job: string }): string {
  return `${namespace}/${job}`;
}

/**
 * Allocations that the fault acts on, each of which may become unhealthy: the chosen one, or all on a chosen node,
 * but none where the calls leave running allocations alone.
 */
export function harmedBy(context: GateContext, candidate: Candidate): readonly AllocView[] {
  if (candidate.kind === 'allocation') return [candidate.alloc];
  const sparing = callsFor(context, candidate).every(({ op }) => op === 'node-eligibility');
  return sparing ? [] : neighbours(context, candidate.node.id);
}

/** Allocations that can feel the fault: those harmed, and the neighbours when its reach goes beyond the target. */
export function feltBy(context: GateContext, candidate: Candidate): readonly AllocView[] {
  const harmed = harmedBy(context, candidate);
  if (candidate.kind === 'node' || context.fault.reach === 'target') return harmed;
  return [...new Set([...harmed, ...neighbours(context, candidate.alloc.node)])];
}

/** Nodes that the choice disturbs: those chosen, and those of chosen allocations when the reach goes beyond them. */
export function disturbedNodes({ fault }: GateContext, chosen: readonly Candidate[]): ReadonlySet<string> {
  const disturbing = chosen.filter(({ kind }) => kind === 'node' || fault.reach !== 'target');
  return new Set(disturbing.map(nodeOf));
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
    .filter(({ desired, client }) => desired === 'run' && (client === 'running' || client === 'pending'));
}

/** `<namespace>/<job>` of every allocation that the choice harms, in order. */
export function jobsHarmed(context: GateContext, chosen: readonly Candidate[]): readonly string[] {
  return [...new Set(chosen.flatMap(candidate => harmedBy(context, candidate)).map(jobKey))].sort(byText);
}
