import { describe, expect, it } from 'vitest';
import { allocEvent, deploymentEvent, nodeEvent } from '../cluster/nomad.fixture.ts';
import { faults } from '../faults/index.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, denied, type Scene } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const jobs = 'jobs default';
const claims = (member: Member) => member.records().filter(({ call }) => call.items['state'] === 'queued');
const outcomes = (member: Member) => member.notes('tick').map(({ outcome, reason }) => `${outcome} ${reason}`);

const onDeployment: Items = {
  fault: 'alloc-kill',
  target_job: 'web',
  on: 'deployment-started',
  on_delay: '10s',
  on_min_interval: '1m',
};
const onAllocation: Items = { ...onDeployment, on: 'allocation-started', on_delay: '0s' };

/** A schedule that was accepted, with a living stream. */
function listening(items: Items, namespace = 'default'): Scene & { readonly member: Member } {
  const scene = aScene(faults);
  scene.world.schedule(namespace, 'k', items);
  scene.world.pass(200);
  for (const { key } of scene.member.streams) scene.member.happen({ kind: 'stream-open', key });
  scene.world.pass(3_000);
  expect(scene.world.status(namespace, 'k')).toMatchObject({ state: 'accepted' });
  expect(scene.world.status(namespace, 'k')).not.toHaveProperty('next_run');
  return scene;
}

function deploy({ nomad, member }: ReturnType<typeof listening>): void {
  nomad.book.deploy('web');
  const deployment = nomad.book.deployment('web');
  const Events = [deploymentEvent(deployment, deployment?.ModifyIndex ?? 0)];
  member.happen({ kind: 'stream-batch', key: jobs, batch: { Index: deployment?.ModifyIndex ?? 0, Events } });
}

describe('a schedule that a deployment starts', () => {
  it('is told when it will, and starts once for it, so long after it as it says', () => {
    const scene = listening(onDeployment);
    const { world, member } = scene;
    world.pass(30_000);
    expect(claims(member)).toEqual([]);
    const began = world.clock.wall;
    deploy(scene);
    world.pass(2_000);
    expect(world.status('default', 'k')?.['next_run']).toBe(new Date(began + 10_000).toISOString().replace('.000', ''));
    world.pass(90_000);
    const [claim, ...more] = claims(member);
    expect(more).toEqual([]);
    expect(claim?.at).toBeGreaterThanOrEqual(began + 10_000 - (world.clock.wall - world.clock.mono));
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted', last_verdict: 'passed' });
  });

  it('counts another one within the interval as left out, and starts for one after it', () => {
    const scene = listening(onDeployment);
    deploy(scene);
    scene.world.pass(30_000);
    deploy(scene);
    scene.world.pass(20_000);
    expect(claims(scene.member)).toHaveLength(1);
    expect(outcomes(scene.member)).toEqual(['skipped on_min_interval']);
    scene.world.pass(30_000);
    deploy(scene);
    scene.world.pass(20_000);
    expect(claims(scene.member)).toHaveLength(2);
  });

  it('hears of one by asking, where no stream tells', () => {
    const scene = aScene(faults);
    scene.world.schedule('default', 'k', { ...onDeployment, on_delay: '0s' });
    scene.world.pass(5_000);
    scene.nomad.book.deploy('web');
    scene.world.pass(2_100);
    expect(claims(scene.member)).toHaveLength(1);
  });

  it('asks no more than at the opening of its stream, however long that lives', () => {
    const scene = listening(onDeployment);
    const before = scene.member.calls('list-job-deployments').length;
    for (let i = 0; i < 20; i += 1) {
      scene.world.pass(10_000);
      scene.member.happen({ kind: 'stream-beat', key: jobs });
    }
    expect(scene.member.calls('list-job-deployments')).toHaveLength(before);
    scene.member.happen({ kind: 'stream-gap', key: jobs, reason: 'lost' });
    scene.world.pass(100);
    expect(scene.member.calls('list-job-deployments')).toHaveLength(before + 1);
  });

  it('is not started by one from before it was written, nor twice by leaders one after the other', () => {
    const first = aScene(faults);
    first.nomad.book.deploy('web');
    first.world.pass(1_000);
    first.world.schedule('default', 'k', { ...onDeployment, on_delay: '0s' });
    first.world.pass(5_000);
    expect(claims(first.member)).toEqual([]);
    first.nomad.book.deploy('web');
    first.world.pass(2_500);
    expect(claims(first.member)).toHaveLength(1);
    first.member.crash();
    first.nomad.breakLock();
    const second = first.world.start({ name: 'b' });
    first.world.pass(100_000);
    expect(claims(second)).toEqual([]);
  });

  it('starts under a new leader for what happened while there was none, within its start deadline', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', onDeployment);
    world.schedule('default', 'late', { ...onDeployment, start_deadline: '20s' });
    world.pass(5_000);
    member.crash();
    nomad.book.deploy('web');
    world.pass(60_000);
    nomad.breakLock();
    const next = world.start({ name: 'b' });
    world.pass(5_000);
    expect(claims(next).map(({ call }) => call.path.split('_')[1])).toEqual(['k']);
    expect(world.status('default', 'late')).toMatchObject({ state: 'accepted', missed: '1' });
  });

  it('starts for any job that its glob means', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.addJob('api-1', 4);
    world.schedule('default', 'k', { ...onDeployment, target_job: 'api-*', on_delay: '0s' });
    world.pass(5_000);
    nomad.book.deploy('web');
    world.pass(5_000);
    expect(claims(member)).toEqual([]);
    nomad.book.deploy('api-1');
    world.pass(2_500);
    expect(claims(member)).toHaveLength(1);
  });

  it('says what it may not read, and starts nothing', () => {
    const scene = aScene(faults);
    scene.member.fate = ({ call }) => (call.op === 'list-job-deployments' ? denied : undefined);
    scene.world.schedule('default', 'k', onDeployment);
    scene.world.pass(10_000);
    expect(scene.member.notes('denied').map(({ what }) => what)).toContain('list-job-deployments default/web');
    expect(claims(scene.member)).toEqual([]);
  });
});

