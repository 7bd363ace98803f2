import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, haltPath, killWebOften } from './scene.fixture.ts';
import { home, type Member, type World } from './world.fixture.ts';

const statuses = (member: Member) =>
  member.calls('write-variable').filter(({ call }) => call.path.startsWith('chaos/status/'));

function manySchedules(world: World, count: number): void {
  for (let i = 0; i < count; i += 1) world.schedule('default', `k${i}`, { ...killWebOften, every: '1h' });
}

/** The most that fell into any one second. */
function mostInASecond(at: readonly number[]): number {
  return Math.max(...at.map(from => at.filter(each => each >= from && each < from + 1_000).length));
}

describe('the budget of writes', () => {
  it('lets a burst of statuses through, then as many as are allowed a second, until all are written', () => {
    const { world, member } = aScene(faults);
    manySchedules(world, 200);
    world.pass(30_000);
    const at = statuses(member).map(each => each.at);
    expect(at).toHaveLength(200);
    expect(mostInASecond(at)).toBeLessThanOrEqual(30 + 20);
    expect(mostInASecond(at.filter(each => each > (at[0] ?? 0) + 1_000))).toBeLessThanOrEqual(21);
  });

  it('writes those that waited longest first, each once', () => {
    const { world, nomad, member } = aScene(faults);
    manySchedules(world, 100);
    world.pass(20_000);
    const before = statuses(member).length;
    nomad.put(home, haltPath, { reason: 'x' });
    world.pass(20_000);
    const paths = statuses(member)
      .slice(before)
      .map(({ call }) => call.path);
    expect(paths).toEqual(Array.from({ length: 100 }, (_, i) => `chaos/status/k${i}`));
  });

  it('never makes a record wait, however many statuses do', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'often', { ...killWebOften, every: '8s' });
    world.pass(5_000);
    manySchedules(world, 150);
    world.pass(3_050);
    const [sent] = member.calls('alloc-signal');
    expect((sent?.at ?? 0) - 12_000).toBeLessThan(20);
    expect(member.controller.core.writes.waiting.size).toBeGreaterThan(0);
  });

  it('does not look at every waiting schedule whenever there is room for one', () => {
    const { world, member } = aScene(faults);
    manySchedules(world, 200);
    world.pass(1_500);
    const { core } = member.controller;
    expect(core.writes.waiting.size).toBeGreaterThan(100);
    const before = core.writes.waiting.size;
    const at = core.deadlines.next() ?? 0;
    world.pass(at - world.clock.mono);
    expect(before - core.writes.waiting.size).toBeLessThanOrEqual(2);
  });
});
