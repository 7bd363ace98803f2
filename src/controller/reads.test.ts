import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, denied, killWeb, killWebOften, noLeader } from './scene.fixture.ts';
import type { Asked } from './world.fixture.ts';

const isOld = ({ call }: Asked) => call.op === 'list-job-allocs';

describe('a read', () => {
  it('is shared by all who wait for it', () => {
    const { world, member } = aScene(faults, {
      max_namespace_percent: '100',
      max_runs_per_job: '3',
      min_interval_per_job: '0s',
    });
    const before = member.calls('read-job').length;
    for (const name of ['a', 'b', 'c']) world.schedule('default', name, killWeb);
    world.pass(1);
    expect(member.calls('read-job')).toHaveLength(before + 1);
    expect(member.open()).toHaveLength(3);
  });

  it('that failed is tried again after a second, and the run waits for it', () => {
    const { world, member } = aScene(faults);
    let failing = 2;
    member.fate = ({ call }) => {
      if (call.op !== 'read-job' || failing === 0) return undefined;
      failing -= 1;
      return noLeader;
    };
    world.schedule('default', 'k', killWeb);
    world.pass(30_000);
    const [first = 0, second = 0, third = 0] = member.calls('read-job').map(each => each.at);
    expect([second - first, third - second]).toEqual([1_001, 1_001]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('that is denied ends the run, and says what is missing', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'read-job' ? denied : undefined);
    world.schedule('default', 'k', killWeb);
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'denied' }]);
    expect(member.notes('denied')).toMatchObject([{ what: 'read-job default/web' }]);
  });

  it('that answers from before what was read is asked again a few times a second, not without pause', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', killWebOften);
    world.pass(25_000);
    const before = member.calls('list-job-allocs').length;
    member.fate = asked => (isOld(asked) ? { kind: 'ok', index: 500, value: nomad.allocsOf('web') } : undefined);
    world.pass(22_000);
    const count = member.calls('list-job-allocs').length - before;
    expect(count).toBeGreaterThan(2);
    expect(count).toBeLessThanOrEqual(88);
    expect(member.notes('resync')[0]?.reason).toMatch(/^list-job-allocs default\/web: index went back/);
    member.fate = () => undefined;
    world.pass(30_000);
    expect(member.open()).toEqual([]);
  });

  it('from a server that was restored is believed in the end', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWebOften, every: '1m' });
    world.pass(65_000);
    const ended = member.ended().length;
    member.fate = asked => (isOld(asked) ? { kind: 'ok', index: 500, value: nomad.allocsOf('web') } : undefined);
    world.pass(180_000);
    expect(member.ended().length).toBeGreaterThan(ended);
  });
});
