import { expect, it } from 'vitest';
import type { Deployment, Job } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { deploymentIn } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const blocked = { status: 400, body: 'job scaling blocked due to active deployment' };

/** Changing a group's count: by the call made for it, and by registering the job as it was read. */
export function scalingCases({ space }: Contract): void {
  it('scales with a note, which is kept, and makes a version of it', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 2 });
    await deploymentIn(manager.get, 'web', 'successful');
    const before = await read(manager);
    const note = { Message: 'one more', Meta: { sirocco_run: 'a' } };
    const answer = await scale(manager, { Count: 3, ...note, JobModifyIndex: before.JobModifyIndex });
    const written = answer.body as Written;
    expect(answer).toMatchObject({ status: 200, index: written.Index });
    const after = await read(manager);
    // Three writes: the job, its evaluation, the note. The answer is the last one's; the job never has that index.
    expect(written).toMatchObject({
      JobModifyIndex: after.JobModifyIndex,
      EvalID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(after.JobModifyIndex).toBeLessThan(written.EvalCreateIndex);
    expect(written.EvalCreateIndex).toBeLessThan(written.Index);
    expect(after).toMatchObject({ Version: before.Version + 1, Stable: true, TaskGroups: [{ Count: 3 }] });
    expect(after.SubmitTime).toBeGreaterThan(before.SubmitTime);
    const { body, index } = await manager.get('/v1/job/web/scale');
    expect(index).toBeGreaterThanOrEqual(written.Index);
    expect((body as ScaleStatus).TaskGroups['web']).toMatchObject({
      Desired: 3,
      Events: [
        {
          ...note,
          Count: 3,
          PreviousCount: 2,
          Error: false,
          EvalID: written.EvalID,
          CreateIndex: written.Index,
          Time: expect.any(Number),
        },
      ],
    });
  });

  it('refuses to scale back while the deployment of the scale runs, but takes the job with its old count', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 2 });
    await deploymentIn(manager.get, 'web', 'successful');
    await scale(manager, { Count: 3 });
    await deploymentOf(manager, 1);
    const scaled = await read(manager);
    expect(await scale(manager, { Count: 2, JobModifyIndex: scaled.JobModifyIndex })).toMatchObject(blocked);
    // The deployment is looked at before the index.
    expect(await scale(manager, { Count: 2, JobModifyIndex: 1 })).toMatchObject(blocked);
    const TaskGroups = scaled.TaskGroups.map(group => ({ ...group, Count: 2 }));
    const body = { Job: { ...scaled, TaskGroups }, EnforceIndex: true, PreserveCounts: false };
    const late = await manager.put('/v1/job/web', { ...body, JobModifyIndex: 1 });
    const found = `job exists with conflicting job modify index: ${scaled.JobModifyIndex}`;
    expect([late.status, late.body]).toEqual([500, `Enforcing job modify index 1: ${found}`]);
    const answer = await manager.put('/v1/job/web', { ...body, JobModifyIndex: scaled.JobModifyIndex });
    const { JobModifyIndex } = answer.body as Written;
    expect(answer).toMatchObject({ status: 200, index: JobModifyIndex });
    const after = await read(manager);
    expect(after).toMatchObject({ JobModifyIndex, Version: 2, Stable: false, TaskGroups: [{ Count: 2 }] });
    expect((await deploymentOf(manager, 2)).Status).toMatch(/running|successful/);
    expect((await deploymentOf(manager, 1)).Status).toBe('cancelled');
    await deploymentIn(manager.get, 'web', 'successful');
    expect((await scale(manager, { Count: 3 })).status).toBe(200);
  });

  it('refuses to scale while a deployment is paused', async () => {
    const { namespace, manager } = await space();
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 1, minHealthyTime: 30_000 }) });
    const { ID } = await deploymentIn(manager.get, 'web', 'running');
    await manager.put(`/v1/deployment/pause/${ID}`, { DeploymentID: ID, Pause: true });
    expect(await scale(manager, { Count: 2 })).toMatchObject(blocked);
  });

  it('refuses what is out of bounds, an index that was overtaken, and what is not there', async () => {
    const { namespace, manager, run } = await space();
    await run({ id: 'web', count: 2, scaling: { min: 1, max: 4 } });
    await deploymentIn(manager.get, 'web', 'successful');
    const { JobModifyIndex } = await read(manager);
    const refusals = [
      await scale(manager, { Count: 0 }),
      await scale(manager, { Count: 5 }),
      await scale(manager, { Count: -1 }),
      await scale(manager, { Count: 3, JobModifyIndex: 1 }),
      await manager.put('/v1/job/web/scale', { Count: 2, Target: { Group: 'none' } }),
      await manager.put('/v1/job/none/scale', { Count: 2, Target: { Group: 'web' } }),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual([
      [400, 'group count was less than scaling policy minimum: 0 < 1'],
      [400, 'group count was greater than scaling policy maximum: 5 > 4'],
      [400, "scaling action count can't be negative"],
      [500, `Enforcing job modify index 1: job exists with conflicting job modify index: ${JobModifyIndex}`],
      [400, 'task group "none" specified for scaling does not exist in job'],
      [404, 'job "none" not found'],
    ]);
    const beyond = jobSpec({ id: 'web', namespace, count: 5, scaling: { min: 1, max: 4 } });
    const answer = await manager.put('/v1/jobs', { Job: beyond });
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('task group count must not be greater than maximum count in scaling policy');
    expect(await read(manager)).toMatchObject({ JobModifyIndex, TaskGroups: [{ Count: 2 }] });
  });

  it('makes a version of a scale to the same count, and none of a note alone', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 1 });
    await deploymentIn(manager.get, 'web', 'successful');
    const before = await read(manager);
    const note = await scale(manager, { Message: 'a note', Error: true });
    expect(note.body).toMatchObject({ EvalID: '', EvalCreateIndex: 0, JobModifyIndex: before.ModifyIndex });
    expect(await read(manager)).toEqual(before);
    expect((await scale(manager, { Count: 1 })).status).toBe(200);
    expect(await read(manager)).toMatchObject({ Version: 1, Stable: true });
    const { Events } = ((await manager.get('/v1/job/web/scale')).body as ScaleStatus).TaskGroups['web'] ?? {};
    expect(Events).toMatchObject([
      { Count: 1, PreviousCount: 1 },
      { Count: null, Error: true, EvalID: null, Message: 'a note', Meta: null },
    ]);
  });

  it('keeps the version of a job that is registered as it was read, unless somebody else registers it', async () => {
    const { manager, caller, run } = await space();
    await run({ id: 'web', count: 1, meta: { team: 'shop' } });
    await deploymentIn(manager.get, 'web', 'successful');
    const before = await read(manager);
    const body = { Job: before, EnforceIndex: true, JobModifyIndex: before.JobModifyIndex };
    const same = await manager.put('/v1/job/web', body);
    expect(same.body).toMatchObject({ JobModifyIndex: before.ModifyIndex });
    const { ModifyIndex: _, Status: __, ...rest } = before;
    expect(await read(manager)).toMatchObject(rest);
    const other = await caller({ capabilities: ['register-job'] });
    expect((await other.put('/v1/job/web', body)).status).toBe(200);
    const after = await read(manager);
    expect(after).toMatchObject({ Version: before.Version + 1, Stable: false, Meta: before.Meta });
    expect(after.NomadTokenID).not.toBe(before.NomadTokenID);
  });

  it('makes a version of a job with a scaling block that is registered as it was read, the first time', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 1, scaling: { min: 1, max: 4 } });
    const register = async (): Promise<number> => {
      const Job = await read(manager);
      await manager.put('/v1/job/web', { Job });
      return (await read(manager)).Version;
    };
    expect([await register(), await register()]).toEqual([1, 1]);
  });
}

interface Written {
  readonly Index: number;
  readonly JobModifyIndex: number;
  readonly EvalID: string;
  readonly EvalCreateIndex: number;
}

interface ScaleStatus {
  readonly TaskGroups: Readonly<Record<string, { readonly Events: readonly unknown[] | null }>>;
}

type ReadJob = Job & {
  readonly SubmitTime: number;
  readonly NomadTokenID: string;
  readonly TaskGroups: readonly { readonly Count: number }[];
};

async function read(by: Caller): Promise<ReadJob> {
  return (await by.get('/v1/job/web')).body as ReadJob;
}

function scale(by: Caller, body: Readonly<Record<string, unknown>>) {
  return by.put('/v1/job/web/scale', { Target: { Group: 'web' }, ...body });
}

/** The deployment of a version: the list is in no order of time. */
function deploymentOf(by: Caller, version: number): Promise<Deployment> {
  return until(`the deployment of version ${version}`, async () =>
    ((await by.get('/v1/job/web/deployments')).body as Deployment[]).find(each => each.JobVersion === version),
  );
}
