import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, denied, haltPath, killWeb, killWebOften } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const path = 'chaos/status/k';
const writes = (member: Member) => member.calls('write-variable').filter(({ call }) => call.path === path);
const hourly = { ...killWebOften, every: '1h' };

describe('the status of a schedule', () => {
  it('answers where the schedule was written: accepted, with its index and next run', () => {
    const { world, nomad } = aScene(faults);
    world.schedule('default', 'k', hourly);
    const written = nomad.index;
    world.pass(1_000);
    expect(world.status('default', 'k')).toEqual({
      state: 'accepted',
      observed_index: String(written),
      next_run: '2026-11-24T11:00:03Z',
      updated_at: expect.stringMatching(/^2026-11-24T10:00:03/),
    });
  });

  it('names what is wrong, what is allowed, and the nearest word', () => {
    const { world } = aScene(faults);
    world.schedule('default', 'k', { ...hourly, fault: 'alloc-kil' });
    world.pass(1_000);
    expect(world.status('default', 'k')).toMatchObject({
      state: 'rejected',
      error_key: 'fault',
      error_found: 'alloc-kil',
      did_you_mean: 'alloc-kill',
    });
  });

  it.each([
    ['suspended', { ...hourly, suspend: 'true' }],
    ['done', killWeb],
  ])('says %s', (state, items) => {
    const { world } = aScene(faults);
    world.schedule('default', 'k', items);
    world.pass(30_000);
    expect(world.status('default', 'k')).toMatchObject({ state });
  });

  it('is not written again while nothing changed', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', hourly);
    world.pass(600_000);
    expect(writes(member)).toHaveLength(1);
  });

  it('is written at most once a second, with the last word', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', hourly);
    world.pass(100);
    for (let i = 0; i < 20; i += 1) {
      if (i % 2 === 0) nomad.put(home, haltPath, { reason: 'x' });
      else nomad.remove(home, haltPath);
      world.pass(100);
    }
    nomad.put(home, haltPath, { reason: 'x' });
    world.pass(5_000);
    const at = writes(member).map(each => each.at);
    expect(at.length).toBeGreaterThan(1);
    expect(Math.min(...at.slice(1).map((each, i) => each - (at[i] ?? 0)))).toBeGreaterThanOrEqual(1_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'halted' });
  });

  it('goes with its schedule', () => {
    const { world, nomad } = aScene(faults);
    world.schedule('default', 'k', hourly);
    world.pass(5_000);
    nomad.remove('default', 'chaos/schedule/k');
    world.pass(5_000);
    expect(world.status('default', 'k')).toBeUndefined();
  });

  it('goes with its schedule even when it was being written just then', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'write-variable' && call.path === path ? { after: 50 } : undefined);
    world.schedule('default', 'k', hourly);
    world.pass(20);
    nomad.remove('default', 'chaos/schedule/k');
    world.pass(60_000);
    expect(world.status('default', 'k')).toBeUndefined();
  });

  it('that somebody else wrote meanwhile is written over', () => {
    const { world, nomad } = aScene(faults);
    world.schedule('default', 'k', hourly);
    world.pass(2_000);
    nomad.put('default', path, { state: 'fine' });
    world.schedule('default', 'k', { ...hourly, suspend: 'true' });
    world.pass(5_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'suspended' });
  });

  it('that may not be written is tried seldom, and told', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'write-variable' && call.path === path ? denied : undefined);
    world.schedule('default', 'k', hourly);
    world.pass(65_000);
    expect(writes(member)).toHaveLength(3);
    expect(member.notes('denied').at(-1)).toMatchObject({ what: 'write default:chaos/status/k' });
  });

  it('does not go back to an older run when leadership comes back', () => {
    const { world, nomad, member: a } = aScene(faults);
    world.schedule('default', 'k', killWebOften);
    world.pass(30_000);
    const first = world.status('default', 'k')?.['last_run'];
    nomad.breakLock();
    const b = world.start({ name: 'b' });
    world.pass(70_000);
    expect(a.summary().leading).toBe(false);
    const second = world.status('default', 'k')?.['last_run'] ?? '';
    expect(second > (first ?? '')).toBe(true);
    b.crash();
    const before = writes(a).length;
    world.pass(40_000);
    expect(a.summary().leading).toBe(true);
    const runs = writes(a)
      .slice(before)
      .map(({ call }) => call.items['last_run'] ?? '');
    expect(runs.length).toBeGreaterThan(0);
    expect(runs.every(run => run >= second)).toBe(true);
  });
});
