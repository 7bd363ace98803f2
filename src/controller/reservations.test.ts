import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, killWeb, wideLimits } from './scene.fixture.ts';

describe('two runs on one job', () => {
  it('that wait for the same thing do not wait for each other', () => {
    const { world, member } = aScene(faults, { max_namespace_percent: '100' });
    world.schedule('default', 'a', killWeb);
    world.pass(20_000);
    for (const name of ['b', 'c']) world.schedule('default', name, killWeb);
    world.pass(200_000);
    expect(member.open()).toEqual([]);
    expect(member.ended().map(each => each.verdict)).toEqual(['passed', 'passed', 'passed']);
  });

  it('hit it no closer together than the interval asked for', () => {
    const { world, member } = aScene(faults, { ...wideLimits, min_interval_per_job: '1m', max_runs_per_job: '2' });
    const at = new Date(world.clock.wall + 5_000).toISOString();
    for (const name of ['b', 'c']) world.schedule('default', name, { ...killWeb, at, seed: 'x' });
    world.pass(100_000);
    const hits = member.calls('alloc-signal').map(each => each.at);
    expect(hits).toHaveLength(2);
    expect((hits[1] ?? 0) - (hits[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(member.ended().map(each => each.verdict)).toEqual(['passed', 'passed']);
  });

  it('count it from the last step of a run, not from its first', () => {
    const { world, member } = aScene(faults, { ...wideLimits, min_interval_per_job: '5m' });
    const document = {
      version: 1,
      schedule: { at: 'now' },
      target: { job: 'web' },
      method: [{ fault: 'alloc-kill' }, { pause: '6m' }, { fault: 'alloc-kill' }],
      recovery: { within: '20m' },
    };
    world.schedule('default', 'two-steps', { spec: JSON.stringify(document) });
    world.pass(6 * 60_000 + 20_000);
    expect(member.ended()).toHaveLength(1);
    world.schedule('default', 'soon', killWeb);
    world.pass(4 * 60_000);
    expect(member.calls('alloc-signal')).toHaveLength(2);
    world.pass(60_000);
    expect(member.calls('alloc-signal')).toHaveLength(3);
  });

  it('take turns where one at a time is allowed', () => {
    const { world, member } = aScene(faults);
    for (const name of ['b', 'c']) world.schedule('default', name, killWeb);
    world.pass(1_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    world.pass(30_000);
    expect(member.calls('alloc-signal')).toHaveLength(2);
    expect(member.ended().map(each => each.verdict)).toEqual(['passed', 'passed']);
  });
});
