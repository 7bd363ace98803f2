import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import type { Items } from './puppet.fixture.ts';
import { anEmptyScene, aScene, disableNode, killWeb } from './scene.fixture.ts';
import { home } from './world.fixture.ts';

const record = 'chaos/runs/sirocco_n_20261124T090000Z';

/** An undo line in its frozen form. */
function line(i: number, fault: string, target: string): string {
  return JSON.stringify({ i, fault, target, op: 'node-eligibility', args: { eligible: true }, state: 'pending' });
}

/** A record of a release to come, whose body nobody here can read. */
function newer(undo: string): Items {
  return { v: '2', state: 'holding', undo, body: 'x' };
}

describe('a run that was taken over', () => {
  it('in its hold is held to its end, and passes on what was seen before', () => {
    const { world, member: a } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '20s', recover_within: '5s' }));
    world.pass(15_000);
    expect(a.notes('effect-seen')).toHaveLength(1);
    a.crash();
    const b = world.start({ name: 'b' });
    world.pass(120_000);
    expect(b.summary().leading).toBe(true);
    expect(b.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('between its marking and an answer is unknown: its call is not sent again', () => {
    const { world, member: a } = aScene(faults);
    a.fate = ({ call }) => (call.op === 'alloc-signal' ? 'never' : undefined);
    world.schedule('default', 'k', { ...killWeb, recover_within: '30s' });
    world.pass(1_000);
    expect(a.calls('alloc-signal')).toHaveLength(1);
    a.crash();
    const b = world.start({ name: 'b' });
    world.pass(120_000);
    expect(b.calls('alloc-signal')).toEqual([]);
    expect(b.ended()).toMatchObject([{ verdict: 'failed', reason: 'unknown_effect' }]);
  });

  it('before its harm goes on from its claim', () => {
    const { world, member: a } = aScene(faults);
    a.fate = ({ call }) => (call.op === 'read-job' ? 'never' : undefined);
    world.schedule('default', 'k', killWeb);
    world.pass(1_000);
    a.crash();
    const b = world.start({ name: 'b' });
    world.pass(60_000);
    expect(b.calls('alloc-signal')).toHaveLength(1);
    expect(b.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});

describe('a record of a newer release', () => {
  it('is undone from its frozen lines, whatever drain its node had long before', () => {
    const { world, nomad } = anEmptyScene(faults);
    const drained = { StartedAt: '2025-01-01T00:00:00Z', Status: 'complete' };
    const node = nomad.addNode(2, { SchedulingEligibility: 'ineligible', ...{ LastDrain: drained } });
    nomad.put(home, record, newer(line(0, 'node-ineligible', node)));
    const member = world.start();
    world.pass(120_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.notes('undo')).toMatchObject([{ outcome: 'undone' }]);
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'record_unreadable' }]);
  });

  it('keeps everything else that it holds', () => {
    const { world, nomad, node } = anEmptyScene(faults);
    nomad.changeNode(node, { SchedulingEligibility: 'ineligible' });
    nomad.put(home, record, newer(line(0, 'node-ineligible', node)));
    world.start();
    world.pass(120_000);
    const { undo, ...rest } = nomad.items(home, record) ?? {};
    expect(rest).toEqual({ v: '2', state: 'holding', body: 'x' });
    expect(JSON.parse(undo ?? '')).toMatchObject({ i: 0, state: 'undone' });
  });

  it('with a fault unknown here is undone as far as can be, and counted as stuck for the rest', () => {
    const { world, nomad, node } = anEmptyScene(faults);
    const other = nomad.addNode(2);
    for (const each of [node, other]) nomad.changeNode(each, { SchedulingEligibility: 'ineligible' });
    nomad.put(home, record, newer([line(0, 'node-ineligible', node), line(1, 'volume-detach', other)].join('\n')));
    const member = world.start();
    world.pass(200_000);
    const eligible = [node, other].map(each => nomad.nodes.get(each)?.SchedulingEligibility);
    expect(eligible).toEqual(['eligible', 'ineligible']);
    expect(member.summary().stuckRuns).toBe(1);
    const lines = nomad
      .items(home, record)
      ?.['undo']?.split('\n')
      .map(each => JSON.parse(each));
    expect(lines).toMatchObject([{ state: 'undone' }, { fault: 'volume-detach', state: 'pending' }]);
  });
});

describe('a damaged record', () => {
  it('is stuck, with the line that shows it, and left as it is', () => {
    const { world, nomad, node } = anEmptyScene(faults);
    nomad.changeNode(node, { SchedulingEligibility: 'ineligible' });
    const items = { v: '1', state: 'holding', undo: '{"i":0,"fault":"node-ineligible"', body: 'x' };
    nomad.put(home, record, items);
    const member = world.start();
    world.pass(200_000);
    expect(member.summary().stuckRuns).toBe(1);
    expect(member.notes('stuck')).toMatchObject([{ byHand: `nomad var get -namespace ${home} ${record}` }]);
    expect(nomad.items(home, record)).toEqual(items);
  });
});
