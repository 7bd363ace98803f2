import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene } from './scene.fixture.ts';
import type { World } from './world.fixture.ts';

const killSome = {
  spec: `parameters: {job: {help: what is hit}}
target: {job: "{{ job }}"}
method: [{fault: alloc-kill}]
`,
};
const named = { experiment: 'kill-some', param_job: 'web', every: '20s' };

/** Writes an experiment. */
function write({ nomad }: World, name: string, items: Record<string, string>): void {
  nomad.put('default', `chaos/experiments/${name}`, items);
}

describe('a schedule that names an experiment', () => {
  it('runs what the experiment says, with its own values', () => {
    const { world, member } = aScene(faults);
    write(world, 'kill-some', killSome);
    world.schedule('default', 'k', named);
    world.pass(30_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted' });
    expect(member.ended()).toMatchObject([{ verdict: 'passed', jobs: ['default/web'] }]);
  });

  it('is rejected while it is not there or not valid, and accepted once it is', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', named);
    world.pass(3_000);
    expect(world.status('default', 'k')).toMatchObject({
      state: 'rejected',
      error_code: 'SIR-114',
      error_key: 'experiment',
    });
    write(world, 'kill-some', { spec: 'target: {job: web}' });
    world.pass(3_000);
    expect(world.status('default', 'k')?.['error']).toMatch(/experiment kill-some: method: the steps are missing/);
    write(world, 'kill-some', killSome);
    world.pass(20_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted' });
    expect(member.ended()).toHaveLength(1);
    world.nomad.remove('default', 'chaos/experiments/kill-some');
    world.pass(40_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'rejected', error_code: 'SIR-114' });
    expect(member.ended()).toHaveLength(1);
  });

  it('is told neither way before the experiments were read', () => {
    const { world, member: first } = aScene(faults);
    write(world, 'kill-some', killSome);
    world.schedule('default', 'k', named);
    world.pass(3_000);
    first.crash();
    world.nomad.breakLock();
    const second = world.start({ name: 'b' });
    second.fate = ({ call }) =>
      call.op === 'read-variable' && call.path === 'chaos/experiments/kill-some' ? { after: 5_000 } : undefined;
    world.pass(4_500);
    expect(second.notes('spec')).toEqual([]);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted' });
    world.pass(5_000);
    expect(second.notes('spec')).toMatchObject([{ state: 'accepted' }]);
  });
});
