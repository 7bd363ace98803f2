import { nodeOf } from '../targeting/candidate.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { trustOf } from './basis/trust.ts';
import type { Gate } from './gate.ts';

/** Drops a candidate on a node pool where the limits don't trust its namespace with the fault's reach. */
export const trustedPool: Gate = {
  name: 'trusted-pool',
  stage: 'candidate',
  summary: "The namespace is trusted with the fault's reach on the node's pool.",
  ask({ fault, namespace, home, limits, view }, candidate) {
    if (candidate === undefined) return notAsked;
    if (fault.reach === 'target') return pass(`${fault.name} reaches only its target`);
    if (namespace === home) return pass(`${home} may use every reach`);
    const node = nodeOf(candidate);
    // What is in no one place is trusted with all of them, or not at all.
    const pool = node === undefined ? '*' : view.node(node)?.nodePool;
    if (pool === undefined) return refuse('reach', 'its node can not be seen, so its pool is not known');
    const given = trustOf(limits.trust, namespace, pool);
    if (given === fault.reach || given === 'cluster')
      return pass(`namespace ${namespace} is trusted with ${given} on node pool ${pool}`);
    return refuse(
      'reach',
      `${fault.name} reaches the ${fault.reach}: the limit trust gives namespace ${namespace} ${given ?? 'nothing'} on node pool ${pool}`,
    );
  },
};
