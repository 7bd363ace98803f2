import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, disableNode, killWebOften, noLeader } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const claims = (member: Member) => member.records().filter(({ call }) => call.items['state'] === 'queued');

describe('a handover', () => {
  it('gives the lock back at once, undoes nothing, and another goes on', () => {
    const { world, nomad, node, member: a } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '60s' }));
    world.pass(2_000);
    a.happen({ kind: 'stop', mode: 'handover' });
    world.pass(5);
    expect(a.exits).toEqual(['released the lock']);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
    const b = world.start({ name: 'b' });
    world.pass(10);
    expect(b.summary().leading).toBe(true);
    expect(b.open()).toMatchObject([{ state: 'holding' }]);
    world.pass(100_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(b.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('of a controller that never led ends it', () => {
    const { world } = aScene(faults);
    const standby = world.start({ name: 'b' });
    world.pass(100);
    standby.happen({ kind: 'stop', mode: 'handover' });
    expect(standby.exits).toEqual(['held no lock']);
  });
});

describe('a drain', () => {
  it('undoes everything, then gives the lock back', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(2_000);
    member.happen({ kind: 'stop', mode: 'drain' });
    world.pass(5_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.exits).toEqual(['released the lock']);
    const verdicts = nomad
      .paths(home, 'chaos/runs/')
      .map(path => JSON.parse(nomad.items(home, path)?.['body'] ?? '{}'));
    expect(verdicts).toMatchObject([{ verdict: 'aborted', reason: 'controller_stopped' }]);
  });

  it('names what it could not undo in time, with the line that does', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(2_000);
    member.fate = ({ call }) => (call.op === 'node-eligibility' ? noLeader : undefined);
    member.happen({ kind: 'stop', mode: 'drain' });
    world.pass(24_000);
    expect(member.exits).toEqual([]);
    world.pass(1_500);
    expect(member.exits).toEqual(['released the lock']);
    expect(member.notes('trouble').at(-1)?.message).toMatch(/^not undone in time: sirocco undo sirocco_n_/);
  });

  it('claims no more ticks', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    for (let i = 0; i < 3; i += 1) world.schedule('default', `k${i}`, { ...killWebOften, every: '2s' });
    world.pass(3_000);
    member.fate = ({ call }) => (call.op === 'node-eligibility' && call.eligible ? noLeader : undefined);
    const before = claims(member).length;
    member.happen({ kind: 'stop', mode: 'drain' });
    world.pass(24_000);
    expect(member.exits).toEqual([]);
    expect(claims(member)).toHaveLength(before);
  });

  it('that comes before the records were read waits for them: what is owed is not known yet', () => {
    const { world, nomad, node, member: a } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(3_000);
    a.crash();
    nomad.breakLock();
    const b = world.start({ name: 'b' });
    b.fate = ({ call }) =>
      call.op === 'read-variable' && call.path.startsWith('chaos/runs/') ? { after: 500 } : undefined;
    world.pass(100);
    expect(b.controller.core.lease).toMatchObject({ phase: 'held', loaded: false });
    b.happen({ kind: 'stop', mode: 'drain' });
    expect(b.exits).toEqual([]);
    world.pass(30_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(b.exits).toEqual(['released the lock']);
  });
});
