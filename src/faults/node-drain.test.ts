import { describe, expect, it } from 'vitest';
import { id, node, nodeEvent } from '../cluster/nomad.fixture.ts';
import { createView, type MutableView } from '../cluster/view.ts';
import type { NomadNode } from '../nomad/types.ts';
import type { Injected } from './fault.ts';
import { nodeDrain } from './node-drain.ts';
import { contextFor, onlyOne, plannedFor, run } from './on-job.fixture.ts';

type State = Partial<NomadNode> & { readonly DrainStrategy?: object; readonly LastDrain?: object };

const us = 'alloc:controller';
const operator = 'token:operator';

/** A drain as Nomad notes it. */
function drain(Status: string, AccessorID = us, over: object = {}): object {
  const at = '2026-11-24T11:30:00Z';
  return { Status, StartedAt: at, UpdatedAt: at, AccessorID, Meta: { sirocco_run: run }, ...over };
}

const out = { SchedulingEligibility: 'ineligible' } as const;
const draining = (last: object): State => ({ ...out, Drain: true, DrainStrategy: {}, LastDrain: last });
const ended = (last: object): State => ({ ...out, LastDrain: last });

function viewOf(over: State = {}) {
  const view = createView();
  view.applyNodes([node(1, over)], 100);
  return view;
}

function nodeIn(view: MutableView) {
  const found = view.node(id(901));
  if (found === undefined) throw new Error('not in the view');
  return { kind: 'node', node: found } as const;
}

const planned = (view: MutableView, input = {}) => onlyOne(plannedFor(nodeDrain, nodeIn(view), view, input));

describe('the call of node-drain', () => {
  it('carries its run, and what was before', () => {
    expect(planned(viewOf())).toEqual({
      target: { kind: 'node', node: id(901), name: 'n1' },
      call: { op: 'node-drain', node: id(901), run, deadlineMs: 3_600_000, ignoreSystemJobs: false },
      sending: 'repeatable',
      before: { eligible: true, draining: false, modify_index: 50, drain: 0 },
      undo: { op: 'node-undrain', args: {} },
    });
  });

  it.each([
    [{ deadline: '5m' }, { deadlineMs: 300_000, ignoreSystemJobs: false }],
    [{ ignore_system_jobs: 'true' }, { deadlineMs: 3_600_000, ignoreSystemJobs: true }],
    [
      { force: 'true', deadline: '5m' },
      { deadlineMs: -1, ignoreSystemJobs: false },
    ],
  ])('follows %o', (input, call) => {
    expect(planned(viewOf(), input).call).toMatchObject(call);
  });

  it.each<[string, State, string | undefined]>([
    ['that is ready', {}, undefined],
    ['that was drained before', { LastDrain: drain('complete', operator) }, undefined],
    ['that is draining', draining(drain('draining', operator)), 'it is draining already'],
    ['that takes nothing new', out, 'it is ineligible already'],
    ['that is down', { Status: 'down' }, 'it is down'],
    ['that is disconnected', { Status: 'disconnected' }, 'it is disconnected'],
  ])('judges a node %s', (_, over, why) => {
    const view = viewOf(over);
    expect(nodeDrain.exclude?.(nodeIn(view), contextFor(nodeDrain, view))).toBe(why);
  });

  it('is undone by hand in one line', () => {
    expect(nodeDrain.byHand({ kind: 'node', node: id(901), name: 'n1' })).toBe(
      `nomad node drain -disable ${id(901)}; nomad node eligibility -enable ${id(901)}`,
    );
  });
});

/** A node of which news came, and what its fault makes of an intent with those answers. */
function told(answers: Partial<Injected>, over: State, index = 120) {
  const view = viewOf();
  const intent = { ...planned(view), ...answers };
  view.applyEvent(nodeEvent({ ...node(1), ModifyIndex: index, ...over }, 300));
  return { view, intent };
}

const ours = { answeredIndex: 110 };

