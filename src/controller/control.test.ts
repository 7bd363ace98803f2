import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import {
  anEmptyScene,
  aScene,
  denied,
  disableNode,
  haltPath,
  killWeb,
  limitsPath,
  noLeader,
  stopWeb,
} from './scene.fixture.ts';
import { type Asked, home } from './world.fixture.ts';

const readsHalt = ({ call }: Asked) => call.op === 'read-variable' && call.path === haltPath;
const readsLimits = ({ call }: Asked) => call.op === 'read-variable' && call.path === limitsPath;

describe('limits', () => {
  it('that may not be read let nothing start', () => {
    const { world } = anEmptyScene(faults, { max_concurrent_runs: '0' });
    const member = world.start();
    member.fate = asked => (readsLimits(asked) ? denied : undefined);
    world.pass(3_000);
    world.schedule('default', 'k', killWeb);
    world.pass(20_000);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.controller.core.limits.state).toBe('unread');
    expect(member.open()).toMatchObject([{ state: 'admitted' }]);
  });

  it('that are not there are the defaults, as soon as their own list says so', () => {
    const { world, nomad } = anEmptyScene(faults);
    nomad.remove(home, limitsPath);
    world.schedule('default', 'k', killWeb);
    const member = world.start({ namespaces: ['default', 'other'] });
    let held = false;
    member.fate = ({ call }) => {
      if (held || call.op !== 'list-variables' || call.namespace !== 'other') return undefined;
      held = true;
      return { after: 3_000 };
    };
    world.pass(2_000);
    expect(member.controller.core.limits.state).toBe('valid');
    world.pass(20_000);
    expect(member.notes('gate').map(each => each.reason)).not.toContain('limits_invalid');
  });

  it('that are invalid let no new run start, and the run says why', () => {
    const { world, member } = aScene(faults, { max_concurrent_runs: 'many' });
    world.schedule('default', 'k', killWeb);
    world.pass(10_000);
    expect(member.notes('limits')).toMatchObject([
      { valid: false, message: expect.stringContaining('max_concurrent_runs') },
    ]);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'limits_invalid' }]);
  });

  it('go back to the defaults when they are deleted', () => {
    const { world, nomad, member } = aScene(faults, { max_concurrent_runs: '0' });
    nomad.remove(home, limitsPath);
    world.pass(100);
    expect(member.controller.core.limits).toMatchObject({ state: 'valid', limits: { maxConcurrentRuns: 10 } });
  });
});

describe('a halt', () => {
  it.each([home, 'default'])('in %s ends what is in force there', namespace => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.schedule('default', 'k', { ...stopWeb, at: new Date(world.clock.wall + 10_000).toISOString() });
    world.pass(3_000);
    nomad.put(namespace, haltPath, { reason: 'enough' });
    world.pass(30_000);
    const ended = member.ended().map(each => [each.schedule, each.verdict, each.reason]);
    expect(ended).toContainEqual(['k', 'aborted', 'halted']);
    if (namespace === home) expect(ended).toContainEqual(['n', 'aborted', 'halted']);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe(namespace === home ? 'eligible' : 'ineligible');
    expect(member.calls('alloc-stop')).toEqual([]);
  });

  it('that came while it was being read is read once more', () => {
    const { world, nomad, member } = aScene(faults);
    const slow = new Set<string>();
    let isSlow = true;
    member.fate = asked => {
      if (!isSlow || !readsHalt(asked)) return undefined;
      slow.add(asked.id);
      return { after: 400, answer: nomad.answer(asked.call) };
    };
    world.pass(6_000);
    world.schedule('default', 'k', stopWeb);
    world.pass(50);
    expect(slow.size).toBeGreaterThan(0);
    isSlow = false;
    nomad.put(home, haltPath, { reason: 'stop' });
    world.pass(60_000);
    expect(member.calls('alloc-stop')).toEqual([]);
    expect(member.notes('halt')).toMatchObject([{ namespace: home, halted: true, reason: 'stop' }]);
    expect(member.ended()).toMatchObject([{ verdict: expect.stringMatching(/aborted|refused/), reason: 'halted' }]);
  });

  it('ends by itself when its time is over', () => {
    const { world, nomad, member } = aScene(faults);
    const hour = 3_600_000;
    world.schedule('default', 'k', { ...killWeb, at: new Date(world.clock.wall + 50 * hour).toISOString() });
    nomad.put(home, haltPath, { until: new Date(world.clock.wall + 10_000).toISOString() });
    world.pass(5_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'halted' });
    world.pass(7_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted' });
    expect(member.notes('halt').map(each => each.halted)).toEqual([true, false]);
  });

  it('whose time can not be read holds until it is deleted', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.put(home, haltPath, { until: 'tomorrow' });
    world.pass(600_000);
    expect(member.summary().halted).toMatchObject([{ namespace: home }]);
    nomad.remove(home, haltPath);
    world.pass(1_000);
    expect(member.summary().halted).toEqual([]);
  });

  it('is read every two seconds while something is in force', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '60s' }));
    world.pass(1_000);
    const from = member.asked.length;
    world.pass(30_000);
    const at = member.asked
      .slice(from)
      .filter(readsHalt)
      .map(each => each.at);
    expect(at.length).toBeGreaterThanOrEqual(14);
    expect(Math.max(...at.slice(1).map((each, i) => each - (at[i] ?? 0)))).toBeLessThanOrEqual(2_010);
  });

  it('that may not be read any more is as good as one', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(3_000);
    member.fate = asked => (readsHalt(asked) ? denied : undefined);
    world.pass(30_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'halt_unreadable' }]);
  });

  it('whose absence was never read lets nothing start, and is not asked for without pause', () => {
    const { world } = anEmptyScene(faults);
    world.schedule('default', 'k', killWeb);
    const member = world.start();
    member.fate = asked => (readsHalt(asked) ? noLeader : undefined);
    world.pass(500);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.open()).toMatchObject([{ state: 'admitted' }]);
    expect(member.summary().waitingFor).toEqual(['sirocco:halt', 'default:halt']);
    expect(member.asked.filter(readsHalt).length).toBeLessThanOrEqual(10);
  });

  it('is not undone by an answer older than the one that told of it', () => {
    const { world, nomad, member } = aScene(faults);
    const old = nomad.answer({ op: 'read-variable', namespace: home, path: haltPath });
    nomad.put(home, haltPath, { reason: 'stop' });
    world.pass(100);
    let stale = 3;
    member.fate = asked => {
      if (!readsHalt(asked) || stale === 0) return undefined;
      stale -= 1;
      return old;
    };
    nomad.put(home, haltPath, { reason: 'still' });
    world.pass(500);
    expect(member.summary().halted).toEqual([{ namespace: home, reason: 'stop' }]);
    world.pass(1_000);
    expect(stale).toBe(0);
    expect(member.summary().halted).toEqual([{ namespace: home, reason: 'still' }]);
  });
});
