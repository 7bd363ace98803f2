import { expect, it } from 'vitest';
import type { Deployment, NomadResponse } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { deploymentIn } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';

interface Place {
  readonly namespace: string;
  readonly deployment: string;
  readonly service: string;
}

type Ask = (by: Caller, at: Place) => Promise<NomadResponse>;

/** The calls of faults on jobs, deployments and services; none of them changes what the next one needs. */
const calls: Readonly<Record<string, Ask>> = {
  'read versions': by => by.get('/v1/job/web/versions'),
  'read scaling': by => by.get('/v1/job/web/scale'),
  'read services of a job': by => by.get('/v1/job/web/services'),
  'read services': by => by.get('/v1/services'),
  'read a service': by => by.get('/v1/service/of-group'),
  'read a deployment': (by, { deployment }) => by.get(`/v1/deployment/${deployment}`),
  'list deployments of a job': by => by.get('/v1/job/slow/deployments'),
  scale: by => by.put('/v1/job/idle/scale', { Count: 0, Target: { Group: 'web' } }),
  register: (by, { namespace }) => by.put('/v1/jobs', { Job: jobSpec({ id: 'other', namespace, count: 0 }) }),
  tag: by => by.put('/v1/job/web/versions/keep/tag', { Version: 0 }),
  untag: by => by.delete('/v1/job/web/versions/keep/tag'),
  deregister: by => by.delete('/v1/job/other'),
  revert: by => by.put('/v1/job/other/revert', { JobID: 'other', JobVersion: 0 }),
  'delete a service': (by, { service }) => by.delete(`/v1/service/of-group/${service}`),
  pause: (by, { deployment }) =>
    by.put(`/v1/deployment/pause/${deployment}`, { DeploymentID: deployment, Pause: true }),
  fail: (by, { deployment }) => by.put(`/v1/deployment/fail/${deployment}`, { DeploymentID: deployment }),
};

const writes = [
  'scale',
  'register',
  'tag',
  'untag',
  'deregister',
  'revert',
  'delete a service',
  'pause',
  'fail',
] as const;

/** What each fine capability allows, alone: everything else of the list above is refused with 403. */
export function faultRightsCases({ space }: Contract): void {
  it('grants by each fine capability alone just what it names, and by submit-job every write', async () => {
    const here = await space();
    const at = await place(here);
    const reads = Object.keys(calls).slice(0, -writes.length);
    const expected: readonly [string, readonly string[]][] = [
      ['read-job', reads],
      ['list-jobs', []],
      ['read-job-scaling', ['read scaling']],
      ['scale-job', ['scale']],
      ['register-job', ['register']],
      ['tag-job-version', ['tag', 'untag']],
      ['deregister-job', ['deregister']],
      ['revert-job', ['revert']],
      ['delete-service-registration', ['delete a service']],
      ['pause-deployment', ['pause']],
      ['fail-deployment', ['fail']],
      ['submit-job', [...writes]],
    ];
    for (const [capability, granted] of expected) {
      const by = await here.caller({ capabilities: [capability] });
      expect([capability, await allowed(by, at)]).toEqual([capability, granted]);
    }
  });

  it('refuses before it looks whether the object is there', async () => {
    const { caller } = await space();
    const by = await caller({ capabilities: ['read-job'] });
    const refusals = [
      await by.put('/v1/job/none/scale', { Count: 1, Target: { Group: 'web' } }),
      await by.put('/v1/job/none/revert', { JobID: 'none', JobVersion: 0 }),
      await by.put('/v1/job/none/versions/keep/tag', { Version: 0 }),
      await by.delete('/v1/job/none'),
      await by.delete('/v1/service/none/none'),
    ];
    expect(refusals.map(({ status, body }) => [status, body])).toEqual(refusals.map(() => [403, 'Permission denied']));
  });
}

async function place({ manager, namespace, run }: Space): Promise<Place> {
  await manager.put('/v1/jobs', { Job: jobSpec({ id: 'slow', namespace, count: 1, minHealthyTime: 30_000 }) });
  await manager.put('/v1/jobs', { Job: jobSpec({ id: 'idle', namespace, count: 0 }) });
  for (const meta of [{ v: '1' }, { v: '2' }])
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'other', namespace, count: 0, meta }) });
  await run({ id: 'web', count: 1, services: { group: 'of-group' } });
  const service = await until('the service', async () => {
    const [one] = (await manager.get('/v1/service/of-group')).body as { ID: string }[];
    return one?.ID;
  });
  const { ID }: Deployment = await deploymentIn(manager.get, 'slow', 'running');
  return { namespace, deployment: ID, service };
}

/** Makes every call, and answers the names of those that were not denied: what is no longer there may be refused. */
async function allowed(by: Caller, at: Place): Promise<string[]> {
  const names: string[] = [];
  for (const [name, ask] of Object.entries(calls)) {
    const { status, body } = await ask(by, at);
    if (status !== 403) names.push(name);
    else expect([name, body]).toEqual([name, 'Permission denied']);
  }
  return names;
}
