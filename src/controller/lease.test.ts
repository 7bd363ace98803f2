import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import {
  ambiguous,
  anEmptyScene,
  aScene,
  denied,
  disableNode,
  killWebOften,
  noLeader,
  refused,
} from './scene.fixture.ts';
import { type Asked, home, type Member } from './world.fixture.ts';

const renews = ({ call }: Asked) => call.op === 'lock-renew';
const claims = (member: Member) => member.records().filter(({ call }) => call.items['state'] === 'queued');

describe('the lease', () => {
  it('is taken at the start, and renewed every three seconds from then', () => {
    const { world, member } = aScene(faults);
    world.pass(20_000);
    const [acquired] = member.calls('lock-acquire');
    expect(acquired?.call).toMatchObject({ namespace: home, path: 'chaos/control/leader', ttl: '10s', delay: '1s' });
    const at = member.calls('lock-renew').map(each => each.at - (acquired?.at ?? 0));
    expect(at).toEqual([3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 21_000]);
    expect(member.summary()).toMatchObject({ leading: true, term: member.controller.core.lease.term });
  });

  it('that another holds is asked for every three seconds, without a word', () => {
    const { world } = anEmptyScene(faults);
    const first = world.start();
    world.pass(100);
    const second = world.start({ name: 'b' });
    world.pass(30_000);
    expect(second.summary().leading).toBe(false);
    expect(second.calls('lock-acquire').length).toBeGreaterThanOrEqual(10);
    expect(second.notes('trouble')).toEqual([]);
    first.crash();
    world.pass(15_000);
    expect(second.summary().leading).toBe(true);
  });

  it('that was taken away ends leadership at once, and forgets what only a leader may act on', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(1_000);
    expect(member.open()).toHaveLength(1);
    member.fate = ({ call }) => (call.op === 'lock-acquire' ? refused('conflict') : undefined);
    nomad.breakLock();
    world.pass(3_000);
    expect(member.notes('leader').map(each => each.leading)).toEqual([true, false]);
    expect(member.summary()).toMatchObject({ leading: false, leaseRemainingSeconds: 0 });
    expect(member.open()).toEqual([]);
    const before = member.asked.length;
    world.pass(20_000);
    const written = member.asked
      .slice(before)
      .filter(({ call }) => call.op === 'write-variable' || call.op === 'node-eligibility');
    expect(written).toEqual([]);
    member.fate = () => undefined;
    world.pass(5_000);
    expect(member.summary().leading).toBe(true);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
  });

  it.each([
    ['no leader', noLeader],
    ['no answer', ambiguous],
    ['a denial', denied],
  ])('whose renewal ends in %s goes on until its time is over, and no longer', (_what, answer) => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '12s' }));
    world.pass(2_000);
    member.fate = asked => (renews(asked) ? answer : undefined);
    const [last] = member.calls('lock-renew');
    world.pass((last?.at ?? 0) + 9_999 - world.clock.mono);
    expect(member.summary()).toMatchObject({ leading: true, leaseRemainingSeconds: 0.001 });
    world.pass(300);
    expect(member.summary()).toMatchObject({ leading: false, leaseRemainingSeconds: 0 });
    expect(member.open()).toHaveLength(1);
    const before = member.asked.length;
    world.pass(20_000);
    const kinds = new Set(member.asked.slice(before).map(({ call }) => call.op));
    expect(kinds).not.toContain('node-eligibility');
    expect(kinds).not.toContain('write-variable');
    member.fate = () => undefined;
    world.pass(20_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toHaveLength(1);
  });

  it('is renewed four times a second while that fails', () => {
    const { world, member } = aScene(faults);
    member.fate = asked => (renews(asked) ? noLeader : undefined);
    const before = member.calls('lock-renew').length;
    world.pass(5_000);
    const count = member.calls('lock-renew').length - before;
    expect(count).toBeGreaterThan(6);
    expect(count).toBeLessThanOrEqual(21);
  });

  it.each([0, 7_000, 14_000])('that lapsed and held after all lets schedules go on (%d ms later)', offset => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', killWebOften);
    world.pass(70_000 + offset);
    const failsUntil = world.clock.mono + 16_000;
    member.fate = asked => (renews(asked) && world.clock.mono < failsUntil ? ambiguous : undefined);
    world.pass(16_000);
    const before = claims(member).length;
    world.pass(200_000);
    expect(member.summary().leading).toBe(true);
    expect(claims(member).length - before).toBeGreaterThanOrEqual(9);
  });

  it('that lapsed while the records were being read lets schedules go on', () => {
    const { world, nomad } = anEmptyScene(faults);
    world.schedule('default', 'k', killWebOften);
    nomad.put(home, 'chaos/runs/x_y_20200101T000000Z', { v: '1', state: 'done', undo: '', body: '{}' });
    const member = world.start();
    member.fate = ({ call }) => {
      const late = call.op === 'read-variable' && call.path.startsWith('chaos/runs/') && world.clock.mono < 13_000;
      return late || (call.op === 'lock-renew' && world.clock.mono < 14_000) ? ambiguous : undefined;
    };
    world.pass(120_000);
    expect(member.summary().leading).toBe(true);
    expect(claims(member).length).toBeGreaterThanOrEqual(4);
  });

  it('is not trusted after a sleep until it was renewed', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', killWebOften);
    world.pass(19_990);
    const before = member.asked.length;
    world.freeze(10_500);
    member.happen({ kind: 'timer' });
    const sent = member.asked.slice(before).map(({ call }) => call.op);
    expect(sent).not.toContain('write-variable');
    expect(sent).toContain('lock-renew');
    world.pass(3_000);
    expect(claims(member)).toHaveLength(1);
  });
});
