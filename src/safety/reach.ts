import { pass, refuse } from './basis/answer.ts';
import type { Gate } from './gate.ts';

/**
 * Refuses a fault that others can feel from a namespace that is neither home nor trusted with as much on any node pool.
 * Which pools is asked of each candidate, by `trusted-pool`.
 */
export const reach: Gate = {
  name: 'reach',
  stage: 'admission',
  summary: 'The namespace may use faults that reach beyond their target.',
  ask({ fault, namespace, home, limits }) {
    if (fault.reach === 'target') return pass(`${fault.name} reaches only its target`);
    if (namespace === home) return pass(`${fault.name} reaches the ${fault.reach}, from ${home}`);
    const trusted = [...(limits.trust.get(namespace)?.values() ?? [])];
    if (trusted.some(given => given === fault.reach || given === 'cluster'))
      return pass(`${fault.name} reaches the ${fault.reach}, and the limits trust namespace ${namespace} with it`);
    return refuse(
      'reach',
      `${fault.name} reaches the ${fault.reach}: from namespace ${namespace} only faults that reach no further than their target are allowed, unless the limit trust gives it ${fault.reach}`,
    );
  },
};
