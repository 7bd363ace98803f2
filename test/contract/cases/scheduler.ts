import { afterEach, expect, it } from 'vitest';
import type { Allocation, Job, NomadResponse } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { allocationsOf, runningAllocations } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import { type Caller, caller, unheard } from '../caller.ts';
import type { Contract } from '../contract.ts';

const path = '/v1/operator/scheduler/configuration';
const refused = 'Job registration, dispatch, and scale are disabled by the scheduler configuration';

/** The scheduler's configuration, which is the whole region's: each case leaves it as it was. */
export function schedulerCases({ cluster, space }: Contract): void {
  afterEach(async () => {
    const manager = caller(cluster().address, 'default', cluster().managementToken);
    const { SchedulerConfig } = await read(manager);
    if (!SchedulerConfig.PauseEvalBroker && !SchedulerConfig.RejectJobRegistration) return;
    await manager.put(path, { ...SchedulerConfig, PauseEvalBroker: false, RejectJobRegistration: false });
  });

  it('is written by compare-and-set: one that lost answers 200 and changes nothing', async () => {
    const { manager } = await space();
    const { Index, SchedulerConfig: before } = await read(manager);
    expect(Index).toBe(before.ModifyIndex);
    const changed = { ...before, RejectJobRegistration: true };
    for (const cas of [0, before.ModifyIndex + 1_000_000]) {
      const lost = await write(manager, changed, cas);
      expect(lost).toMatchObject({ status: 200, body: { Updated: false, Index: lost.index } });
      // It takes an index all the same.
      expect(lost.index).toBeGreaterThan(before.ModifyIndex);
    }
    expect((await read(manager)).SchedulerConfig).toEqual(before);
    const won = await write(manager, changed, before.ModifyIndex);
    expect(won).toMatchObject({ status: 200, body: { Updated: true, Index: won.index } });
    const after = await manager.get(path);
    expect(after).toMatchObject({ index: won.index, body: { Index: won.index } });
    const kept = { ...changed, CreateIndex: before.CreateIndex, ModifyIndex: won.index };
    expect((after.body as Read).SchedulerConfig).toEqual(kept);
    // Sent again with the index that it was sent with, it loses to itself.
    expect((await write(manager, changed, before.ModifyIndex)).body).toMatchObject({ Updated: false });
    expect((await write(manager, before)).body).toMatchObject({ Updated: true });
  });

  it('refuses what it can not read', async () => {
    const { manager } = await space();
    const { SchedulerConfig } = await read(manager);
    const refusals = [
      await manager.put(path, { ...SchedulerConfig, SchedulerAlgorithm: 'random' }),
      await manager.put(path, SchedulerConfig, { cas: 'x' }),
      await manager.put(path),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual([
      [400, 'invalid scheduler algorithm: random'],
      [400, 'Error parsing cas value: strconv.ParseUint: parsing "x": invalid syntax'],
      [400, 'Error parsing scheduler config: Request body is empty'],
    ]);
  });

  it('is read with operator read, and written with operator write', async () => {
    const { manager, caller: tokenFor } = await space();
    const { SchedulerConfig } = await read(manager);
    const ask = async (by: Caller) => [(await by.get(path)).status, (await write(by, SchedulerConfig)).status];
    expect(await ask(await tokenFor({}, { operator: 'read' }))).toEqual([200, 403]);
    expect(await ask(await tokenFor({}, { operator: 'write' }))).toEqual([200, 200]);
    expect(await ask(await tokenFor({ policy: 'write' }))).toEqual([403, 403]);
    expect((await (await tokenFor({ policy: 'write' })).get(path)).body).toBe('Permission denied');
  });

  it('paused, lets evaluations wait and tasks run on and restart; resumed, takes them all up', async () => {
    const { namespace, manager, run } = await space();
    const [old] = await run({ id: 'old', count: 1 });
    const { SchedulerConfig } = await read(manager);
    await write(manager, { ...SchedulerConfig, PauseEvalBroker: true }, SchedulerConfig.ModifyIndex);
    const registered = await manager.put('/v1/jobs', { Job: jobSpec({ id: 'new', namespace, count: 1 }) });
    const stopped = await manager.put(`/v1/allocation/${old?.ID}/stop`, {});
    const client = `/v1/client/allocation/${old?.ID}`;
    expect((await manager.put(`${client}/signal`, { Task: 'server', Signal: 'SIGKILL' })).status).toBe(200);
    await until('the killed task to run again', async () => {
      const state = ((await manager.get(`/v1/allocation/${old?.ID}`)).body as Allocation).TaskStates?.['server'];
      return state?.Restarts === 1 && state.State === 'running';
    });
    await unheard();
    const evaluations = async () =>
      Promise.all([registered, stopped].map(answer => statusOf(manager, (answer.body as { EvalID: string }).EvalID)));
    expect(await evaluations()).toEqual(['pending', 'pending']);
    expect((await manager.get('/v1/job/new')).body as Job).toMatchObject({ Status: 'pending', Version: 0 });
    expect(await allocationsOf(manager.get, 'new')).toEqual([]);
    expect(await allocationsOf(manager.get, 'old')).toMatchObject([{ ClientStatus: 'running', DesiredStatus: 'run' }]);
    const now = (await read(manager)).SchedulerConfig;
    await write(manager, { ...now, PauseEvalBroker: false }, now.ModifyIndex);
    await runningAllocations(manager.get, 'new', 1);
    const [replacement] = await runningAllocations(manager.get, 'old', 1);
    expect(replacement?.ID).not.toBe(old?.ID);
    expect(await evaluations()).toEqual(['complete', 'complete']);
  });

  it('refuses registrations to all but managers, while what runs can still be stopped', async () => {
    const { namespace, manager, caller: tokenFor, run } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 2 }) });
    const { SchedulerConfig } = await read(manager);
    await write(manager, { ...SchedulerConfig, RejectJobRegistration: true });
    const by = await tokenFor({ policy: 'write' });
    const Job = jobSpec({ id: 'web', namespace, count: 1 });
    const refusals = [
      await by.put('/v1/jobs', { Job }),
      await by.put('/v1/job/web/scale', { Count: 2, Target: { Group: 'web' } }),
      await by.put('/v1/job/web/revert', { JobID: 'web', JobVersion: 0 }),
      await by.put('/v1/job/web/dispatch', {}),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual(refusals.map(() => [403, refused]));
    expect((await manager.put('/v1/jobs', { Job })).status).toBe(200);
    const signal = { Task: 'server', Signal: 'SIGCONT' };
    const allowed = [
      await by.put(`/v1/client/allocation/${alloc?.ID}/signal`, signal),
      await by.put('/v1/job/web/versions/keep/tag', { Version: 0 }),
      await by.put(`/v1/allocation/${alloc?.ID}/stop`, {}),
      await by.delete('/v1/job/web'),
    ];
    expect(allowed.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
}

interface SchedulerConfig {
  readonly PauseEvalBroker: boolean;
  readonly RejectJobRegistration: boolean;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

interface Read {
  readonly Index: number;
  readonly SchedulerConfig: SchedulerConfig;
}

async function read(by: Caller): Promise<Read> {
  return (await by.get(path)).body as Read;
}

function write(by: Caller, config: SchedulerConfig, cas?: number): Promise<NomadResponse> {
  return by.put(path, config, cas === undefined ? {} : { cas: `${cas}` });
}

async function statusOf(by: Caller, evaluation: string): Promise<string> {
  return ((await by.get(`/v1/evaluation/${evaluation}`)).body as { Status: string }).Status;
}
