import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import {
  ambiguous,
  aScene,
  denied,
  disableNode,
  haltPath,
  killWeb,
  noLeader,
  refused,
  stopWeb,
} from './scene.fixture.ts';
import type { Answer } from './types.ts';
import { type Asked, home } from './world.fixture.ts';

/** The first call that makes a node ineligible is not answered; those after it are answered so. */
function lostThen(answer: Answer) {
  const lost: Asked[] = [];
  const fate = (asked: Asked) => {
    const { call } = asked;
    if (call.op !== 'node-eligibility' || call.eligible) return undefined;
    if (lost.length > 0) return answer;
    lost.push(asked);
    return ambiguous;
  };
  return { lost, fate };
}

describe('a call without an answer', () => {
  it.each<[string, Answer, number]>([
    ['a refusal', denied, 20_000],
    ['half a minute of no leader', noLeader, 50_000],
    ['half a minute of no connection', refused('unreachable'), 50_000],
  ])('stays unknown after %s of its repetition, and is undone when it is applied late', (_what, then, lateMs) => {
    const { world, nomad, node, member } = aScene(faults);
    const { lost, fate } = lostThen(then);
    member.fate = fate;
    world.schedule(home, 'n', disableNode({ duration: '5s', recover_within: '5s' }));
    world.pass(lateMs);
    expect(member.open()).toMatchObject([{ run: { intents: [{ state: 'unknown', ambiguous: true }] } }]);
    const [late] = lost;
    if (late !== undefined) nomad.answer(late.call);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
    world.pass(10_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    world.pass(120_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'unknown_effect' }]);
  });

  it('is decided by what is seen of its effect', () => {
    const { world, member } = aScene(faults);
    member.fate = asked => {
      if (asked.call.op !== 'alloc-signal') return undefined;
      world.nomad.answer(asked.call);
      return ambiguous;
    };
    world.schedule('default', 'k', killWeb);
    world.pass(10_000);
    expect(member.notes('injection')).toMatchObject([{ outcome: 'unknown' }]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('is never sent again where it has no token', () => {
    const { world, member } = aScene(faults);
    member.fate = asked => (asked.call.op === 'alloc-signal' ? ambiguous : undefined);
    world.schedule('default', 'k', { ...killWeb, recover_within: '20s' });
    world.pass(60_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'unknown_effect' }]);
  });

  it('stays unknown when it left after its time, whatever is seen', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = asked => (asked.call.op === 'alloc-signal' ? 'never' : undefined);
    world.schedule('default', 'k', { ...killWeb, recover_within: '20s' });
    world.pass(1_000);
    const [sent] = member.calls('alloc-signal');
    if (sent?.notAfter === undefined) throw new Error('nothing was sent');
    world.freeze(sent.notAfter - world.clock.mono + 1);
    const answer = nomad.answer(sent.call);
    member.happen({ kind: 'answer', id: sent.id, call: sent.call, answer, sentAt: world.clock.mono });
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'unknown_effect' }]);
  });
});

describe('a call that was refused', () => {
  it('ends the run as refused by Nomad, with nothing to undo', () => {
    const { world, member } = aScene(faults);
    member.fate = asked => (asked.call.op === 'node-eligibility' ? denied : undefined);
    world.schedule(home, 'n', disableNode());
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'injection_refused' }]);
    expect(member.calls('node-eligibility')).toHaveLength(1);
  });

  it("is not undone where an operator did the same just before: it is the operator's", () => {
    const { world, nomad, node, member } = aScene(faults);
    member.fate = ({ call }) => {
      if (call.op === 'node-eligibility') nomad.changeNode(node, { SchedulingEligibility: 'ineligible' });
      return undefined;
    };
    world.schedule(home, 'n', disableNode());
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'injection_refused' }]);
    expect(member.calls('node-eligibility').map(({ call }) => call.eligible)).toEqual([false]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
  });
});

