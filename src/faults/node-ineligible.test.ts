import { describe, expect, it } from 'vitest';
import { id, node, nodeEvent } from '../cluster/nomad.fixture.ts';
import { createView, type MutableView } from '../cluster/view.ts';
import type { NomadNode } from '../nomad/types.ts';
import type { Injected } from './fault.ts';
import { nodeIneligible } from './node-ineligible.ts';

type State = Partial<NomadNode> & { readonly LastDrain?: { readonly StartedAt: string; readonly Status?: string } };

function viewOf(over: State = {}) {
  const view = createView();
  view.applyNodes([node(1, over)], 100);
  return view;
}

function plannedOf(view: MutableView): Injected {
  const found = view.node(id(901));
  if (found === undefined) throw new Error('not in the view');
  const [planned] = nodeIneligible.plan({ kind: 'node', node: found }, { params: {}, view });
  if (planned === undefined) throw new Error('nothing planned');
  return planned;
}

const ineligible = { SchedulingEligibility: 'ineligible' } as const;
const drained = { StartedAt: '2026-11-24T10:00:00Z', Status: 'complete' };
const enable = { kind: 'call', call: { op: 'node-eligibility', node: id(901), eligible: true } };

describe('the call of node-ineligible', () => {
  it('carries its undo, and what was before', () => {
    expect(plannedOf(viewOf({ LastDrain: drained }))).toEqual({
      target: { kind: 'node', node: id(901), name: 'n1' },
      call: { op: 'node-eligibility', node: id(901), eligible: false },
      sending: 'repeatable',
      before: { eligible: true, modify_index: 50, drain: Date.UTC(2026, 10, 24, 10) },
      undo: { op: 'node-eligibility', args: { eligible: true } },
    });
  });

  it.each<[State, string | undefined]>([
    [{}, undefined],
    [ineligible, 'it is ineligible already'],
    [{ ...ineligible, Drain: true }, 'it is draining'],
    [{ Status: 'down' }, 'it is down'],
    [{ Status: 'disconnected' }, 'it is disconnected'],
  ])('leaves a node out that is %o: %s', (over, why) => {
    const view = viewOf(over);
    const found = view.node(id(901));
    if (found === undefined) throw new Error('not in the view');
    expect(nodeIneligible.exclude?.({ kind: 'node', node: found }, { params: {}, view })).toBe(why);
  });

  it('is undone by hand in one line', () => {
    expect(nodeIneligible.byHand({ kind: 'node', node: id(901), name: 'n1' })).toBe(
      `nomad node eligibility -enable ${id(901)}`,
    );
  });
});

describe('what node-ineligible takes for its effect', () => {
  it.each<[string, number | undefined, State, boolean]>([
    ['an eligible node', 110, { ModifyIndex: 110 }, false],
    ['an ineligible one at the answer', 110, { ...ineligible, ModifyIndex: 110 }, true],
    ['an ineligible one past the answer', 110, { ...ineligible, ModifyIndex: 130 }, true],
    ['an ineligible one before the answer', 110, { ...ineligible, ModifyIndex: 105 }, false],
    ['an ineligible one, where no answer came', undefined, { ...ineligible, ModifyIndex: 105 }, true],
  ])('is decided by %s', (_, answeredIndex, over, seen) => {
    const view = viewOf();
    const intent = { ...plannedOf(view), ...(answeredIndex === undefined ? {} : { answeredIndex }) };
    view.applyEvent(nodeEvent(node(1, over), 200));
    expect(nodeIneligible.observe(intent, view).seen).toBe(seen);
  });

  it('is never a node that is gone', () => {
    const view = viewOf();
    const intent = plannedOf(view);
    view.removeNode(id(901));
    expect(nodeIneligible.observe(intent, view)).toMatchObject({
      seen: false,
      why: expect.stringContaining('no proof'),
    });
  });
});

describe('undoing node-ineligible', () => {
  const ours = { answeredIndex: 110 };
  const undone = { answeredIndex: 110, undoneIndex: 150 };

  it.each<[string, Partial<Injected>, State, object]>([
    ['is ours and ineligible', ours, { ...ineligible, ModifyIndex: 120 }, enable],
    ['is ours, ineligible and down', ours, { ...ineligible, Status: 'down', ModifyIndex: 120 }, enable],
    ['may be ours: no answer came', {}, { ...ineligible, ModifyIndex: 120 }, enable],
    ['is eligible by our own call', undone, { ModifyIndex: 150 }, { kind: 'undone' }],
    ['is eligible by our own call, and changed since', undone, { ModifyIndex: 170 }, { kind: 'undone' }],
    [
      'is eligible by somebody else',
      ours,
      { ModifyIndex: 130 },
      { kind: 'superseded', why: expect.stringContaining('eligible again') },
    ],
    ['was never ineligible, as far as known', {}, { ModifyIndex: 60 }, { kind: 'undone' }],
    ['is known only from before our call', ours, { ModifyIndex: 105 }, { kind: 'unreachable' }],
    ['is known only from before our undo', undone, { ...ineligible, ModifyIndex: 140 }, { kind: 'unreachable' }],
    ['is ineligible again after our undo: a late call', undone, { ...ineligible, ModifyIndex: 180 }, enable],
    [
      'is being drained',
      ours,
      { ...ineligible, Drain: true, ModifyIndex: 130 },
      { kind: 'superseded', why: expect.stringContaining('draining') },
    ],
    [
      'was drained meanwhile',
      ours,
      { ...ineligible, ModifyIndex: 140, LastDrain: { ...drained, StartedAt: '2026-11-24T11:30:00Z' } },
      { kind: 'superseded', why: expect.stringContaining('drained it meanwhile') },
    ],
    ['had been drained long before', ours, { ...ineligible, ModifyIndex: 140, LastDrain: drained }, enable],
  ])('where the node %s', (_, answers, over, decision) => {
    const view = viewOf({ LastDrain: drained });
    const intent = { ...plannedOf(view), ...answers };
    view.applyEvent(nodeEvent({ ...node(1), LastDrain: drained, ...over }, 200));
    expect(nodeIneligible.undo?.(intent, view, 'run')).toMatchObject(decision);
  });

  it('is not proved by a node that is gone', () => {
    const view = viewOf();
    const intent = { ...plannedOf(view), ...ours };
    view.removeNode(id(901));
    expect(nodeIneligible.undo?.(intent, view, 'run')).toMatchObject({ kind: 'unreachable' });
  });

  it('reports how the node is afterwards', () => {
    const view = viewOf();
    const intent = { ...plannedOf(view), ...undone };
    view.applyEvent(nodeEvent(node(1, { ModifyIndex: 151 }), 151));
    expect(nodeIneligible.undo?.(intent, view, 'run')).toEqual({
      kind: 'undone',
      after: { eligible: true, modify_index: 151, drain: 0 },
    });
  });
});