describe('what node-drain takes for its effect', () => {
  it.each<[string, Partial<Injected>, State, object]>([
    [
      'a drain of ours',
      ours,
      draining(drain('draining')),
      { seen: true, evidence: 'it is draining with our mark (index 120)', marks: { accessor: us }, at: {} },
    ],
    ['a drain of ours, without an answer', {}, draining(drain('draining')), { seen: true }],
    ['a drain of ours that is over', ours, ended(drain('complete')), { seen: true }],
    [
      'a drain of ours that was ended',
      ours,
      ended(drain('canceled')),
      { seen: false, why: 'its last drain is canceled' },
    ],
    [
      "an operator's drain",
      ours,
      draining(drain('draining', operator, { Meta: null })),
      { seen: false, why: 'its last drain is not of this run' },
    ],
    ["another run's drain", ours, draining(drain('draining', us, { Meta: { sirocco_run: 'x' } })), { seen: false }],
    ['no drain', ours, {}, { seen: false, why: 'its last drain is not of this run' }],
  ])('is decided by %s', (_, answers, over, observation) => {
    const { view, intent } = told(answers, over);
    expect(nodeDrain.observe(intent, view)).toMatchObject(observation);
  });

  it('is never what is known from before the answer, nor a node that is gone', () => {
    const { view, intent } = told(ours, draining(drain('draining')), 105);
    expect(nodeDrain.observe(intent, view)).toMatchObject({ seen: false, why: expect.stringContaining('older') });
    view.removeNode(id(901));
    expect(nodeDrain.observe(intent, view)).toMatchObject({ seen: false, why: "the node can't be seen" });
  });
});

const observed = { ...ours, effect: { marks: { accessor: us } } };
const undone = { ...observed, undoneIndex: 150 };
const undrain = { kind: 'call', call: { op: 'node-undrain', node: id(901), run } };
const superseded = (words: string) => ({ kind: 'superseded', why: expect.stringContaining(words) });

describe('undoing node-drain', () => {
  it.each<[string, Partial<Injected>, State, number, object]>([
    ['is draining for us', observed, draining(drain('draining')), 120, undrain],
    ['is draining for us, and is down', observed, { ...draining(drain('draining')), Status: 'down' }, 130, undrain],
    ['is draining for us, though that was never seen', ours, draining(drain('draining')), 120, undrain],
    ['is draining for us, though no answer came', {}, draining(drain('draining')), 120, undrain],
    ['was drained by us to the end', observed, ended(drain('complete')), 140, undrain],
    [
      'was drained to the end for an operator, who had renewed our drain',
      observed,
      ended(drain('complete', operator)),
      140,
      superseded('renewed'),
    ],
    [
      'is draining anew for an operator, who kept our note',
      observed,
      draining(drain('draining', operator)),
      130,
      superseded('renewed'),
    ],
    [
      'is draining for an operator',
      observed,
      draining(drain('draining', operator, { Meta: { reason: 'disk' } })),
      130,
      superseded('an operator drained it'),
    ],
    [
      'was drained by an operator to the end',
      observed,
      ended(drain('complete', operator, { Meta: null })),
      140,
      superseded('an operator drained it'),
    ],
    [
      'was left out by an operator who ended our drain',
      observed,
      ended(drain('canceled', operator)),
      130,
      superseded('left the node ineligible'),
    ],
    [
      'was left out by an operator whose end of the drain has a note',
      observed,
      ended(drain('canceled', operator, { Meta: { reason: 'disk' } })),
      130,
      superseded('ended our drain'),
    ],
    [
      'is eligible by somebody else',
      observed,
      { LastDrain: drain('canceled', operator) },
      130,
      superseded('eligible again'),
    ],
    ['is eligible by our own call', undone, { LastDrain: drain('canceled') }, 150, { kind: 'undone' }],
    ['is eligible by our own call after the end', undone, { LastDrain: drain('complete') }, 160, { kind: 'undone' }],
    ['is draining again after our undo: a late call', undone, draining(drain('draining')), 170, undrain],
    ['was never drained, as far as known', {}, {}, 60, { kind: 'undone' }],
    [
      'is drained by an operator, and our call was never answered',
      {},
      draining(drain('draining', operator, { Meta: null })),
      120,
      { kind: 'undone', after: { draining: true } },
    ],
    ['is known only from before our call', observed, draining(drain('draining')), 105, { kind: 'unreachable' }],
    ['is known only from before our undo', undone, draining(drain('draining')), 140, { kind: 'unreachable' }],
  ])('where the node %s', (_, answers, over, index, decision) => {
    const { view, intent } = told(answers, over, index);
    expect(nodeDrain.undo?.(intent, view, run)).toMatchObject(decision);
  });

  it('is not proved by a node that is gone', () => {
    const { view, intent } = told(observed, draining(drain('draining')));
    view.removeNode(id(901));
    expect(nodeDrain.undo?.(intent, view, run)).toMatchObject({ kind: 'unreachable' });
  });

  it('reports how the node is afterwards', () => {
    const { view, intent } = told(undone, { LastDrain: drain('canceled') }, 151);
    expect(nodeDrain.undo?.(intent, view, run)).toEqual({
      kind: 'undone',
      after: { eligible: true, draining: false, modify_index: 151, drain: Date.UTC(2026, 10, 24, 11, 30) },
    });
  });
});
