import { notAsked, pass } from './basis/answer.ts';
import { type GroupRef, groupsHarmed, loadsOf, sum } from './basis/load.ts';
import { overLimit } from './basis/over-limit.ts';
import type { Gate, GateContext } from './gate.ts';

/**
 * Refuses when more of a namespace's allocations would be out of service than the limit allows, counting as
 * `max-group-percent` does, over all running jobs that are known there. Rounds down.
 */
export const maxNamespacePercent: Gate = {
  name: 'max-namespace-percent',
  stage: 'blast',
  summary: 'No more of a namespace is out of service at once than the limit max_namespace_percent allows.',
  ask(context) {
    if (context.chosen === undefined) return notAsked;
    const namespaces = new Set(groupsHarmed(context).map(({ namespace }) => namespace));
    for (const namespace of namespaces) {
      const load = sum(loadsOf(context, groupsIn(context, namespace)));
      const refusal = overLimit(context, 'max_namespace_percent', context.limits.maxNamespacePercent, {
        load,
        where: `namespace ${namespace}`,
      });
      if (refusal !== undefined) return refusal;
    }
    return pass(
      namespaces.size === 0
        ? 'no allocation is harmed'
        : `within ${context.limits.maxNamespacePercent} percent of the namespace`,
    );
  },
};

function groupsIn({ view }: GateContext, namespace: string): readonly GroupRef[] {
  const groups: GroupRef[] = [];
  for (const { id: job, groups: all, stop, status } of view.jobsIn(namespace))
    if (!stop && status !== 'dead') for (const { name } of all) groups.push({ namespace, job, group: name });
  return groups;
}
