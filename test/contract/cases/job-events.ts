import { expect, it } from 'vitest';
import type { Allocation, Deployment, Job } from '../../../src/nomad/types.ts';
import { deploymentIn } from '../../support/running-job.ts';
import type { Contract } from '../contract.ts';

/** What the event stream tells of jobs, allocations, deployments and nodes. */
export function jobEventCases({ space }: Contract): void {
  it('tells of an allocation without its job, filtered by job', async () => {
    const { namespace, manager, run } = await space();
    const stream = manager.stream(['Allocation:web']);
    await stream.opened();
    await run({ id: 'other', count: 1 });
    const [alloc] = await run({ id: 'web', count: 1 });
    const running = await stream.event(
      'the allocation to run',
      event => allocOf(event.Payload)?.ClientStatus === 'running',
    );
    expect(running).toMatchObject({ Topic: 'Allocation', Key: alloc?.ID, Namespace: namespace });
    expect(running.FilterKeys).toContain('web');
    expect(allocOf(running.Payload)).toMatchObject({ JobID: 'web', TaskGroup: 'web', NodeID: alloc?.NodeID });
    expect(allocOf(running.Payload)?.TaskStates?.['server']).toMatchObject({
      State: 'running',
      Failed: false,
      Restarts: 0,
    });
    for (const event of stream.events()) {
      expect(allocOf(event.Payload)?.JobID).toBe('web');
      expect((event.Payload['Allocation'] as { Job?: unknown }).Job ?? null).toBeNull();
    }
    await stream.close();
  });

  it('tells of the plan by an event without task states', async () => {
    const { manager, run } = await space();
    const stream = manager.stream(['Allocation:web']);
    await stream.opened();
    await run({ id: 'web', count: 1 });
    const planned = await stream.event('the plan', event => event.Type === 'PlanResult');
    expect(allocOf(planned.Payload)).toMatchObject({ ClientStatus: 'pending', DesiredStatus: 'run' });
    expect(allocOf(planned.Payload)?.TaskStates ?? null).toBeNull();
    const updated = await stream.event('the client', event => event.Type === 'AllocationUpdated');
    expect(updated.Index).toBeGreaterThan(planned.Index);
    await stream.close();
  });

  it('tells of the job and its deployment, both filtered by the job', async () => {
    const { manager, run } = await space();
    const stream = manager.stream(['Job:web', 'Deployment:web']);
    await stream.opened();
    await run({ id: 'web', count: 1 });
    await deploymentIn(manager.get, 'web', 'successful');
    const done = await stream.event(
      'the end of the deployment',
      event => (event.Payload['Deployment'] as Deployment | undefined)?.Status === 'successful',
    );
    const registered = stream.events().find(event => event.Type === 'JobRegistered');
    expect(registered?.Payload['Job'] as Job).toMatchObject({ ID: 'web', Type: 'service', Stop: false });
    expect(done.FilterKeys).toContain('web');
    await manager.delete('/v1/job/web');
    const gone = await stream.event('the deregistration', event => event.Type === 'JobDeregistered');
    expect(gone.Key).toBe('web');
    await stream.close();
  });

  it('tells of a node to those who may read nodes', async () => {
    const { manager, caller } = await space();
    const reader = await caller({}, { node: 'read' });
    const [node] = (await manager.get('/v1/nodes')).body as { ID: string }[];
    const stream = reader.stream(['Node:*']);
    await stream.opened();
    for (const Eligibility of ['ineligible', 'eligible'])
      await manager.put(`/v1/node/${node?.ID}/eligibility`, { Eligibility });
    const event = await stream.event(
      'the node to be ineligible',
      one => (one.Payload['Node'] as { SchedulingEligibility: string }).SchedulingEligibility === 'ineligible',
    );
    expect(event).toMatchObject({ Topic: 'Node', Type: 'NodeEligibility', Key: node?.ID });
    await stream.close();
  });
}

function allocOf(payload: Readonly<Record<string, unknown>>): Allocation | undefined {
  return payload['Allocation'] as Allocation | undefined;
}
