import { namesNode } from '../targeting/patterns.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { harmedBy } from './basis/harm.ts';
import type { Gate } from './gate.ts';

/** Drops what is, or is on, a node that the limit exclude_nodes names, by name or the beginning of its id. */
export const excludeNodes: Gate = {
  name: 'exclude-nodes',
  stage: 'candidate',
  summary: 'The limit exclude_nodes does not name the node.',
  ask(context, candidate) {
    if (candidate === undefined) return notAsked;
    const { excludeNodes: excluded } = context.limits;
    if (excluded.length === 0) return pass('not named by exclude_nodes');
    // A fault on a job may end any of its allocations: one on such a node is enough.
    const nodes =
      candidate.kind === 'node'
        ? [candidate.node]
        : harmedBy(context, candidate).map(({ node, nodeName }) => ({ id: node, name: nodeName }));
    for (const pattern of excluded) {
      const hit = nodes.find(namesNode(pattern));
      if (hit !== undefined)
        return refuse('exclude_nodes', `node ${hit.name} is excluded by the limit exclude_nodes (${pattern})`);
    }
    return pass('not named by exclude_nodes');
  },
};
