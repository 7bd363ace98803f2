import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, denied, killWebOften } from './scene.fixture.ts';

const often = (ifEmpty: string) => ({ ...killWebOften, target_job: 'api', if_empty: ifEmpty, start_deadline: '30s' });

describe('a tick that finds nothing to hit', () => {
  it('ends as refused, with a record, by itself', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', often('fail'));
    world.pass(25_000);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'no_target' }]);
  });

  it('is counted and leaves no record where it is to be skipped, and the next one is due', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', often('skip'));
    world.pass(45_000);
    const skipped = { schedule: 'k', outcome: 'skipped', reason: 'no_target' };
    expect(member.notes('tick')).toMatchObject([skipped, skipped]);
    expect([member.records(), member.open(), member.ended()]).toEqual([[], [], []]);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted' });
    nomad.addJob('api', 4);
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('leaves a record all the same where somebody asked for the run', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', { ...often('skip'), every: '1h' });
    nomad.put('default', 'chaos/requests/r1', { action: 'run', schedule: 'k' });
    world.pass(20_000);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'no_target' }]);
    expect(nomad.items('default', 'chaos/status/requests/r1')).toMatchObject({ verdict: 'refused' });
  });

  it('waits for it until the start deadline', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', { ...often('wait'), every: '1m' });
    world.pass(70_000);
    expect(member.open()).toMatchObject([{ state: 'targeting' }]);
    nomad.addJob('api', 4);
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    for (const job of ['api']) nomad.resize(job, 0);
    world.pass(80_000);
    expect(member.ended().at(-1)).toMatchObject({ verdict: 'refused', reason: 'start_deadline' });
  });

  it('is not skipped where it can not be told: the run says why', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'list-job-allocs' && call.job === 'api' ? denied : undefined);
    world.schedule('default', 'k', often('skip'));
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'denied' }]);
    expect(member.notes('tick')).toEqual([]);
  });
});
