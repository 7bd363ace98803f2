import { notAsked, pass, refuse } from './basis/answer.ts';
import { disturbedNodes } from './basis/harm.ts';
import { raiseLine } from './basis/raise.ts';
import { othersOf } from './basis/reservation.ts';
import { percentFor, share } from './basis/share.ts';
import type { Gate } from './gate.ts';

/**
 * Refuses when more nodes would be disturbed than the limit allows, counting those out of service already and those
 * that other open runs hold. Nodes that are down are not counted on either side: Nomad lists machines that are gone
 * for a day. One node is always allowed, unless the limit is 0.
 */
export const maxNodesPercent: Gate = {
  name: 'max-nodes-percent',
  stage: 'blast',
  summary: 'No more nodes are disturbed at once than the limit max_nodes_percent allows.',
  ask(context) {
    const { chosen, view, limits } = context;
    if (chosen === undefined) return notAsked;
    const asked = disturbedNodes(context, chosen);
    if (asked.size === 0) return pass('no node is disturbed');
    const up = view.nodes().filter(({ status }) => status !== 'down');
    const percent = limits.maxNodesPercent;
    const allowed = percent === 0 ? 0 : Math.max(1, share(up.length, percent));
    const out = up.filter(node => node.status !== 'ready' || !node.eligible || node.draining).map(({ id }) => id);
    const held = othersOf(context).flatMap(({ nodes }) => nodes);
    const all = new Set([...asked, ...out, ...held]).size;
    const tally = `${asked.size} of ${up.length} nodes, with ${all - asked.size} others out of service or held by other runs`;
    if (all <= allowed) return pass(`${tally}: at most ${allowed}`);
    const limit = `max_nodes_percent ${percent} of ${up.length} nodes allows ${allowed}`;
    const raise =
      asked.size <= allowed
        ? ''
        : `; to raise it: ${raiseLine(context, 'max_nodes_percent', percentFor(up.length, all))}`;
    return refuse('max_nodes_percent', `${tally}, and ${limit}${raise}`, asked.size <= allowed);
  },
};