describe('a call that may be repeated', () => {
  it('is given up after half a minute though the wall clock was set back by an hour', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'alloc-stop' ? noLeader : undefined);
    world.schedule('default', 'k', { ...stopWeb, recover_within: '20s' });
    world.pass(5_000);
    expect(member.open()).toMatchObject([{ state: 'injecting' }]);
    world.clock.wall -= 3_600_000;
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'injection_refused' }]);
  });

  it('is repeated while a refusal passes by itself', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) =>
      call.op === 'alloc-stop' && member.calls('alloc-stop').length < 4 ? noLeader : undefined;
    world.schedule('default', 'k', stopWeb);
    world.pass(30_000);
    const tries = member.calls('alloc-stop');
    expect(tries.map(({ at }) => at - (tries[0]?.at ?? 0))).toEqual([0, 501, 1_002, 1_503]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('leaves once its targets were read again, where events were lost while its intent was written', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) =>
      call.op === 'write-variable' && call.items['state'] === 'injecting' ? { after: 100 } : undefined;
    world.schedule('default', 'k', killWeb);
    world.pass(60);
    expect(member.records().at(-1)?.call.items['state']).toBe('injecting');
    member.happen({ kind: 'stream-gap', key: 'jobs default', reason: 'lost' });
    world.pass(30_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('does not leave where its targets can not be read again', () => {
    const { world, member } = aScene(faults);
    let lost = false;
    member.fate = ({ call }) => {
      if (call.op === 'write-variable' && call.items['state'] === 'injecting') return { after: 100 };
      return lost && call.op === 'list-job-allocs' ? noLeader : undefined;
    };
    world.schedule('default', 'k', killWeb);
    world.pass(60);
    lost = true;
    member.happen({ kind: 'stream-gap', key: 'jobs default', reason: 'lost' });
    world.pass(30_000);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'withheld' }]);
  });

  it('is not repeated on the word of a halt that was not read for five seconds', () => {
    const { world, member } = aScene(faults);
    let sent = false;
    member.fate = ({ call }) => {
      if (call.op === 'alloc-stop') {
        sent = true;
        return noLeader;
      }
      return sent && call.op === 'read-variable' && call.path === haltPath ? noLeader : undefined;
    };
    world.schedule('default', 'k', stopWeb);
    world.pass(60_000);
    const tries = member.calls('alloc-stop');
    expect(tries.length).toBeGreaterThan(1);
    expect((tries.at(-1)?.at ?? 0) - (tries[0]?.at ?? 0)).toBeLessThanOrEqual(5_000);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'withheld' }]);
  });

  it('is not repeated once its schedule was deleted', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'alloc-stop' ? noLeader : undefined);
    world.schedule('default', 'k', stopWeb);
    world.pass(1_000);
    nomad.remove('default', 'chaos/schedule/k');
    world.pass(50);
    const before = member.calls('alloc-stop').length;
    expect(before).toBeGreaterThan(0);
    world.pass(30_000);
    expect(member.calls('alloc-stop')).toHaveLength(before);
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'spec_deleted' }]);
  });
});

describe('one target of several', () => {
  it('is tried again though those that were hit are no longer as they were', () => {
    const { world, member } = aScene(faults);
    const tries = new Map<string, number>();
    member.fate = ({ call }) => {
      if (call.op !== 'alloc-stop') return undefined;
      tries.set(call.alloc, (tries.get(call.alloc) ?? 0) + 1);
      const [first] = tries.keys();
      return call.alloc !== first && tries.get(call.alloc) === 1 ? noLeader : undefined;
    };
    world.schedule('default', 'k', { ...stopWeb, target_count: '2' });
    world.pass(30_000);
    expect([...tries.values()]).toEqual([1, 2]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});

describe('calls behind others of their run', () => {
  it('are withheld by a halt that comes before their turn', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.addJob('big', 20);
    member.fate = ({ call }) => (call.op === 'alloc-signal' ? { after: 1_500 } : undefined);
    world.schedule('default', 'k', { ...killWeb, target_job: 'big', target_mode: 'all' });
    world.pass(100);
    const onTheirWay = member.calls('alloc-signal').length;
    expect(onTheirWay).toBe(8);
    nomad.put(home, haltPath, { reason: 'enough' });
    world.pass(60_000);
    expect(member.calls('alloc-signal')).toHaveLength(onTheirWay);
    expect(member.notes('injection').filter(each => each.outcome === 'withheld')).toHaveLength(12);
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'halted' }]);
  });

  it('all leave when nothing comes between', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.addJob('big', 20);
    world.schedule('default', 'k', { ...killWeb, target_job: 'big', target_mode: 'all' });
    world.pass(60_000);
    const allocs = member.calls('alloc-signal').map(({ call }) => call.alloc);
    expect(new Set(allocs).size).toBe(20);
    expect(allocs).toHaveLength(20);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});

describe('an intent whose record was acknowledged too late', () => {
  it('is withheld: what it was judged by is old', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => {
      const holds = call.op === 'write-variable' && call.items['state'] === 'injecting';
      return holds && world.clock.mono < 400_000 ? noLeader : undefined;
    };
    world.schedule('default', 'k', { ...killWeb, start_deadline: '10s' });
    world.pass(500_000);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'withheld' }]);
  });
});
