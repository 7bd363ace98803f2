import { namesNode } from '../targeting/patterns.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { nodeOf } from './basis/harm.ts';
import type { Gate } from './gate.ts';

/** Drops what is, or is on, a node that the limit exclude_nodes names, by name or the beginning of its id. */
export const excludeNodes: Gate = {
  name: 'exclude-nodes',
  stage: 'candidate',
  summary: 'The limit exclude_nodes does not name the node.',
  ask({ limits }, candidate) {
    if (candidate === undefined) return notAsked;
    const id = nodeOf(candidate);
    const name = candidate.kind === 'node' ? candidate.node.name : candidate.alloc.nodeName;
    const pattern = limits.excludeNodes.find(node => namesNode(node)({ id, name }));
    if (pattern === undefined) return pass('not named by exclude_nodes');
    return refuse('exclude_nodes', `node ${name} is excluded by the limit exclude_nodes (${pattern})`);
  },
};
