import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { ambiguous, aScene, denied, disableNode, noLeader } from './scene.fixture.ts';
import { type Asked, home, type Member } from './world.fixture.ts';

const undos = (member: Member) => member.calls('node-eligibility').filter(({ call }) => call.eligible);
const sinceFirst = (all: readonly Asked[]) => all.map(({ at }) => at - (all[0]?.at ?? 0));

describe('undoing', () => {
  it('puts back what was done when its time is over, and says what it was before and after', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode());
    world.pass(5_000);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
    world.pass(10_000);
    expect(member.calls('node-eligibility').map(({ call }) => call.eligible)).toEqual([false, true]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.notes('undo')).toMatchObject([{ outcome: 'undone', fault: 'node-ineligible' }]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    const body = JSON.parse(member.records().at(-1)?.call.items['body'] ?? '{}');
    expect(body.intents).toMatchObject([
      { before: { eligible: true }, undoState: 'undone', after: { eligible: true } },
    ]);
  });

  it('begins early when its schedule is deleted', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(5_000);
    nomad.remove(home, 'chaos/schedule/n');
    world.pass(5_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'spec_deleted' }]);
  });

  it('is tried again with growing waits when it is refused', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) =>
      call.op === 'node-eligibility' && call.eligible && undos(member).length < 4 ? noLeader : undefined;
    world.schedule(home, 'n', disableNode({ duration: '2s' }));
    world.pass(30_000);
    expect(sinceFirst(undos(member))).toEqual([0, 252, 754, 1_756]);
    expect(member.notes('undo').map(each => each.outcome)).toEqual(['retry', 'retry', 'retry', 'undone']);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('never waits longer than five seconds between tries, and is stuck after a minute', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'node-eligibility' && call.eligible ? denied : undefined);
    world.schedule(home, 'n', disableNode({ duration: '2s' }));
    world.pass(100_000);
    const at = sinceFirst(undos(member));
    expect(Math.max(...at.map((each, i) => each - (at[i - 1] ?? 0)))).toBeLessThanOrEqual(5_010);
    expect(member.notes('stuck')).toMatchObject([
      { byHand: expect.stringContaining('nomad node eligibility -enable') },
    ]);
    expect(member.open()).toMatchObject([{ state: 'reverting', run: { stuck: {} } }]);
    member.fate = () => undefined;
    world.pass(10_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('leaves alone what an operator drains meanwhile', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode());
    world.pass(5_000);
    nomad.changeNode(node, { Drain: true });
    world.pass(30_000);
    expect(undos(member)).toEqual([]);
    expect(member.notes('undo')).toMatchObject([{ outcome: 'superseded' }]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
  });

  it('takes as long as its tries, also within a run that goes on', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) =>
      call.op === 'node-eligibility' && call.eligible && undos(member).length < 4 ? noLeader : undefined;
    const cordon = { fault: 'node-ineligible', duration: '5s' };
    const method = [cordon, { pause: '10s' }, cordon];
    const document = { version: 1, schedule: { at: 'now' }, target: { node: 'n1' }, method };
    world.schedule(home, 'n', { spec: JSON.stringify(document) });
    world.pass(60_000);
    const done = member.notes('undo').filter(({ outcome }) => outcome === 'undone');
    expect(done.map(({ latencyMs }) => latencyMs)).toEqual([expect.any(Number), expect.any(Number)]);
    const [slow = 0, quick = 0] = done.map(({ latencyMs }) => latencyMs);
    expect(slow).toBeGreaterThan(1_750);
    expect(slow).toBeLessThan(4_000);
    expect(quick).toBeLessThan(100);
  });

  it('is stuck after a minute though the wall clock was set back by an hour', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'node-eligibility' && call.eligible ? denied : undefined);
    world.schedule(home, 'n', disableNode({ duration: '2s' }));
    world.pass(10_000);
    world.clock.wall -= 3_600_000;
    world.pass(70_000);
    expect(member.notes('stuck')).toHaveLength(1);
  });

  it('is not late when the wall clock is set back by an hour', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode());
    world.pass(3_000);
    world.clock.wall -= 3_600_000;
    world.pass(9_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});

describe('a call that is applied after its undo', () => {
  it('is owed anew: the run is not done while it is in force', () => {
    const { world, nomad, node, member } = aScene(faults);
    const lost: Asked[] = [];
    let refuse = false;
    member.fate = asked => {
      const { call } = asked;
      if (call.op !== 'node-eligibility') return undefined;
      if (call.eligible) return refuse ? denied : undefined;
      if (lost.length > 0) return undefined;
      lost.push(asked);
      return ambiguous;
    };
    world.schedule(home, 'n', disableNode({ duration: '5s', recover_within: '10s' }));
    world.pass(40_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.open()).toMatchObject([{ state: 'reverting' }]);
    refuse = true;
    for (const { call } of lost) nomad.answer(call);
    world.pass(400_000);
    expect(member.open()).toMatchObject([{ state: 'reverting', run: { intents: [{ undoState: 'pending' }] } }]);
    expect(member.notes('stuck')).toHaveLength(1);
    refuse = false;
    world.pass(10_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.open()).toEqual([]);
  });

  it('is watched for ninety seconds after the last end without an answer', () => {
    const { world, nomad, node, member } = aScene(faults);
    const lost: Asked[] = [];
    member.fate = asked => {
      const { call } = asked;
      if (call.op !== 'node-eligibility' || call.eligible || lost.length > 0) return undefined;
      lost.push(asked);
      return ambiguous;
    };
    world.schedule(home, 'n', disableNode({ duration: '5s', recover_within: '5s' }));
    world.pass(80_000);
    for (const { call } of lost) nomad.answer(call);
    world.pass(5_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(undos(member)).toHaveLength(2);
    world.pass(30_000);
    expect(member.open()).toEqual([]);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('is watched as long when the wall clock is set %s by an hour', (_way, byMs) => {
    const { world, member } = aScene(faults);
    let lost = 0;
    member.fate = ({ call }) => {
      if (call.op !== 'node-eligibility' || call.eligible || lost > 0) return undefined;
      lost += 1;
      return ambiguous;
    };
    world.schedule(home, 'n', disableNode({ duration: '5s', recover_within: '5s' }));
    world.pass(15_000);
    world.clock.wall += byMs;
    world.pass(65_000);
    expect(member.open()).toMatchObject([{ state: 'reverting', run: { intents: [{ undoState: 'undone' }] } }]);
    world.pass(30_000);
    expect(member.open()).toEqual([]);
  });
});
