import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { anEmptyScene, aScene, denied, disableNode, haltPath, killWebOften, noLeader } from './scene.fixture.ts';
import { home } from './world.fixture.ts';

describe('the summary', () => {
  it('says what it waits for until everything was seen once', () => {
    const { world } = anEmptyScene(faults);
    const member = world.start();
    expect(member.summary()).toMatchObject({ ready: false, leading: false, term: 0 });
    expect(member.summary().waitingFor).toEqual([
      'sirocco:chaos/schedule/',
      'default:chaos/schedule/',
      'sirocco:chaos/control/',
      'default:chaos/control/',
      'sirocco:chaos/requests/',
      'default:chaos/requests/',
      'sirocco:chaos/experiments/',
      'default:chaos/experiments/',
      'sirocco:halt',
      'default:halt',
    ]);
    world.pass(1_000);
    expect(member.summary()).toMatchObject({ ready: true, waitingFor: [], leading: true });
  });

  it('counts schedules by what their status says', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'a', killWebOften);
    world.schedule('default', 'b', { ...killWebOften, suspend: 'true' });
    world.schedule('default', 'c', { ...killWebOften, every: 'x' });
    world.schedule('default', 'd', { ...killWebOften, every: 'y' });
    world.pass(1_000);
    expect(member.summary().schedules).toEqual([
      { namespace: 'default', state: 'accepted', count: 1 },
      { namespace: 'default', state: 'suspended', count: 1 },
      { namespace: 'default', state: 'rejected', count: 2 },
    ]);
  });

  it('shows what is in force, for how long, and the line that undoes it by hand', () => {
    const { world, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(61_000);
    const { open, ...summary } = member.summary();
    expect(summary).toMatchObject({
      runsActive: [{ namespace: home, phase: 'holding', count: 1 }],
      injectionsActive: [{ fault: 'node-ineligible', count: 1 }],
      stuckRuns: 0,
    });
    expect(summary.oldestUnrevertedSeconds).toBeCloseTo(61, 0);
    expect(open).toMatchObject([
      { state: 'holding', stuck: false, byHand: [`nomad node eligibility -enable ${node}`] },
    ]);
  });

  it('counts a run as stuck while its undo is overdue', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'node-eligibility' && call.eligible ? denied : undefined);
    world.schedule(home, 'n', disableNode({ duration: '5s' }));
    world.pass(70_000);
    expect(member.summary()).toMatchObject({ stuckRuns: 1, open: [{ stuck: true }] });
  });

  it('names halts with their reasons', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.put('default', haltPath, { reason: 'enough' });
    world.pass(100);
    expect(member.summary().halted).toEqual([{ namespace: 'default', reason: 'enough' }]);
  });

  it('says that it does not lead at the very instant its lease ends', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'lock-renew' ? noLeader : undefined);
    world.freeze(20_000);
    expect(member.summary()).toMatchObject({ leaseRemainingSeconds: 0, leading: false });
  });
});
