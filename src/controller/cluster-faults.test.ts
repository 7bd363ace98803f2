import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, killWeb } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const lasting = (fault: string, over: Items): Items => ({
  fault,
  at: 'now',
  duration: '10s',
  recover_within: '30s',
  ...over,
});

const bodyOf = (member: Member) => JSON.parse(member.records().at(-1)?.call.items['body'] ?? '{}');

describe('a drained node', () => {
  const drain = lasting('node-drain', { target_node: 'n1' });

  it('takes work again when its time is over', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'd', drain);
    world.pass(5_000);
    expect(nomad.nodes.get(node)).toMatchObject({
      Drain: true,
      LastDrain: { Meta: { sirocco_run: member.open()[0]?.run.id } },
    });
    world.pass(30_000);
    expect(nomad.nodes.get(node)).toMatchObject({ Drain: false, SchedulingEligibility: 'eligible' });
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('stays so where an operator renewed the drain', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'd', drain);
    world.pass(5_000);
    nomad.region.drain(node, 'token:operator', 'draining', { sirocco_run: member.open()[0]?.run.id });
    world.pass(30_000);
    expect(member.calls('node-undrain')).toEqual([]);
    expect(nomad.nodes.get(node)?.Drain).toBe(true);
    expect(bodyOf(member).intents).toMatchObject([
      { undoState: 'superseded', undoMessage: 'an operator renewed the drain' },
    ]);
  });
});

describe('a paused scheduler', () => {
  it('goes on with what others changed meanwhile', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule(home, 'p', lasting('scheduler-pause', {}));
    world.pass(5_000);
    expect(nomad.region.configuration).toMatchObject({ PauseEvalBroker: true });
    nomad.region.configure({ SchedulerAlgorithm: 'spread' });
    world.pass(30_000);
    expect(nomad.region.configuration).toMatchObject({ PauseEvalBroker: false, SchedulerAlgorithm: 'spread' });
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('goes on though its undo lost to a change just before', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = ({ call }) => {
      if (call.op === 'scheduler-configure' && member.calls('scheduler-configure').length === 2)
        nomad.region.configure({ SchedulerAlgorithm: 'spread' });
      return undefined;
    };
    world.schedule(home, 'p', lasting('scheduler-pause', {}));
    world.pass(40_000);
    expect(member.calls('scheduler-configure')).toHaveLength(3);
    expect(nomad.region.configuration).toMatchObject({ PauseEvalBroker: false, SchedulerAlgorithm: 'spread' });
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('has no other run beside it', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'p', lasting('scheduler-pause', {}));
    world.pass(5_000);
    world.schedule('default', 'k', { ...killWeb, start_deadline: '3s' });
    world.pass(4_000);
    expect(member.calls('alloc-signal')).toEqual([]);
  });
});

describe('a deployment', () => {
  const target = { target_job: 'web' };

  it('that was paused is resumed', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.book.deploy('web');
    world.schedule('default', 'p', lasting('deployment-pause', target));
    world.pass(5_000);
    expect(nomad.book.deployment('web')?.Status).toBe('paused');
    world.pass(30_000);
    expect(member.calls('deployment-pause').map(({ call }) => call.pause)).toEqual([true, false]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('that was failed stays failed', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.book.deploy('web');
    world.schedule('default', 'f', { fault: 'deployment-fail', at: 'now', accept_irreversible: 'true', ...target });
    world.pass(30_000);
    expect(nomad.book.deployment('web')?.Status).toBe('failed');
    expect(member.calls('deployment-fail')).toHaveLength(1);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});

describe('a service', () => {
  it('is taken out of the catalogue, one registration at a time', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.region.registerAll('web', 'http');
    world.schedule('default', 's', {
      fault: 'service-deregister',
      at: 'now',
      target_job: 'web',
      target_service: 'http',
      accept_irreversible: 'true',
    });
    world.pass(30_000);
    expect(member.calls('service-deregister')).toHaveLength(1);
    expect(nomad.region.services).toHaveLength(3);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});
