import { expect, it } from 'vitest';
import type { Allocation, NomadResponse } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { until } from '../../support/until.ts';
import { type Caller, unheard } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';

const services = { group: 'of-group', task: 'of-task' };

/** Registrations in Nomad's own catalogue: of a group, and of a task. */
export function serviceCases({ space }: Contract): void {
  it('registers an instance of each service, by a name made of allocation, owner, service and port', async () => {
    const here = await space();
    const alloc = await running(here);
    const { manager, namespace } = here;
    const owned = { AllocID: alloc.ID, NodeID: alloc.NodeID, JobID: 'web', Namespace: namespace, Tags: ['a', 'b'] };
    const id = (owner: string, name: string): string => `_nomad-task-${alloc.ID}-${owner}-${name}-http`;
    const list = await manager.get('/v1/job/web/services');
    const found = (list.body as Registration[]).sort((a, b) => a.ServiceName.localeCompare(b.ServiceName));
    expect(found).toMatchObject([
      { ...owned, ServiceName: 'of-group', ID: id('group-web', 'of-group'), Address: '127.0.0.1' },
      { ...owned, ServiceName: 'of-task', ID: id('server', 'of-task'), Address: '127.0.0.1' },
    ]);
    expect(new Set(found.map(({ Port }) => Port)).size).toBe(1);
    for (const { CreateIndex, ModifyIndex } of found) expect(ModifyIndex).toBe(CreateIndex);
    expect(list.index).toBe(Math.max(...found.map(({ ModifyIndex }) => ModifyIndex)));
    expect(await registrations(manager, 'of-group')).toEqual(found.slice(0, 1));
    const [byName] = (await manager.get('/v1/services')).body as { Services: { ServiceName: string }[] }[];
    expect(byName).toMatchObject({ Namespace: namespace });
    expect(byName?.Services.map(({ ServiceName }) => ServiceName).sort()).toEqual(['of-group', 'of-task']);
    expect((await manager.get('/v1/service/none')).body).toEqual([]);
  });

  it('deletes a registration once, with an event; the job itself does not change', async () => {
    const here = await space();
    await running(here);
    const { manager } = here;
    const stream = manager.stream(['Service:web']);
    await stream.opened();
    const [one] = await registrations(manager, 'of-group');
    const before = (await manager.get('/v1/job/web')).body;
    const waiting = manager.get('/v1/job/web/services', { index: `${(await catalogue(manager)).index}`, wait: '20s' });
    const answer = await remove(manager, one);
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.index).toBeGreaterThan(one?.ModifyIndex ?? 0);
    const gone = await stream.event('the deregistration', event => event.Type === 'ServiceDeregistration');
    expect(gone).toMatchObject({ Key: one?.ID, Index: answer.index, FilterKeys: ['web', 'of-group'] });
    expect(await waiting).toMatchObject({ index: answer.index, body: [{ ServiceName: 'of-task' }] });
    const again = await remove(manager, one);
    expect([again.status, again.body]).toEqual([500, 'service registration not found']);
    expect((await manager.get('/v1/job/web')).body).toEqual(before);
    await stream.close();
  });

  it('brings the one of a task back with every restart, the one of a group with the whole allocation only', async () => {
    const here = await space();
    const alloc = await running(here);
    const { manager, namespace } = here;
    const both = await Promise.all(Object.values(services).map(name => registrations(manager, name)));
    const removeBoth = async (): Promise<void> => {
      for (const [one] of both) await remove(manager, one);
    };
    const names = async (): Promise<string[]> =>
      ((await catalogue(manager)).body as Registration[]).map(({ ServiceName }) => ServiceName).sort();
    const client = `/v1/client/allocation/${alloc.ID}`;
    let restarts = 0;
    const after = async (answer: Promise<NomadResponse>): Promise<string[]> => {
      expect((await answer).status).toBe(200);
      restarts += 1;
      await until(`the task's restart ${restarts}`, async () => {
        const state = ((await manager.get(`/v1/allocation/${alloc.ID}`)).body as Allocation).TaskStates?.['server'];
        return state?.Restarts === restarts && state.State === 'running' && (await names()).includes('of-task');
      });
      return names();
    };
    await removeBoth();
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 1, services }) });
    await unheard();
    expect(await names()).toEqual([]);
    expect(await after(manager.put(`${client}/restart`, { TaskName: 'server' }))).toEqual(['of-task']);
    await removeBoth();
    expect(await after(manager.put(`${client}/signal`, { Task: 'server', Signal: 'SIGKILL' }))).toEqual(['of-task']);
    await removeBoth();
    expect(await after(manager.put(`${client}/restart`, {}))).toEqual(['of-group', 'of-task']);
    await removeBoth();
    expect(await after(manager.put(`${client}/restart`, { AllTasks: true }))).toEqual(['of-group', 'of-task']);
    const [now] = await registrations(manager, 'of-group');
    expect(now?.ID).toBe(both[0]?.[0]?.ID);
    expect(now?.CreateIndex).toBeGreaterThan(both[0]?.[0]?.CreateIndex ?? 0);
  });

  it('takes both away when the job is stopped', async () => {
    const here = await space();
    await running(here);
    await here.manager.delete('/v1/job/web');
    await until('both to be gone', async () => ((await catalogue(here.manager)).body as unknown[]).length === 0);
  });
}

interface Registration {
  readonly ID: string;
  readonly ServiceName: string;
  readonly Port: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

async function running({ manager, run }: Space): Promise<Allocation> {
  const [alloc] = await run({ id: 'web', count: 1, services });
  await until('both services', async () => ((await catalogue(manager)).body as unknown[]).length === 2);
  if (alloc === undefined) throw new Error('the job has no allocation');
  return alloc;
}

const catalogue = (by: Caller): Promise<NomadResponse> => by.get('/v1/job/web/services');

async function registrations(by: Caller, name: string): Promise<Registration[]> {
  return (await by.get(`/v1/service/${name}`)).body as Registration[];
}

function remove(by: Caller, one: Registration | undefined): Promise<NomadResponse> {
  return by.delete(`/v1/service/${one?.ServiceName}/${one?.ID}`);
}
