import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import type { Items, Puppet } from './puppet.fixture.ts';
import { aScene } from './scene.fixture.ts';
import type { Member } from './world.fixture.ts';

const scaleWeb = (over: Items = {}): Items => ({
  fault: 'job-scale',
  target_job: 'web',
  at: 'now',
  duration: '20s',
  recover_within: '30s',
  ...over,
});

const countOf = (nomad: Puppet) => nomad.jobs.get('web')?.TaskGroups?.[0]?.Count;
const undoOf = (member: Member) =>
  JSON.parse(member.records().at(-1)?.call.items['body'] ?? '{}').intents?.[0]?.undoState;

describe('a count that was changed', () => {
  it('is put back by a scale, once its deployment is over', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 's', scaleWeb());
    world.pass(10_000);
    expect(countOf(nomad)).toBe(3);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
    world.pass(60_000);
    expect(member.calls('job-scale').map(({ call }) => call.count)).toEqual([3, 4]);
    expect(member.calls('job-register')).toEqual([]);
    expect(countOf(nomad)).toBe(4);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('is put back with the whole job, as it is then, while its deployment goes on', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 's', scaleWeb({ duration: '3s' }));
    world.pass(1_000);
    const before = nomad.jobs.get('web');
    world.pass(60_000);
    expect(member.calls('job-scale')).toHaveLength(1);
    const [register] = member.calls('job-register');
    expect(register?.call).toMatchObject({ job: 'web', index: before?.JobModifyIndex });
    const [group] = before?.TaskGroups ?? [];
    expect(register?.call.body).toEqual({ ...before, TaskGroups: [{ ...group, Count: 4 }] });
    expect(countOf(nomad)).toBe(4);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('is put back though the job was changed between the read and the call', () => {
    const { world, nomad, member } = aScene(faults);
    let changes = 0;
    member.fate = ({ call }) => {
      if (call.op === 'job-register' && changes === 0) {
        changes += 1;
        nomad.book.deploy('web', { Meta: { release: '2' } } as object);
      }
      return undefined;
    };
    world.schedule('default', 's', scaleWeb({ duration: '3s' }));
    world.pass(60_000);
    expect(member.calls('job-register')).toHaveLength(2);
    expect(member.notes('undo')[0]).toMatchObject({
      outcome: 'retry',
      message: expect.stringContaining('Enforcing job modify index'),
    });
    expect(nomad.jobs.get('web')).toMatchObject({ Meta: { release: '2' } });
    expect(countOf(nomad)).toBe(4);
  });

  it('is not put back with a job that changed while it was being read: it is looked at again', () => {
    const { world, nomad, member } = aScene(faults);
    let reads = 0;
    member.fate = ({ call, id }) => {
      // The read of the undo bears the run's own id.
      if (call.op === 'read-job' && !id.startsWith('-/')) {
        reads += 1;
        if (reads === 1) nomad.book.deploy('web', { Meta: { release: '2' } } as object);
      }
      return undefined;
    };
    world.schedule('default', 's', scaleWeb({ duration: '3s' }));
    world.pass(60_000);
    expect(member.notes('undo').map(each => each.message)).toContain('the job was changed while it was being read');
    expect(member.calls('job-register')).toHaveLength(1);
    expect(countOf(nomad)).toBe(4);
    expect(undoOf(member)).toBe('undone');
  });

  it('is left alone where somebody changed it meanwhile', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 's', scaleWeb());
    world.pass(10_000);
    const [group] = nomad.jobs.get('web')?.TaskGroups ?? [];
    if (group === undefined) throw new Error('web has no group');
    nomad.book.deploy('web', { TaskGroups: [{ ...group, Count: 6 }] });
    world.pass(60_000);
    expect(member.calls('job-scale')).toHaveLength(1);
    expect(member.calls('job-register')).toEqual([]);
    expect(countOf(nomad)).toBe(6);
    expect(undoOf(member)).toBe('superseded');
    expect(member.open()).toEqual([]);
  });

  it('is left alone where the job was purged meanwhile', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 's', scaleWeb());
    world.pass(10_000);
    nomad.book.purge('web');
    world.pass(90_000);
    expect(member.calls('job-scale')).toHaveLength(1);
    expect(undoOf(member)).toBe('superseded');
    expect(member.open()).toEqual([]);
  });

  it('is not changed where somebody registered the job since it was chosen', () => {
    const { world, nomad, member } = aScene(faults);
    let sent = false;
    member.fate = ({ call }) => {
      if (call.op === 'job-scale' && !sent) {
        sent = true;
        nomad.book.deploy('web', { Meta: { release: '2' } } as object);
      }
      return undefined;
    };
    world.schedule('default', 's', scaleWeb());
    world.pass(60_000);
    expect(countOf(nomad)).toBe(4);
    expect(member.calls('job-scale')).toHaveLength(1);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'injection_refused' }]);
  });
});
