import { z } from 'zod';
import { bool, duration } from '../base/fields.ts';
import type { NodeView } from '../cluster/types.ts';
import type { Fault, Injected, Json, Recorded, Residue, SeenNode, UndoDecision } from './fault.ts';
import { unseenNode } from './unseen-node.ts';

const parameters = z.strictObject({
  deadline: duration({ help: 'How long allocations may take to move before they are stopped.' }).default(3_600_000),
  ignore_system_jobs: bool({ help: 'Leave allocations of system jobs where they are.' }).default(false),
  force: bool({ help: 'Stop all allocations at once; the deadline does not matter then.' }).default(false),
});

/** Drains a node as `nomad node drain -enable` does. The run's id is noted in the drain's own Meta. */
export const nodeDrain: Fault<z.infer<typeof parameters>> = {
  name: 'node-drain',
  summary: 'Drains a node: its allocations move away, and nothing new is placed there.',
  targetKind: 'node',
  reach: 'cluster',
  lasts: true,
  undoClass: 'inverse',
  parameters,
  permissions: [{ scope: 'node', policy: 'write' }],
  byHand(target) {
    const node = target.kind === 'node' ? target.node : '<node id>';
    return `nomad node drain -disable ${node}; nomad node eligibility -enable ${node}`;
  },

  checkByHand: target => ({
    line: `nomad node status ${target.kind === 'node' ? target.node : '<node id>'}`,
    says: '`Drain` is `false` and `Eligibility` is `eligible`',
    mind: 'Only where `nomad node status -json` names the run in the Meta of LastDrain: else an operator has drained the node since. What was moved away does not come back by itself.',
  }),

  residue: ({ nodes, recorded }) => nodes.flatMap(node => drainedStill(node, recorded)),

  exclude(candidate) {
    if (candidate.kind !== 'node') return 'not a node';
    const { node } = candidate;
    if (node.draining) return 'it is draining already';
    if (!node.eligible) return 'it is ineligible already';
    return node.status === 'ready' ? undefined : `it is ${node.status}`;
  },

  plan(candidate, { params, run = '<run>' }) {
    if (candidate.kind !== 'node') return [];
    const { node } = candidate;
    return [
      {
        target: { kind: 'node', node: node.id, name: node.name },
        call: {
          op: 'node-drain',
          node: node.id,
          run,
          deadlineMs: params.force ? -1 : params.deadline,
          ignoreSystemJobs: params.ignore_system_jobs,
        },
        sending: 'repeatable',
        before: facts(node),
        undo: { op: 'node-undrain', args: {} },
      },
    ];
  },

  observe(intent, view) {
    const node = intent.target.kind === 'node' ? view.node(intent.target.node) : undefined;
    if (intent.call.op !== 'node-drain' || node === undefined) return { seen: false, why: "the node can't be seen" };
    if (isOlder(node, intent)) return { seen: false, why: 'what is known of it is older than the call' };
    if (node.drainRun !== intent.call.run) return { seen: false, why: 'its last drain is not of this run' };
    if (!node.draining && node.drainStatus !== 'complete')
      return { seen: false, why: `its last drain is ${node.drainStatus ?? 'not known'}` };
    const how = node.draining ? 'it is draining' : 'its drain is complete';
    const marks = node.drainAccessor === undefined ? {} : { marks: { accessor: node.drainAccessor } };
    return {
      seen: true,
      evidence: `${how} with our mark (index ${node.modifyIndex})`,
      // Whole seconds, and of the server: too coarse to measure by.
      at: {},
      ...marks,
    };
  },

  undo(intent, view, run) {
    const node = intent.target.kind === 'node' ? view.node(intent.target.node) : undefined;
    if (node === undefined) return { kind: 'unreachable', why: unseenNode(run) };
    if (isOlder(node, intent))
      return { kind: 'unreachable', why: 'what is known of the node is older than what we did to it' };
    if (node.draining || !node.eligible) return stillOut(intent, node, run);
    const after = facts(node);
    if (intent.undoneIndex !== undefined || intent.answeredIndex === undefined) return { kind: 'undone', after };
    return { kind: 'superseded', after, why: 'it is eligible again, and no answered call of ours did that' };
  },
};

/** The last drain bears a run's mark, and neither its undo nor an operator's end of it came since. */
function drainedStill(node: SeenNode, recorded: readonly Recorded[]): readonly Residue[] {
  const { drainRun: run, drainStartedAt, draining, eligible, drainStatus } = node;
  if (run === undefined || (eligible && !draining)) return [];
  // Whoever ended the drain made it eligible too, but for an operator.
  if (!draining && drainStatus === 'canceled') return [];
  const told = recorded.find(each => each.run === run && each.target.kind === 'node' && each.target.node === node.id);
  // Nomad notes a drain's start in whole seconds. After an undo that came later, what keeps the node out is not ours.
  if (told?.settled === 'superseded' || (told?.until !== undefined && (drainStartedAt ?? 0) <= told.until)) return [];
  const why = `${draining ? 'it is draining' : 'it is ineligible since its drain'}: the drain bears the run's mark`;
  const since = drainStartedAt === undefined ? {} : { since: drainStartedAt };
  const undo = { op: 'node-undrain', args: {} };
  return [{ target: { kind: 'node', node: node.id, name: node.name }, why, run, ...since, undo }];
}

function facts(node: NodeView): { readonly [key: string]: Json } {
  const { eligible, draining, modifyIndex, drainStartedAt } = node;
  return { eligible, draining, modify_index: modifyIndex, drain: drainStartedAt ?? 0 };
}

function isOlder(node: NodeView, { before, answeredIndex, undoneIndex }: Injected): boolean {
  return node.modifyIndex < Math.max(Number(before['modify_index'] ?? 0), answeredIndex ?? 0, undoneIndex ?? 0);
}

/** Ours as long as the drain bears our run, and whoever set it off is the one who changed it last. */
function stillOut(intent: Injected, node: NodeView, run: string): UndoDecision {
  const after = facts(node);
  const superseded = (why: string): UndoDecision => ({ kind: 'superseded', after, why });
  const { answeredIndex, effect } = intent;
  if (node.drainRun !== run) {
    // Ours was never answered and left no trace: what keeps the node out is somebody else's.
    if (answeredIndex === undefined) return { kind: 'undone', after };
    return superseded('an operator drained it, or ended our drain, meanwhile');
  }
  // Ours makes it eligible in the same write.
  if (!node.draining && node.drainStatus === 'canceled')
    return superseded('an operator ended the drain, and left the node ineligible');
  // Renewing keeps our mark, also when the drain is complete: only who did it tells.
  const accessor = effect?.marks?.['accessor'];
  const { drainAccessor: last = '' } = node;
  if (accessor !== undefined && last !== '' && last !== accessor) return superseded('an operator renewed the drain');
  return { kind: 'call', call: { op: 'node-undrain', node: node.id, run } };
}
