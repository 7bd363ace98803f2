import { z } from 'zod';
import type { NodeView } from '../cluster/types.ts';
import type { Fault, Injected, Json, Recorded, Residue, SeenNode, UndoDecision } from './fault.ts';
import { unseenNode } from './unseen-node.ts';

const parameters = z.strictObject({});

/** Keeps new allocations off a node, as `nomad node eligibility -disable` does; those on it go on. */
export const nodeIneligible: Fault<z.infer<typeof parameters>> = {
  name: 'node-ineligible',
  summary: 'Makes a node ineligible: nothing new is placed there, what runs there goes on.',
  targetKind: 'node',
  reach: 'cluster',
  lasts: true,
  undoClass: 'inverse',
  parameters,
  permissions: [{ scope: 'node', policy: 'write' }],
  byHand: target => `nomad node eligibility -enable ${target.kind === 'node' ? target.node : '<node id>'}`,

  checkByHand: target => ({
    line: `nomad node status ${target.kind === 'node' ? target.node : '<node id>'}`,
    says: '`Eligibility` is `eligible`',
    mind: 'Not where an operator drains the node, or has drained it since: then it is out on purpose.',
  }),

  residue: ({ nodes, recorded }) => recorded.flatMap(each => outStill(each, nodes)),

  exclude(candidate) {
    if (candidate.kind !== 'node') return 'not a node';
    const { node } = candidate;
    if (node.draining) return 'it is draining';
    if (!node.eligible) return 'it is ineligible already';
    return node.status === 'ready' ? undefined : `it is ${node.status}`;
  },

  // What runs there goes on.
  harms: () => [],

  plan(candidate) {
    if (candidate.kind !== 'node') return [];
    const { node } = candidate;
    return [
      {
        target: { kind: 'node', node: node.id, name: node.name },
        call: { op: 'node-eligibility', node: node.id, eligible: false },
        sending: 'repeatable',
        before: facts(node),
        undo: { op: 'node-eligibility', args: { eligible: true } },
      },
    ];
  },

  // Nomad answers index 0 where the eligibility was as asked already.
  wasSo: index => index === 0,

  observe(intent, view) {
    const node = intent.target.kind === 'node' ? view.node(intent.target.node) : undefined;
    if (node === undefined) return { seen: false, why: "the node can't be seen: that is no proof" };
    if (isOlder(node, intent.answeredIndex))
      return { seen: false, why: 'what is known of it is older than the answer' };
    if (node.eligible) return { seen: false, why: 'it is eligible' };
    if (node.modifyIndex <= Number(intent.before['modify_index'] ?? 0))
      return { seen: false, why: 'it did not change since it was chosen' };
    // A node carries no time of its last change: nothing tells when.
    return { seen: true, evidence: `it is ineligible (index ${node.modifyIndex})`, at: {} };
  },

  undo(intent, view, run) {
    const node = intent.target.kind === 'node' ? view.node(intent.target.node) : undefined;
    if (node === undefined) return { kind: 'unreachable', why: unseenNode(run) };
    const chosenAt = Number(intent.before['modify_index'] ?? 0);
    if (isOlder(node, Math.max(chosenAt, intent.answeredIndex ?? 0, intent.undoneIndex ?? 0)))
      return { kind: 'unreachable', why: 'what is known of the node is older than what we did to it' };
    return node.eligible ? eligibleAgain(intent, node) : ineligibleStill(intent, node);
  },
};

/** Eligibility bears no mark: it is ours where the node's own event came while a run had it, or a late call may have. */
function outStill({ run, target, settled, from, until }: Recorded, nodes: readonly SeenNode[]): readonly Residue[] {
  const node = target.kind === 'node' ? nodes.find(({ id }) => id === target.node) : undefined;
  const since = node?.ineligibleSince;
  if (node === undefined || since === undefined || node.eligible || node.draining || settled === 'superseded')
    return [];
  if (since < from - slackMs || since > (until ?? Number.POSITIVE_INFINITY) + lateMs) return [];
  const why = 'it is ineligible since that run: its last event of that kind came while the run had it';
  return [{ target, why, run, since, undo: { op: 'node-eligibility', args: { eligible: true } } }];
}

/** Clocks of server and controller may differ by as much; a call may be applied so long after an ambiguous end. */
const slackMs = 2_000;
const lateMs = 92_000;

function facts({ eligible, modifyIndex, drainStartedAt }: NodeView): { readonly [key: string]: Json } {
  return { eligible, modify_index: modifyIndex, drain: drainStartedAt ?? 0 };
}

function isOlder(node: NodeView, index: number | undefined): boolean {
  return node.modifyIndex < (index ?? 0);
}

function eligibleAgain({ answeredIndex, undoneIndex }: Injected, node: NodeView): UndoDecision {
  const after = facts(node);
  // Where our call was not answered, an eligible node may never have been anything else.
  if (undoneIndex !== undefined || answeredIndex === undefined) return { kind: 'undone', after };
  return { kind: 'superseded', after, why: 'it is eligible again, and no answered call of ours did that' };
}

/**
 * It is ours to undo unless an operator drains it or has drained it since: a drain leaves the node ineligible on purpose.
 * An undone node that is ineligible once more is undone again: the caller asks only while a late call of ours may arrive.
 */
function ineligibleStill({ before }: Injected, node: NodeView): UndoDecision {
  const after = facts(node);
  if (node.draining) return { kind: 'superseded', after, why: 'an operator is draining it' };
  // A record of another release may not tell when it was drained last: then a drain of long ago proves nothing.
  if (before['drain'] !== undefined && (node.drainStartedAt ?? 0) > Number(before['drain']))
    return { kind: 'superseded', after, why: 'an operator drained it meanwhile' };
  return { kind: 'call', call: { op: 'node-eligibility', node: node.id, eligible: true } };
}
