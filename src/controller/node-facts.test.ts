import { describe, expect, it } from 'vitest';
import { id } from '../cluster/nomad.fixture.ts';
import { faults } from '../faults/index.ts';
import type { NomadNode } from '../nomad/types.ts';
import { aScene, denied, disableNode, noLeader, refused, wideLimits } from './scene.fixture.ts';
import { home } from './world.fixture.ts';

const meta = (rack: string): Partial<NomadNode> => ({ Attributes: { 'os.name': 'ubuntu' }, Meta: { rack } });
const kill = (target: string, every = '20s') => ({
  spec: `{target: {job: web, ${target}}, schedule: {every: ${every}}, method: [{fault: alloc-kill}]}`,
});

/** Job `web` on four nodes: the first two in rack r1, the others in r2. */
function racks(limits = wideLimits) {
  const scene = aScene(faults, limits);
  scene.nomad.changeNode(scene.node, meta('r1'));
  for (const n of [2, 3, 4]) scene.nomad.addNode(n, meta(n === 2 ? 'r1' : 'r2'));
  return scene;
}

describe('a target by the meta of nodes', () => {
  it('reads each node that may be meant once, and again only when it changed', () => {
    const { world, nomad, node, member } = racks();
    world.schedule('default', 'k', kill('node_meta: {rack: r2}, pick: {mode: all}'));
    world.pass(65_000);
    expect(member.ended().map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'passed']);
    const killed = member.calls('alloc-signal').map(({ call }) => nomad.allocs.get(call.alloc)?.NodeID);
    expect(new Set(killed)).toEqual(new Set([id(903), id(904)]));
    expect(member.calls('read-node').map(({ call }) => call.node)).toEqual([1, 2, 3, 4].map(n => id(900 + n)));
    nomad.changeNode(node, meta('r2'));
    world.pass(20_000);
    expect(member.calls('read-node').map(({ call }) => call.node)).toEqual([...[1, 2, 3, 4], 1].map(n => id(900 + n)));
    const later = member.calls('alloc-signal').slice(killed.length);
    expect(new Set(later.map(({ call }) => nomad.allocs.get(call.alloc)?.NodeID))).toEqual(
      new Set([id(901), id(903), id(904)]),
    );
  });

  it('tells in the record why others were left out', () => {
    const { world, member } = racks();
    world.schedule(
      'default',
      'k',
      kill('node_meta: {rack: r3}, exclude: [{node_attribute: {os.name: x}}], if_empty: fail'),
    );
    world.pass(22_000);
    const [refusal] = member.ended();
    expect(refusal).toMatchObject({ verdict: 'refused', reason: 'no_target' });
    expect(refusal?.message).toContain('web.cache[0]: on node n1 (00000901), whose node_meta rack is r1, not r3');
  });

  it('waits for a node that can not be read, and tells of it', () => {
    const { world, member } = racks();
    let failing = true;
    member.fate = ({ call }) => (failing && call.op === 'read-node' && call.node === id(903) ? noLeader : undefined);
    world.schedule('default', 'k', kill('node_meta: {rack: r*}', '1m'));
    world.pass(90_000);
    expect(member.open()).toMatchObject([{ state: 'targeting' }]);
    expect(member.notes('trouble')[0]).toMatchObject({ what: `read-node ${id(903)}` });
    failing = false;
    world.pass(10_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
  });

  it('that may not be read ends the run', () => {
    const { world, member } = racks();
    member.fate = ({ call }) => (call.op === 'read-node' ? denied : undefined);
    world.schedule('default', 'k', kill('node_meta: {rack: r1}'));
    world.pass(22_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'denied' }]);
  });

  it('leaves out what runs on a node that is gone', () => {
    const { world, member } = racks();
    member.fate = ({ call }) =>
      call.op === 'read-node' && call.node === id(903) ? refused('not-found', 'node not found') : undefined;
    world.schedule('default', 'k', kill('node_meta: {rack: r2}, pick: {mode: all}'));
    world.pass(22_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
  });

  it('that an old answer tells is read again a few times a second, and nothing is done', () => {
    const { world, nomad, member } = racks();
    member.fate = ({ call }) =>
      call.op === 'read-node'
        ? { kind: 'ok', index: 5, value: { ...nomad.nodes.get(call.node), ModifyIndex: 5 } }
        : undefined;
    world.schedule('default', 'k', kill('node_meta: {rack: r1}', '1m'));
    world.pass(70_000);
    expect(member.calls('alloc-signal')).toEqual([]);
    const reads = member.calls('read-node').length;
    expect(reads).toBeGreaterThan(12);
    expect(reads).toBeLessThan(400);
  });

  it('that changes while a run waits for its limits is not hit any more', () => {
    const { world, nomad, member } = racks({ ...wideLimits, max_concurrent_runs: '1' });
    world.schedule(home, 'first', disableNode({ target_node: 'n4', duration: '40s' }));
    world.pass(2_000);
    world.schedule('default', 'k', kill('node_meta: {rack: r1}, pick: {mode: all}'));
    world.pass(25_000);
    expect(member.open()).toMatchObject([{ state: 'holding' }, { state: 'limited' }]);
    nomad.changeNode(id(902), meta('r7'));
    world.pass(30_000);
    expect(member.ended().find(each => each.schedule === 'k')).toMatchObject({
      verdict: 'refused',
      reason: 'target_changed',
      message: 'on node n2 (00000902), whose node_meta rack is r7, not r1',
    });
    // What the next tick hits is chosen anew.
    const killed = member.calls('alloc-signal').map(({ call }) => nomad.allocs.get(call.alloc)?.NodeID);
    expect(killed).toEqual([id(901)]);
  });

  it('keeps of nodes only what specs name', () => {
    const { world, nomad, member } = racks();
    const { view } = member.controller.core;
    world.schedule('default', 'k', kill('node_meta: {rack: r1}'));
    world.pass(22_000);
    expect(view.node(id(901))?.facts).toEqual({ 'meta.rack': 'r1' });
    world.schedule('default', 'k', kill('node_attribute: {os.name: ubuntu}'));
    world.pass(25_000);
    nomad.changeNode(id(902), meta('r1'));
    world.pass(20_000);
    expect(view.node(id(902))?.facts).toEqual({ 'attr.os.name': 'ubuntu' });
  });

  it('reads a few nodes at a time, however many there are, and says in the record whom it left out', () => {
    const { world, nomad, member } = racks();
    const { core } = member.controller;
    for (let n = 5; n < 305; n += 1) nomad.addNode(n, meta('r9'));
    world.schedule(home, 'k', {
      spec: '{target: {node_meta: {rack: r2}}, schedule: {at: now}, method: [{fault: node-ineligible, duration: 5s}]}',
    });
    const together: number[] = [];
    member.fate = ({ call }) => {
      if (call.op === 'read-node') together.push(core.nodeReads.size);
      return undefined;
    };
    world.pass(4_000);
    expect(member.open()[0]?.run.excluded).toMatchObject([
      { why: 'its node_meta rack is r9, not r2 (and 299 more)' },
      { why: 'its node_meta rack is r1, not r2 (and 1 more)' },
    ]);
    expect(member.calls('node-eligibility')[0]?.call.node).toMatch(/^0000090[34]/);
    expect(new Set(member.calls('read-node').map(({ call }) => call.node)).size).toBe(304);
    expect(Math.max(...together)).toBe(48);
  });
});

describe('a target spread over datacenters', () => {
  it('is spread where no fault on nodes has nodes read, too', () => {
    const { world, nomad, member } = aScene(faults);
    for (const n of [2, 3, 4]) nomad.addNode(n, { Datacenter: n === 4 ? 'dc2' : 'dc1' });
    for (const name of ['a', 'b', 'c']) {
      const spread = { target_count: '2', target_spread: 'datacenter', target_mode: 'newest' };
      world.schedule('default', name, { fault: 'alloc-kill', target_job: 'web', at: 'now', ...spread });
      world.pass(20_000);
    }
    const killed = member.calls('alloc-signal').map(({ call }) => nomad.allocs.get(call.alloc)?.NodeID);
    expect(killed.filter(each => each === id(904))).toHaveLength(3);
    expect(killed).toHaveLength(6);
  });
});
