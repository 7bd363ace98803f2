import { expect, it } from 'vitest';
import type { Job } from '../../../src/nomad/types.ts';
import { deploymentIn, runningAllocations } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

/** Stopping a job and running a version of it again; the tags that keep versions. */
export function jobVersionCases({ space }: Contract): void {
  it('tags the version that runs: its index moves, that of the job does not, and no event tells', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 1 });
    await deploymentIn(manager.get, 'web', 'successful');
    const before = await read(manager);
    const stream = manager.stream(['Job:web']);
    await stream.opened();
    const waiting = manager.get('/v1/job/web', { index: `${before.ModifyIndex}`, wait: '20s' });
    const answer = await manager.put(tagged('keep'), { Version: 0, Description: 'run a' });
    const tag = { Name: 'keep', Description: 'run a', TaggedTime: expect.any(Number) };
    // The index is in the body alone.
    expect(answer).toMatchObject({ status: 200, index: 0, body: { ...tag, Index: expect.any(Number) } });
    const { Index } = answer.body as { Index: number };
    const { JobModifyIndex, Version } = before;
    const after = { JobModifyIndex, Version, ModifyIndex: Index, VersionTag: tag };
    expect(await waiting).toMatchObject({ index: Index, body: after });
    const versions = await manager.get('/v1/job/web/versions');
    expect(versions).toMatchObject({ index: Index, body: { Versions: [after] } });
    await manager.delete('/v1/job/web');
    await stream.event('the stop, which comes later', event => event.Type === 'JobDeregistered');
    expect(stream.events().filter(event => event.Index === Index)).toEqual([]);
    await stream.close();
  });

  it('gives a version one tag and a tag one version, and refuses what is not there', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 1 });
    await deploymentIn(manager.get, 'web', 'successful');
    await manager.put('/v1/job/web/scale', { Count: 2, Target: { Group: 'web' } });
    const put = (tag: string, body: unknown) => manager.post(tagged(tag), body);
    expect((await put('first', { Version: 0 })).status).toBe(200);
    expect((await put('first', { Version: 0, Description: 'again' })).status).toBe(200);
    // Without a version it is version 0, unless the latest is asked for.
    expect((await put('second', {})).status).toBe(200);
    expect((await put('latest', { Latest: true })).status).toBe(200);
    expect((await versionsOf(manager)).map(each => each.VersionTag?.Name)).toEqual(['latest', 'second']);
    const refusals = [
      await put('second', { Version: 1 }),
      await put('third', { Version: 7 }),
      await manager.put('/v1/job/none/versions/third/tag', { Version: 0 }),
      await manager.delete(tagged('first')),
      await manager.delete('/v1/job/none/versions/first/tag'),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual([
      [500, 'tag "second" already exists on a different version of job "web"'],
      [500, 'job "web" version 7 not found'],
      [500, 'job "none" version 0 not found'],
      [500, 'tag "first" not found on job "web"'],
      [500, 'tag "first" not found on job "none"'],
    ]);
  });

  it('stops a tagged job, whose stopped version inherits the tag, keeps it, and runs the version again', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 1 });
    await deploymentIn(manager.get, 'web', 'successful');
    await manager.put(tagged('keep'), { Version: 0 });
    const stop = await manager.delete('/v1/job/web', { global: 'true' });
    const { JobModifyIndex, EvalCreateIndex, EvalID } = stop.body as Written;
    expect(stop).toMatchObject({ status: 200, index: JobModifyIndex });
    expect([EvalCreateIndex, EvalID.length]).toEqual([JobModifyIndex, 36]);
    expect(await read(manager)).toMatchObject({ Stop: true, Version: 1, Stable: true, JobModifyIndex });
    expect((await versionsOf(manager)).map(each => each.VersionTag?.Name)).toEqual(['keep', 'keep']);
    // The same tag can't be given again: the stopped version has it too.
    expect((await manager.put(tagged('keep'), { Version: 0 })).status).toBe(500);
    await dead(manager);
    await manager.put('/v1/system/gc');
    const revert = (body: object) => manager.put('/v1/job/web/revert', { JobID: 'web', ...body });
    const refusals = [
      await revert({ JobVersion: 0, EnforcePriorVersion: 6 }),
      await revert({ JobVersion: 1, EnforcePriorVersion: 6 }),
      await revert({ JobVersion: 7, EnforcePriorVersion: 6 }),
      await manager.put('/v1/job/none/revert', { JobID: 'none', JobVersion: 0 }),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual([
      [500, 'Current job has version 1; enforcing version 6'],
      [500, "can't revert to current version"],
      [500, `job "web" in namespace "${manager.namespace}" at version 7 not found`],
      [500, 'job "none" not found'],
    ]);
    const answer = await revert({ JobVersion: 0, EnforcePriorVersion: 1 });
    const reverted = answer.body as Written;
    expect(answer).toMatchObject({ status: 200, index: reverted.JobModifyIndex });
    const now = await read(manager);
    expect(now).toMatchObject({ Version: 2, Stop: false, VersionTag: null });
    expect(now.JobModifyIndex).toBe(reverted.JobModifyIndex);
    await runningAllocations(manager.get, 'web', 1);
    expect((await deploymentIn(manager.get, 'web', 'successful')).JobVersion).toBe(2);
  });

  it('takes a tag off one version at a time, the newest first', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 1 });
    await manager.put(tagged('keep'), { Version: 0 });
    await manager.delete('/v1/job/web');
    const untag = () => manager.delete(tagged('keep'));
    const gone = { Name: '', Description: '', TaggedTime: 0 };
    expect(await untag()).toMatchObject({ status: 200, index: 0, body: { ...gone, Index: expect.any(Number) } });
    expect((await versionsOf(manager)).map(each => each.VersionTag?.Name)).toEqual([undefined, 'keep']);
    expect((await untag()).status).toBe(200);
    expect(await untag()).toMatchObject({ status: 500, body: 'tag "keep" not found on job "web"' });
  });

  it('makes another version of a stopped job that is stopped again, and nothing of one that is gone', async () => {
    const { manager, run } = await space();
    await run({ id: 'web', count: 1 });
    const first = (await manager.delete('/v1/job/web')).body as Written;
    await dead(manager);
    const again = await manager.delete('/v1/job/web');
    expect((again.body as Written).JobModifyIndex).toBeGreaterThan(first.JobModifyIndex);
    expect(await read(manager)).toMatchObject({ Version: 2, Stop: true });
    const purge = await manager.delete('/v1/job/web', { purge: 'true' });
    expect(purge.index).toBe((purge.body as Written).JobModifyIndex);
    const nothing = { status: 200, index: 0, body: { EvalID: '', JobModifyIndex: 0 } };
    expect(await manager.delete('/v1/job/web')).toMatchObject(nothing);
    const missing = [
      await manager.get('/v1/job/web'),
      await manager.get('/v1/job/web/versions'),
      await manager.get('/v1/job/web/scale'),
      await manager.get('/v1/job/web/services'),
    ];
    expect(missing.map(({ status, body }) => [status, body])).toEqual([
      [404, 'job not found'],
      [404, 'job versions not found'],
      [404, 'job not found'],
      [404, 'job not found'],
    ]);
  });
}

interface Written {
  readonly JobModifyIndex: number;
  readonly EvalID: string;
  readonly EvalCreateIndex: number;
}

const tagged = (tag: string): string => `/v1/job/web/versions/${tag}/tag`;

async function read(by: Caller): Promise<Job> {
  return (await by.get('/v1/job/web')).body as Job;
}

/** Newest first. */
async function versionsOf(by: Caller): Promise<{ readonly VersionTag: { readonly Name: string } | null }[]> {
  const { body } = await by.get('/v1/job/web/versions');
  return (body as { Versions: { VersionTag: { Name: string } | null }[] }).Versions;
}

async function dead(by: Caller): Promise<void> {
  await until('the job to be dead', async () => (await read(by)).Status === 'dead');
}
