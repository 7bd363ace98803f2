import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { anEmptyScene, aScene, disableNode, killWeb, killWebOften, wideLimits } from './scene.fixture.ts';
import { home, type Member, type World } from './world.fixture.ts';

const claims = (member: Member) => member.records().filter(({ call }) => call.items['state'] === 'queued');
const inMs = (world: World, ms: number) => new Date(world.clock.wall + ms).toISOString();

describe('a schedule', () => {
  it('claims each of its ticks once, by an id that tells the tick', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', killWebOften);
    world.pass(70_000);
    expect(claims(member).map(({ call }) => call.path)).toEqual([
      'chaos/runs/default_k_20261124T100023Z',
      'chaos/runs/default_k_20261124T100043Z',
      'chaos/runs/default_k_20261124T100103Z',
    ]);
    expect(claims(member).every(({ call }) => call.cas === 0)).toBe(true);
  });

  it('counts ticks that nobody could start in time as missed', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWebOften, start_deadline: '5s' });
    world.pass(1_000);
    world.freeze(200_000);
    world.pass(20_000);
    expect(member.notes('tick').filter(each => each.outcome === 'missed').length).toBeGreaterThanOrEqual(8);
    expect(Number(world.status('default', 'k')?.['missed'])).toBeGreaterThanOrEqual(8);
    expect(claims(member).length).toBeLessThanOrEqual(2);
  });

  it('lets no second run begin while one is open, and says so', () => {
    const { world, member } = aScene(faults);
    const { at: _, ...lasting } = disableNode({ duration: '50s' });
    world.schedule(home, 'n', { ...lasting, every: '20s' });
    world.pass(65_000);
    expect(claims(member)).toHaveLength(1);
    expect(member.notes('tick')).toMatchObject([{ outcome: 'forbidden' }, { outcome: 'forbidden' }]);
  });

  it('that becomes invalid starts nothing more, and the one beside it goes on', () => {
    const { world, member } = aScene(faults);
    for (const name of ['k', 'l']) world.schedule('default', name, killWebOften);
    world.pass(1_000);
    world.schedule('default', 'k', { ...killWebOften, every: 'often' });
    world.pass(60_000);
    const names = new Set(claims(member).map(({ call }) => call.path.split('_')[1]));
    expect([...names]).toEqual(['l']);
  });

  it('is looked at again when the wall clock jumps', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWeb, at: inMs(world, 3_600_000), start_deadline: '10m' });
    world.pass(5_000);
    world.clock.wall += 3_600_000;
    world.pass(10_000);
    expect(claims(member)).toHaveLength(1);
  });

  it('is not taken for deleted while it is still being read at a takeover', () => {
    const { world, nomad, node } = anEmptyScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '5m' }));
    const a = world.start();
    world.pass(3_000);
    expect(a.open()).toMatchObject([{ state: 'holding' }]);
    a.crash();
    nomad.breakLock();
    const b = world.start({ name: 'b' });
    b.fate = ({ call }) =>
      call.op === 'read-variable' && call.path === 'chaos/schedule/n' && world.clock.mono < 9_000
        ? { after: 6_000 }
        : undefined;
    world.pass(20_000);
    expect(b.open()).toMatchObject([{ state: 'holding' }]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
    nomad.remove(home, 'chaos/schedule/n');
    world.pass(30_000);
    expect(b.ended()).toMatchObject([{ verdict: 'aborted', reason: 'spec_deleted' }]);
  });
});

describe('many schedules that are due together', () => {
  it('all get their turn within their deadline, though few may run at once', () => {
    const { world, nomad, member } = aScene(faults, { ...wideLimits, max_concurrent_runs: '2' });
    const at = inMs(world, 5_000);
    for (let i = 0; i < 8; i += 1) {
      nomad.addJob(`j${i}`, 4);
      world.schedule('default', `k${i}`, { fault: 'alloc-kill', target_job: `j${i}`, at });
    }
    world.pass(60_000);
    expect(member.open()).toEqual([]);
    expect(member.ended().map(each => each.verdict)).toEqual(Array.from({ length: 8 }, () => 'passed'));
  });

  it('are not all claimed at once: a claim that can only wait is left to whoever leads then', () => {
    const { world, nomad, member } = aScene(faults, { ...wideLimits, max_concurrent_runs: '2' });
    const at = inMs(world, 5_000);
    for (let i = 0; i < 20; i += 1) {
      nomad.addJob(`j${i}`, 4);
      world.schedule('default', `k${i}`, { fault: 'alloc-kill', target_job: `j${i}`, at });
    }
    world.pass(5_100);
    expect(member.open().length).toBeLessThanOrEqual(6);
    world.pass(120_000);
    expect(member.ended().map(each => each.verdict)).toEqual(Array.from({ length: 20 }, () => 'passed'));
  });
});
