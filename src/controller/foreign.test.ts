import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { anEmptyScene, denied } from './scene.fixture.ts';
import { home } from './world.fixture.ts';

const path = 'chaos/runs/default_n_20261124T090000Z';
const line = {
  i: 0,
  fault: 'job-scale',
  target: 'default/web',
  op: 'job-scale',
  args: { group: 'cache', count: 6, ours: 4 },
  state: 'pending',
};

describe('a record of a newer release', () => {
  it('is undone from its lines once that is possible, however long it was stuck', () => {
    const { world, nomad } = anEmptyScene(faults);
    nomad.put(home, path, { v: '2', state: 'holding', undo: JSON.stringify(line), body: 'x' });
    const member = world.start();
    let isDenied = true;
    member.fate = ({ call }) => (call.op === 'job-scale' && isDenied ? denied : undefined);
    world.pass(10 * 60_000);
    expect(member.notes('stuck')).toHaveLength(1);
    expect(member.summary().stuckRuns).toBe(1);
    const tries = member.calls('job-scale').length;
    isDenied = false;
    world.pass(60_000);
    expect(member.calls('job-scale').length).toBeGreaterThan(tries);
    expect(nomad.jobs.get('web')?.TaskGroups?.[0]?.Count).toBe(6);
    expect(nomad.items(home, path)?.['undo']).toContain('"state":"undone"');
    expect(member.summary().stuckRuns).toBe(0);
  });
});
