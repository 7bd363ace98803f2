/** The targets of a run as the view shows them now. */

import { type GroupName, groupsHit } from '../cluster/groups-hit.ts';
import type { View } from '../cluster/types.ts';
import type { Candidate, TargetRef } from '../faults/fault.ts';

/** Whatever names targets: a run, or the calls of a plan. */
interface Aiming {
  readonly intents: readonly { readonly target: TargetRef }[];
}

/** The candidate that a target is, as it is now; undefined where it can't be seen. */
function candidateOf(view: View, target: TargetRef): Candidate | undefined {
  switch (target.kind) {
    case 'allocation': {
      const alloc = view.alloc(target.alloc);
      return alloc && { kind: 'allocation', alloc };
    }
    case 'node': {
      const node = view.node(target.node);
      return node && { kind: 'node', node };
    }
    case 'region': {
      const region = view.region();
      return region && { kind: 'region', region };
    }
    default:
      return onJob(view, target);
  }
}

function onJob(
  view: View,
  target: Extract<TargetRef, { kind: 'group' | 'job' | 'deployment' | 'service' }>,
): Candidate | undefined {
  const { namespace } = target;
  const job = view.job(namespace, target.job);
  if (job === undefined) return undefined;
  switch (target.kind) {
    case 'job':
      return { kind: 'job', job };
    case 'group': {
      const group = job.groups.find(({ name }) => name === target.group);
      return group && { kind: 'group', job, group };
    }
    case 'deployment': {
      const deployment = view.deployment(namespace, target.job);
      return deployment?.id === target.deployment ? { kind: 'deployment', job, deployment } : undefined;
    }
    case 'service': {
      const service = view.services(namespace, target.job)?.services.find(({ id }) => id === target.id);
      return service && { kind: 'service', job, service };
    }
  }
}

/** What tells a target from another; tasks of one allocation are one target. */
function keyOf(target: TargetRef): string {
  return JSON.stringify(target.kind === 'allocation' ? [target.kind, target.alloc] : Object.values(target));
}

/** The candidates that a run's intents name, as they are now, and how many can't be seen. */
export function targetsOf(view: View, run: Aiming): { readonly found: readonly Candidate[]; readonly missing: number } {
  const targets = new Map(run.intents.map(({ target }) => [keyOf(target), target]));
  const found = [...targets.values()].flatMap(target => candidateOf(view, target) ?? []);
  return { found, missing: targets.size - found.length };
}

/** The groups that a run hits, each once. */
export function groupsOf(view: View, run: Aiming): readonly GroupName[] {
  const groups = run.intents.flatMap(({ target }) => groupsHit(view, target));
  return [...new Map(groups.map(group => [group.join('/'), group])).values()];
}
