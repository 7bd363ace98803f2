import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, disableNode, wideLimits } from './scene.fixture.ts';
import { home } from './world.fixture.ts';

const oneAtATime = { ...wideLimits, max_concurrent_runs: '1' };
const drain = { fault: 'node-drain', target_node: 'n1', at: 'now', duration: '9s' };

describe('a run that waited for its limits', () => {
  it('gives back a node that was drained while it waited', () => {
    const { world, nomad, node, member } = aScene(faults, oneAtATime);
    const n2 = nomad.addNode(2);
    world.schedule(home, 'first', { ...drain, target_node: 'n2' });
    world.pass(2_000);
    expect(nomad.nodes.get(n2)?.Drain).toBe(true);
    world.schedule(home, 'second', disableNode());
    world.pass(1_500);
    // It was chosen before this drain, and hits the node after it.
    nomad.region.drain(node, 'token:operator', 'draining', null);
    world.pass(500);
    nomad.region.drain(node, 'token:operator', 'canceled', null);
    nomad.changeNode(node, { SchedulingEligibility: 'eligible' });
    world.pass(60_000);
    expect(member.ended().map(each => each.verdict)).toEqual(['passed', 'passed']);
    expect(nomad.nodes.get(node)).toMatchObject({ Drain: false, SchedulingEligibility: 'eligible' });
  });

  it('is not refused because its fault chooses groups and hits their allocations', () => {
    const { world, member } = aScene(faults, oneAtATime);
    world.schedule(home, 'first', disableNode());
    world.pass(2_000);
    world.schedule('default', 'second', { fault: 'job-restart', target_job: 'web', at: 'now' });
    world.pass(120_000);
    // Whatever becomes of it: this puppet restarts nothing.
    expect(member.calls('alloc-restart')).toHaveLength(1);
  });
});
