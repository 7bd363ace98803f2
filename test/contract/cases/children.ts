import { expect, it } from 'vitest';
import type { Job, JobStub, NomadNode } from '../../../src/nomad/types.ts';
import { type JobOptions, jobSpec } from '../../support/jobs.ts';
import { allocationsOf } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';
import { allocationWith, child, dispatch, jobOf, jobPath, onceOnly, untilStatus } from '../dispatched.ts';

interface Children {
  readonly Pending: number;
  readonly Running: number;
  readonly Dead: number;
}

interface Evaluation {
  readonly TriggeredBy: string;
  readonly Status: string;
  readonly QueuedAllocations?: Readonly<Record<string, number>> | null;
}

/** The children of a parameterized job: found, counted, told of, and kept to a node. */
export function childrenCases({ space }: Contract): void {
  it('are found by their parent, their meta and their prefix', async () => {
    const here = await space();
    const { manager } = here;
    await parent(here);
    await parent(here, { id: 'agent-2' });
    const one = await child(manager, 'agent', { Meta: { run: 'one' } });
    const two = await child(manager, 'agent', { Meta: { run: 'two', intent: 'i' } });
    const other = await child(manager, 'agent-2', { Meta: { run: 'one' } });
    const found = async (filter: string) => idsOf(await manager.get('/v1/jobs', { filter }));
    expect(await found('ParentID == "agent"')).toEqual([one, two].sort());
    expect(await found('Meta.run == "one"')).toEqual([other, one].sort());
    expect(await found('Meta.run == "one" and ParentID == "agent"')).toEqual([one]);
    expect(await found('Meta["run"] == "two"')).toEqual([two]);
    expect(await found('Meta.intent is not empty')).toEqual([two]);
    expect(await found('Meta.run == "none"')).toEqual([]);
    expect(await found('Dispatched == true')).toEqual([one, two, other].sort());
    expect(await found('ID == "agent"')).toEqual(['agent']);
    expect(idsOf(await manager.get('/v1/jobs', { prefix: 'agent/dispatch-' }))).toEqual([one, two].sort());
    const [plain] = (await manager.get('/v1/jobs', { prefix: one })).body as JobStub[];
    expect(plain).toMatchObject({ ID: one, ParentID: 'agent', Type: 'batch', ParameterizedJob: false });
    expect(plain).not.toHaveProperty('Meta');
    const [withMeta] = (await manager.get('/v1/jobs', { prefix: one, meta: 'true' })).body as JobStub[];
    expect(withMeta).toMatchObject({ ID: one, Meta: { base: 'b', run: 'one' } });
  });

  it('are counted by their parent, one that was purged as dead', async () => {
    const here = await space();
    const { manager } = here;
    await parent(here);
    const [one, two] = [await child(manager, 'agent', run), await child(manager, 'agent', run)];
    const counted = (wanted: Children) =>
      until(`${JSON.stringify(wanted)} children`, async () => {
        const { Children: now } = (await manager.get('/v1/job/agent/summary')).body as { Children: Children };
        return now.Dead === wanted.Dead && now.Pending === wanted.Pending && now.Running === wanted.Running;
      });
    await counted({ Dead: 0, Pending: 0, Running: 2 });
    await manager.delete(jobPath(one));
    await counted({ Dead: 1, Pending: 0, Running: 1 });
    await manager.delete(jobPath(one), { purge: 'true' });
    await manager.delete(jobPath(two), { purge: 'true' });
    await counted({ Dead: 2, Pending: 0, Running: 0 });
    expect(idsOf(await manager.get('/v1/jobs'))).toEqual(['agent']);
    expect((await manager.get(jobPath(one, '/summary'))).status).toBe(404);
  });

  it('are told of by the stream, from their registration to their end', async () => {
    const here = await space();
    const { manager } = here;
    await parent(here);
    const stream = manager.stream(['Job:*', 'Allocation:*', 'Evaluation:*']);
    await stream.opened();
    const id = await child(manager, 'agent', run, 'token');
    await allocationWith(manager, id, { server: 'running' });
    const registered = await stream.event('the registration', event => event.Topic === 'Job' && event.Key === id);
    const fields = { ID: id, ParentID: 'agent', DispatchIdempotencyToken: 'token', Status: 'pending' };
    expect(registered).toMatchObject({ Type: 'JobRegistered', Payload: { Job: fields } });
    const placed = await stream.event('the placement', event => event.Topic === 'Allocation');
    expect(placed).toMatchObject({ Type: 'PlanResult', Payload: { Allocation: { JobID: id } } });
    expect(placed.FilterKeys).toContain(id);
    await manager.delete(jobPath(id));
    await stream.event('its end', event => (event.Payload['Job'] as Job | undefined)?.Status === 'dead');
    const only = manager.stream([`Allocation:${id}`], { index: `${registered.Index}` });
    await only.event('the allocation', event => event.FilterKeys?.includes(id) === true);
    await Promise.all([stream.close(), only.close()]);
  });

  it('are dead as soon as they were stopped, before their tasks have ended', async () => {
    const here = await space();
    const { manager } = here;
    await parent(here, { tasks: [{ ...sleeper, command: ['/bin/sh', '-c', deaf], killTimeout: 2000 }] });
    const id = await child(manager, 'agent', run);
    await allocationWith(manager, id, { server: 'running' });
    await manager.delete(jobPath(id));
    await untilStatus(manager, id, 'dead');
    const [alloc] = await allocationsOf(manager.get, encodeURIComponent(id));
    expect(alloc).toMatchObject({ DesiredStatus: 'stop', ClientStatus: 'running' });
    await allocationWith(manager, id, { server: 'dead' });
  });

  it('are gone at once when they are purged, their allocations too', async () => {
    const here = await space();
    const { manager } = here;
    await parent(here);
    const id = await child(manager, 'agent', run);
    const alloc = await allocationWith(manager, id, { server: 'running' });
    await manager.delete(jobPath(id), { purge: 'true' });
    expect((await manager.get(jobPath(id))).status).toBe(404);
    const read = await manager.get(`/v1/allocation/${alloc.ID}`);
    expect([read.status, read.body]).toEqual([404, 'alloc not found']);
    expect((await manager.get(jobPath(id, '/allocations'), { all: 'true' })).body).toEqual([]);
    const signal = await manager.put(`/v1/client/allocation/${alloc.ID}/signal`, { Signal: 'SIGCONT' });
    expect([signal.status, signal.body]).toEqual([404, `Unknown allocation "${alloc.ID}"`]);
    expect((await evaluationsOf(manager, id)).map(one => one.TriggeredBy).sort()).toEqual([
      'job-deregister',
      'job-register',
    ]);
  });

  it('stay on the node that their parent names, and wait for it, however late', async () => {
    const here = await space();
    const { manager } = here;
    const nodes = (await manager.get('/v1/nodes')).body as NomadNode[];
    const nodeId = nodes[1]?.ID ?? '';
    await parent(here, { nodeId });
    const here1 = await child(manager, 'agent', run);
    expect((await allocationWith(manager, here1, { server: 'running' })).NodeID).toBe(nodeId);
    const mark = (Eligibility: string) => manager.put(`/v1/node/${nodeId}/eligibility`, { Eligibility });
    await mark('ineligible');
    try {
      const [late, gone, purged] = [
        await child(manager, 'agent', run),
        await child(manager, 'agent', run),
        await child(manager, 'agent', run),
      ];
      for (const id of [late, gone, purged]) {
        await evaluated(manager, id, [
          ['job-register', 'complete'],
          ['queued-allocs', 'blocked'],
        ]);
        expect(await jobOf(manager, id)).toMatchObject({ Status: 'pending' });
        expect((await manager.get(jobPath(id, '/summary'))).body).toMatchObject({ Summary: { web: { Queued: 1 } } });
      }
      expect((await manager.get('/v1/job/agent/summary')).body).toMatchObject({ Children: { Pending: 3, Running: 1 } });
      await manager.delete(jobPath(gone));
      await manager.delete(jobPath(purged), { purge: 'true' });
      for (const id of [gone, purged]) {
        await evaluated(manager, id, [
          ['job-deregister', 'complete'],
          ['job-register', 'complete'],
          ['queued-allocs', 'canceled'],
        ]);
      }
      expect(await jobOf(manager, gone)).toMatchObject({ Status: 'dead' });
      await mark('eligible');
      expect((await allocationWith(manager, late, { server: 'running' })).NodeID).toBe(nodeId);
      expect(await allocationsOf(manager.get, encodeURIComponent(gone))).toEqual([]);
    } finally {
      await mark('eligible');
    }
  });

  it('are refused to all but managers where registrations are rejected, and can still be stopped', async () => {
    const here = await space();
    const { manager, caller } = here;
    const path = '/v1/operator/scheduler/configuration';
    await parent(here);
    const by = await caller({ policy: 'write' });
    const id = await child(by, 'agent', run, 'token');
    const { SchedulerConfig } = (await manager.get(path)).body as { SchedulerConfig: object };
    await manager.put(path, { ...SchedulerConfig, RejectJobRegistration: true });
    try {
      const refused = await dispatch(by, 'agent', run, 'token');
      const text = 'Job registration, dispatch, and scale are disabled by the scheduler configuration';
      expect([refused.status, refused.body]).toEqual([403, text]);
      expect(await child(manager, 'agent', run, 'token')).toBe(id);
      expect((await by.delete(jobPath(id))).status).toBe(200);
    } finally {
      await manager.put(path, { ...SchedulerConfig, RejectJobRegistration: false });
    }
  });
}

