import { expect, it } from 'vitest';
import type { Allocation, Deployment, Job, JobStub } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { deploymentIn } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Contract } from '../contract.ts';

const minute = 60e9;

/** Jobs, allocations and deployments as lists and reads give them. */
export function jobCases({ space }: Contract): void {
  it('answers a registration with the index of the job', async () => {
    const { namespace, manager } = await space();
    const answer = await manager.put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 1 }) });
    const { JobModifyIndex, EvalID } = answer.body as { JobModifyIndex: number; EvalID: string };
    expect(answer.status).toBe(200);
    expect(EvalID).toMatch(/^[0-9a-f-]{36}$/);
    expect((await manager.get('/v1/job/web')).body).toMatchObject({ JobModifyIndex, Version: 0, Stop: false });
  });

  it('shows the restart and reschedule blocks of a group as they are in force', async () => {
    const { namespace, manager } = await space();
    const restart = { attempts: 4, interval: 120_000, delay: 2000, mode: 'delay' } as const;
    const reschedule = { attempts: 5, interval: 3_600_000, delay: 7000, unlimited: false };
    const meta = { chaos: 'on', team: 'shop' };
    await manager.put('/v1/jobs', {
      Job: jobSpec({ id: 'web', namespace, count: 1, restart, reschedule, meta, groupMeta: { tier: 'gold' } }),
    });
    const job = (await manager.get('/v1/job/web')).body as Job;
    const policy = { Attempts: 4, Interval: 2 * minute, Delay: 2e9, Mode: 'delay' };
    expect(job).toMatchObject({ ID: 'web', Name: 'web', Namespace: namespace, Type: 'service', Meta: meta });
    expect(job.TaskGroups).toMatchObject([
      {
        Name: 'web',
        Count: 1,
        Meta: { tier: 'gold' },
        RestartPolicy: policy,
        ReschedulePolicy: {
          Attempts: 5,
          Interval: 60 * minute,
          Delay: 7e9,
          DelayFunction: 'constant',
          Unlimited: false,
        },
        Tasks: [{ Name: 'server', Driver: 'raw_exec', Lifecycle: null, RestartPolicy: policy, KillTimeout: 2e9 }],
      },
    ]);
  });

  it.each([
    [
      'service',
      { Attempts: 2, Interval: 30 * minute, Delay: 15e9, Mode: 'fail' },
      { Attempts: 0, Interval: 0, Delay: 30e9, DelayFunction: 'exponential', MaxDelay: 60 * minute, Unlimited: true },
    ],
    [
      'batch',
      { Attempts: 3, Interval: 24 * 60 * minute, Delay: 15e9, Mode: 'fail' },
      { Attempts: 1, Interval: 24 * 60 * minute, Delay: 5e9, DelayFunction: 'constant', Unlimited: false },
    ],
  ] as const)('fills in the defaults of a %s job without these blocks', async (type, restart, reschedule) => {
    const { namespace, manager } = await space();
    const spec = jobSpec({ id: 'plain', namespace, count: 1, type });
    const [group] = spec['TaskGroups'] as Record<string, unknown>[];
    const { RestartPolicy: _restart, ReschedulePolicy: _reschedule, ...bare } = group ?? {};
    await manager.put('/v1/jobs', { Job: { ...spec, TaskGroups: [bare] } });
    const job = (await manager.get('/v1/job/plain')).body as Job;
    expect(job.TaskGroups).toMatchObject([{ RestartPolicy: restart, ReschedulePolicy: reschedule }]);
  });

  it('lists jobs as stubs, over all namespaces too, and answers 404 for one that is not there', async () => {
    const { namespace, manager } = await space();
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 1 }) });
    const stubs = (await manager.get('/v1/jobs')).body as JobStub[];
    expect(stubs).toMatchObject([{ ID: 'web', Namespace: namespace, Type: 'service', Stop: false }]);
    expect(stubs[0]).not.toHaveProperty('TaskGroups');
    const everywhere = (await manager.in('*').get('/v1/jobs')).body as JobStub[];
    expect(everywhere).toContainEqual(expect.objectContaining({ ID: 'web', Namespace: namespace }));
    const missing = await manager.get('/v1/job/none');
    expect([missing.status, missing.body]).toEqual([404, 'job not found']);
  });

  it('stops a job: its version and its allocations say so; stopping a missing one answers 200', async () => {
    const { manager, run } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    expect((await manager.delete('/v1/job/web')).status).toBe(200);
    expect((await manager.get('/v1/job/web')).body).toMatchObject({ Stop: true, Version: 1 });
    await until('the allocation to end', async () => {
      const now = (await manager.get(`/v1/allocation/${alloc?.ID}`)).body as Allocation;
      return now.DesiredStatus === 'stop' && now.ClientStatus === 'complete';
    });
    await until('the job to be dead', async () => ((await manager.get('/v1/job/web')).body as Job).Status === 'dead');
    expect((await manager.delete('/v1/job/none')).status).toBe(200);
  });

  it('lists the allocations of a job with task states and without the job', async () => {
    const { namespace, manager, run } = await space();
    await run({ id: 'web', count: 2, groupMeta: { tier: 'gold' } });
    const list = (await manager.get('/v1/job/web/allocations')).body as Allocation[];
    expect(list).toHaveLength(2);
    for (const one of list) {
      expect(one).toMatchObject({
        Namespace: namespace,
        JobID: 'web',
        JobVersion: 0,
        TaskGroup: 'web',
        DesiredStatus: 'run',
      });
      expect(one.Name).toMatch(/^web\.web\[[01]\]$/);
      expect(one.TaskStates?.['server']).toMatchObject({
        State: 'running',
        Failed: false,
        Restarts: 0,
        FinishedAt: null,
      });
      expect(one.TaskStates?.['server']?.Events?.map(event => event.Type)).toEqual([
        'Received',
        'Task Setup',
        'Started',
      ]);
      expect(one).not.toHaveProperty('Job');
      expect(one).not.toHaveProperty('DeploymentID');
    }
    const all = (await manager.get('/v1/allocations')).body as Allocation[];
    expect(all.map(one => one.ID).sort()).toEqual(list.map(one => one.ID).sort());
    expect(all[0]?.TaskStates?.['server']?.State).toBe('running');
    const slim = (await manager.get('/v1/allocations', { task_states: 'false' })).body as Allocation[];
    expect(slim[0]?.TaskStates ?? null).toBeNull();
    const read = (await manager.get(`/v1/allocation/${list[0]?.ID}`)).body as Allocation & { Job: Job };
    expect(read.Job.TaskGroups).toMatchObject([{ Meta: { tier: 'gold' } }]);
    expect((await manager.get('/v1/job/none/allocations')).body).toEqual([]);
  });

  it('shows a deployment as running, paused, running and successful or failed', async () => {
    const { namespace, manager } = await space();
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 1, minHealthyTime: 30_000 }) });
    const running = await deploymentIn(manager.get, 'web', 'running');
    expect(running).toMatchObject({ JobID: 'web', Namespace: namespace, JobVersion: 0 });
    const listed = (await manager.get('/v1/deployments')).body as Deployment[];
    expect(listed).toMatchObject([{ ID: running.ID, Status: 'running' }]);
    for (const [Pause, status] of [
      [true, 'paused'],
      [false, 'running'],
    ] as const) {
      const answer = await manager.put(`/v1/deployment/pause/${running.ID}`, { DeploymentID: running.ID, Pause });
      expect(answer.status).toBe(200);
      await deploymentIn(manager.get, 'web', status);
    }
    expect((await manager.put(`/v1/deployment/fail/${running.ID}`, {})).status).toBe(200);
    await deploymentIn(manager.get, 'web', 'failed');
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'quick', namespace, count: 1 }) });
    const done = await deploymentIn(manager.get, 'quick', 'successful');
    expect(done.ModifyIndex).toBeGreaterThan(done.CreateIndex);
    expect((await manager.get('/v1/job/none/deployment')).body).toBeNull();
  });
}
