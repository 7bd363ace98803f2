import { expect, it } from 'vitest';
import type { Deployment, Job, NomadResponse } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { deploymentIn } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';

/** A deployment that would go on for as long as a case lasts. */
const slow = { id: 'web', count: 1, minHealthyTime: 30_000 };

/** Pausing, resuming and failing deployments. */
export function deploymentCases({ space }: Contract): void {
  it('pauses and resumes as often as asked, each time as a new state', async () => {
    const here = await space();
    const { manager } = here;
    const { ID } = await deploying(here);
    const stream = manager.stream(['Deployment:web']);
    await stream.opened();
    const indexes: number[] = [];
    for (const [Pause, status] of [
      [true, 'paused'],
      [true, 'paused'],
      [false, 'running'],
      [false, 'running'],
    ] as const) {
      const answer = await pause(manager, ID, Pause);
      const written = answer.body as Written;
      expect(answer).toMatchObject({
        status: 200,
        index: written.DeploymentModifyIndex,
        body: { Index: answer.index },
      });
      // Only resuming asks the scheduler to look.
      expect([written.EvalID === '', written.EvalCreateIndex === 0]).toEqual([Pause, Pause]);
      const now = await read(manager, ID);
      expect(now).toMatchObject({ Status: status, StatusDescription: `Deployment is ${status}` });
      expect(now.ModifyIndex).toBeGreaterThanOrEqual(written.DeploymentModifyIndex);
      indexes.push(written.DeploymentModifyIndex);
    }
    expect(indexes).toEqual([...new Set(indexes)].sort((a, b) => a - b));
    await stream.event('the last one', event => event.Index === indexes[3]);
    const told = stream.events().filter(event => event.Type === 'DeploymentStatusUpdate');
    expect(told.map(event => event.Index)).toEqual(indexes);
    await stream.close();
  });

  it('lists the deployments of a job as they are read, each of its version', async () => {
    const here = await space();
    const { manager, namespace } = here;
    const made = await deploying(here);
    await manager.put('/v1/jobs', { Job: jobSpec({ ...slow, namespace, meta: { v: '2' } }) });
    const list = await until('both deployments', async () => {
      const all = (await manager.get('/v1/job/web/deployments')).body as Deployment[];
      return all.length === 2 && all.sort((a, b) => a.CreateIndex - b.CreateIndex);
    });
    const job = (await manager.get('/v1/job/web')).body as Job;
    expect(list).toMatchObject([
      {
        ID: made.ID,
        JobVersion: 0,
        Status: 'cancelled',
        StatusDescription: 'Cancelled due to newer version of job',
        IsMultiregion: false,
      },
      {
        JobID: 'web',
        Namespace: namespace,
        JobVersion: 1,
        JobModifyIndex: job.JobModifyIndex,
        JobSpecModifyIndex: job.JobModifyIndex,
        JobCreateIndex: job.CreateIndex,
        Status: 'running',
        StatusDescription: 'Deployment is running',
        IsMultiregion: false,
        TaskGroups: { web: { DesiredTotal: 1, AutoRevert: false, DesiredCanaries: 0, Promoted: false } },
      },
    ]);
  });

  it('fails for good: nothing moves it any more, and the job keeps its version', async () => {
    const here = await space();
    const { manager } = here;
    const { ID } = await deploying(here);
    const answer = await fail(manager, ID);
    const written = answer.body as Written;
    expect(answer).toMatchObject({ status: 200, index: written.DeploymentModifyIndex });
    expect(written).toMatchObject({ RevertedJobVersion: null, EvalCreateIndex: written.Index });
    expect(await read(manager, ID)).toMatchObject({
      Status: 'failed',
      StatusDescription: 'Deployment marked as failed',
    });
    expect((await manager.get('/v1/job/web')).body).toMatchObject({ Version: 0, Stable: false, Stop: false });
    const refusals = [
      await pause(manager, ID, true),
      await pause(manager, ID, false),
      await fail(manager, ID),
      await manager.put(`/v1/deployment/promote/${ID}`, { DeploymentID: ID, All: true }),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual(
      ['pause', 'resume', 'fail', 'promote'].map(what => [500, `can't ${what} terminal deployment`]),
    );
  });

  it('promotes a paused one, which stays paused', async () => {
    const here = await space();
    const { manager } = here;
    const { ID } = await deploying(here);
    await pause(manager, ID, true);
    const answer = await manager.put(`/v1/deployment/promote/${ID}`, { DeploymentID: ID, All: true });
    expect(answer.status).toBe(200);
    expect(await read(manager, ID)).toMatchObject({ Status: 'paused', TaskGroups: { web: { Promoted: true } } });
  });

  it('goes back to the last stable version where it is asked to, in the same write', async () => {
    const here = await space();
    const { manager, namespace } = here;
    const register = (meta: string, minHealthyTime: number) =>
      manager.put('/v1/jobs', {
        Job: jobSpec({ ...slow, namespace, minHealthyTime, meta: { v: meta }, autoRevert: true }),
      });
    await register('1', 0);
    await deploymentIn(manager.get, 'web', 'successful');
    await register('2', 30_000);
    const second = await ofVersion(manager, 1);
    const answer = await fail(manager, second.ID);
    const { RevertedJobVersion, DeploymentModifyIndex } = answer.body as Written;
    expect(RevertedJobVersion).toBe(0);
    const reverted = { Version: 2, Stable: true, Meta: { v: '1' }, JobModifyIndex: DeploymentModifyIndex };
    expect((await manager.get('/v1/job/web')).body).toMatchObject(reverted);
    const words = 'Deployment marked as failed - rolling back to job version 0';
    expect(await read(manager, second.ID)).toMatchObject({ Status: 'failed', StatusDescription: words });
    expect((await ofVersion(manager, 2)).Status).toMatch(/running|successful/);
  });

  it('goes nowhere back from a first version, nor from a scale, whose version is stable from the start', async () => {
    const here = await space();
    const { manager, namespace, run } = here;
    await manager.put('/v1/jobs', { Job: jobSpec({ ...slow, namespace, id: 'first', autoRevert: true }) });
    const { ID } = await deploymentIn(manager.get, 'first', 'running');
    expect((await fail(manager, ID)).body).toMatchObject({ RevertedJobVersion: null });
    const none = 'Deployment marked as failed - no stable job version to auto revert to';
    expect(await read(manager, ID)).toMatchObject({ StatusDescription: none });
    await run({ id: 'web', count: 1, autoRevert: true });
    await deploymentIn(manager.get, 'web', 'successful');
    await manager.put('/v1/job/web/scale', { Count: 2, Target: { Group: 'web' } });
    const scaled = await ofVersion(manager, 1);
    expect((await fail(manager, scaled.ID)).body).toMatchObject({ RevertedJobVersion: null });
    const same = 'not rolling back to stable job version 1 as current job has same specification';
    expect(await read(manager, scaled.ID)).toMatchObject({
      StatusDescription: `Deployment marked as failed - ${same}`,
    });
  });

  it('refuses one that is not there, and a body that does not name it', async () => {
    const here = await space();
    const { manager } = here;
    const { ID } = await deploying(here);
    const unknown = '11111111-2222-4333-8444-555555555555';
    const refusals = [
      await pause(manager, unknown, true),
      await fail(manager, unknown),
      await manager.put(`/v1/deployment/pause/${ID}`, { Pause: true }),
      await manager.put(`/v1/deployment/pause/${ID}`, { DeploymentID: unknown, Pause: true }),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual([
      [500, 'deployment not found'],
      [500, 'deployment not found'],
      [400, 'DeploymentID must be specified'],
      [400, 'Deployment ID does not match'],
    ]);
    expect((await read(manager, ID)).Status).toBe('running');
  });
}

interface Written {
  readonly Index: number;
  readonly DeploymentModifyIndex: number;
  readonly EvalID: string;
  readonly EvalCreateIndex: number;
  readonly RevertedJobVersion: number | null;
}

async function deploying({ manager, namespace }: Space): Promise<Deployment> {
  await manager.put('/v1/jobs', { Job: jobSpec({ ...slow, namespace }) });
  return deploymentIn(manager.get, 'web', 'running');
}

function ofVersion(by: Caller, version: number): Promise<Deployment> {
  return until(`the deployment of version ${version}`, async () => {
    const latest = (await by.get('/v1/job/web/deployment')).body as Deployment | null;
    return latest?.JobVersion === version && latest;
  });
}

async function read(by: Caller, id: string): Promise<Deployment> {
  return (await by.get(`/v1/deployment/${id}`)).body as Deployment;
}

function pause(by: Caller, id: string, Pause: boolean): Promise<NomadResponse> {
  return by.put(`/v1/deployment/pause/${id}`, { DeploymentID: id, Pause });
}

function fail(by: Caller, id: string): Promise<NomadResponse> {
  return by.put(`/v1/deployment/fail/${id}`, { DeploymentID: id });
}