const deaf = "trap '' TERM INT; while :; do sleep 0.05; done";
const run = { Meta: { run: 'r' } };
const sleeper = { name: 'server', command: ['/bin/sleep', '3600'], killTimeout: 500 } as const;

const idsOf = ({ body }: { body: unknown }) => (body as JobStub[]).map(stub => stub.ID).sort();

async function parent({ manager, namespace }: Space, more: Partial<JobOptions> = {}): Promise<void> {
  const parameterized = { required: ['run'], optional: ['intent'] };
  const options = { ...onceOnly('agent', namespace, [sleeper]), meta: { base: 'b' }, parameterized, ...more };
  const answer = await manager.put('/v1/jobs', { Job: jobSpec(options) });
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
}

async function evaluationsOf(by: Caller, id: string): Promise<Evaluation[]> {
  return (await by.get(jobPath(id, '/evaluations'))).body as Evaluation[];
}

async function evaluated(by: Caller, id: string, wanted: readonly (readonly [string, string])[]): Promise<void> {
  await until(`the evaluations of ${id} to be ${JSON.stringify(wanted)}`, async () => {
    const seen = (await evaluationsOf(by, id)).map(one => [one.TriggeredBy, one.Status]);
    return JSON.stringify(seen.sort()) === JSON.stringify(wanted);
  });
}
