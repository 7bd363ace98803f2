import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { ambiguous, anEmptyScene, aScene, disableNode, killWeb, killWebOften, noLeader } from './scene.fixture.ts';
import { type Asked, home } from './world.fixture.ts';

describe('a takeover', () => {
  it('undoes what its predecessor sent without an answer, as often as that is applied', () => {
    const { world, nomad, node, member: a } = aScene(faults);
    const late: Asked[] = [];
    a.fate = asked => {
      if (asked.call.op !== 'node-eligibility') return undefined;
      late.push(asked);
      return 'never';
    };
    world.schedule(home, 'n', disableNode({ duration: '5s', recover_within: '10s' }));
    world.pass(100);
    a.happen({ kind: 'stop', mode: 'handover' });
    world.pass(100);
    const b = world.start({ name: 'b' });
    world.pass(50_000);
    expect(b.open()).toMatchObject([{ state: 'reverting', run: { intents: [{ state: 'unknown', inherited: true }] } }]);
    for (const { call } of late) nomad.answer(call);
    expect(late).toHaveLength(1);
    world.pass(5_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    world.pass(200_000);
    expect(b.ended()).toMatchObject([{ verdict: 'failed', reason: 'unknown_effect' }]);
  });

  it('judges no recovery before it has read the job that was hit, however late it comes', () => {
    const { world, nomad, member: a } = aScene(faults);
    a.fate = ({ call }) => (call.op === 'write-variable' && call.items['state'] === 'reporting' ? 'never' : undefined);
    world.schedule('default', 'stop', {
      fault: 'job-stop',
      target_job: 'web',
      at: 'now',
      duration: '2s',
      recover_within: '10s',
    });
    world.pass(8_000);
    expect(a.records().at(-1)?.call.items['state']).toBe('reporting');
    a.crash();
    nomad.breakLock();
    world.pass(60_000);
    const b = world.start({ name: 'b' });
    world.pass(120_000);
    expect(b.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('is not over before every record was read, and nothing starts meanwhile', () => {
    const { world, nomad } = anEmptyScene(faults);
    nomad.put(home, 'chaos/runs/default_old_20261124T090000Z', { v: '1', state: 'done', undo: '', body: '{}' });
    world.schedule('default', 'k', killWeb);
    const member = world.start();
    let failing = 3;
    member.fate = ({ call }) => {
      if (call.op !== 'read-variable' || !call.path.startsWith('chaos/runs/') || failing === 0) return undefined;
      failing -= 1;
      return noLeader;
    };
    world.pass(1_400);
    expect(member.summary().leading).toBe(false);
    expect(member.records()).toEqual([]);
    world.pass(600);
    expect(member.summary().leading).toBe(true);
    world.pass(30_000);
    expect(
      member
        .ended()
        .map(each => each.id)
        .sort(),
    ).toEqual(['default_k_20261124T100000Z', 'default_old_20261124T090000Z'].sort());
  });

  it('believes no list of records that is older than its lock', () => {
    const { world, nomad } = anEmptyScene(faults);
    const old = { kind: 'ok', index: nomad.index, value: [] } as const;
    const member = world.start();
    let stale = 2;
    member.fate = ({ call }) => {
      if (call.op !== 'list-variables' || call.prefix !== 'chaos/runs/' || stale === 0) return undefined;
      stale -= 1;
      return old;
    };
    world.pass(900);
    expect(member.summary().leading).toBe(false);
    world.pass(300);
    expect(member.summary().leading).toBe(true);
  });

  it('claims no tick that was claimed before it', () => {
    const { world, member: a } = aScene(faults);
    world.schedule('default', 'k', killWebOften);
    world.pass(45_000);
    a.crash();
    const b = world.start({ name: 'b' });
    world.pass(60_000);
    const path = 'chaos/runs/default_k_20261124T1';
    const claims = (each: typeof a) =>
      each
        .records()
        .filter(({ call }) => call.cas === 0)
        .map(({ call }) => call.path.slice(path.length));
    expect(claims(a)).toEqual(['00023Z', '00043Z']);
    expect(claims(b).every(each => !claims(a).includes(each))).toBe(true);
    expect(claims(b).length).toBeGreaterThanOrEqual(2);
  });

  it('finds a claim that a predecessor made and that was applied late', () => {
    const { world, nomad, member: a } = aScene(faults);
    const late: Asked[] = [];
    a.fate = asked => {
      if (asked.call.op !== 'write-variable' || !asked.call.path.startsWith('chaos/runs/')) return undefined;
      late.push(asked);
      return ambiguous;
    };
    world.schedule('default', 'k', { ...killWeb, start_deadline: '1m' });
    world.pass(50);
    a.crash();
    nomad.remove('default', 'chaos/schedule/k');
    const b = world.start({ name: 'b' });
    world.pass(20_000);
    expect(b.summary().leading).toBe(true);
    const [claim] = late;
    if (claim !== undefined) nomad.answer(claim.call);
    world.pass(120_000);
    expect(b.calls('alloc-signal')).toEqual([]);
    expect(b.ended()).toMatchObject([{ schedule: 'k', verdict: 'aborted', reason: 'spec_deleted' }]);
  });

  it('looks for late records again and again, also after its lease had lapsed', () => {
    const { world, member } = aScene(faults);
    world.pass(7_000);
    const failsUntil = world.clock.mono + 16_000;
    member.fate = ({ call }) => (call.op === 'lock-renew' && world.clock.mono < failsUntil ? ambiguous : undefined);
    world.pass(300_000);
    const at = member
      .calls('list-variables')
      .filter(({ call }) => call.prefix === 'chaos/runs/')
      .map(each => each.at);
    expect(at.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...at.slice(1).map((each, i) => each - (at[i] ?? 0)))).toBeLessThanOrEqual(112_000);
  });
});