describe('a schedule that an allocation starts', () => {
  it('hears of each that starts, and not of its own run’s', () => {
    const scene = listening({ ...onAllocation, fault: 'alloc-stop' });
    const { world, nomad, member } = scene;
    nomad.resize('web', 5);
    const [newest] = nomad.allocsOf('web').slice(-1);
    const index = newest?.ModifyIndex ?? 0;
    const Events = [allocEvent(newest, index)];
    member.happen({ kind: 'stream-batch', key: jobs, batch: { Index: index, Events } });
    world.pass(100);
    expect(claims(member)).toHaveLength(1);
    world.pass(90_000);
    expect(claims(member)).toHaveLength(1);
    expect(outcomes(member).length).toBeGreaterThan(0);
    for (const each of outcomes(member)) expect(each).toMatch(/on_min_interval|still open/);
  });
});

describe('a schedule that a node starts', () => {
  const onNode: Items = {
    fault: 'node-ineligible',
    target_node: 'n1',
    duration: '5s',
    on: 'node-joined',
  };
  const Events = [{ Message: 'Node registered', Timestamp: '', Subsystem: 'Cluster', Details: null }];
  const join = ({ world, nomad, member }: ReturnType<typeof listening>, n: number, name: string) => {
    const at = new Date(world.clock.wall).toISOString();
    const made = nomad.addNode(n, { Name: name, Events: [{ ...Events[0], Timestamp: at }], CreateIndex: 1e6 } as never);
    const node = nomad.nodes.get(made);
    const batch = { Index: node?.ModifyIndex ?? 0, Events: [nodeEvent(node, node?.ModifyIndex ?? 0)] };
    member.happen({ kind: 'stream-batch', key: 'nodes', batch });
  };

  it('hears of one that its target means, and of no other', () => {
    const scene = listening({ ...onNode, target_node: 'n[12]', target_mode: 'newest' }, home);
    join(scene, 3, 'n3');
    scene.world.pass(2_000);
    expect(claims(scene.member)).toEqual([]);
    join(scene, 2, 'n2');
    scene.world.pass(2_000);
    expect(claims(scene.member)).toHaveLength(1);
    expect(scene.member.calls('node-eligibility').map(({ call }) => call.node)).toEqual([
      [...scene.nomad.nodes.values()].find(({ Name }) => Name === 'n2')?.ID,
    ]);
  });

  it('reads a node whole that only a list told of', () => {
    const scene = aScene(faults);
    scene.world.schedule(home, 'k', { ...onNode, target_node: 'n2' });
    scene.world.pass(3_000);
    const at = new Date(scene.world.clock.wall).toISOString();
    scene.nomad.addNode(2, { Events: [{ ...Events[0], Timestamp: at }], CreateIndex: 1e6 } as never);
    scene.world.pass(3_000);
    expect(scene.member.calls('read-node').length).toBeGreaterThan(0);
    expect(claims(scene.member)).toHaveLength(1);
  });
});
