import { describe, expect, it } from 'vitest';
import { faults } from '../../faults/index.ts';
import type { NomadRequest } from '../../nomad/types.ts';
import { findings, healthy, job, nothing, refusals, scheduler } from '../doctor.fixture.ts';
import { Status } from '../nomad.fixture.ts';

describe('proofs of rights', () => {
  it('proves every right that the faults need', async () => {
    const { all } = await findings(healthy());
    const rights = faults.flatMap(({ permissions }) => permissions);
    const proved = all.filter(({ message }) => message === 'granted').map(({ what }) => what);
    for (const each of rights)
      expect(proved).toContain(
        each.scope === 'namespace' ? `default: ${each.capability}` : `${each.scope} ${each.policy}`,
      );
  });

  it('asks of what nobody has, once, and only in ways that are refused', async () => {
    const nomad = healthy();
    const sent: NomadRequest[] = [];
    nomad.before = request => void sent.push(request);
    await findings(nomad);
    const writes = sent.filter(({ method, path }) => method !== 'GET' && !path.startsWith('/v1/var/'));
    const refused = refusals.map(([call]) => call).filter(call => !call.startsWith('GET'));
    const others = [`DELETE ${job}`, 'PUT /v1/operator/scheduler/configuration'];
    expect(writes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...refused, ...others].sort());
    const put = (path: string) => writes.find(each => each.path === path && each.method === 'PUT');
    expect(put(`${job}/scale`)?.body).toMatchObject({ Count: -1 });
    expect(put(job)?.body).toMatchObject({
      EnforceIndex: true,
      JobModifyIndex: 1,
      Job: { ID: nothing, Namespace: 'default', Type: 'batch', ParameterizedJob: {}, TaskGroups: [{ Count: 0 }] },
    });
    const configuration = { query: { cas: '0' }, body: scheduler };
    expect(put('/v1/operator/scheduler/configuration')).toMatchObject(configuration);
    const found = sent.find(({ path }) => path === '/v1/deployments');
    expect(found?.query?.['filter']).toBe('Status == "successful" or Status == "failed" or Status == "cancelled"');
  });

  const off = 'Job registration, dispatch, and scale are disabled by the scheduler configuration';
  it.each<[string, string, unknown, string, string]>([
    [
      'no deployment has ended',
      '/v1/deployments',
      [],
      'default: fail-deployment',
      'no deployment that has ended is there to ask about',
    ],
    ['no allocation runs', '/v1/allocations', [], 'default: alloc-lifecycle', 'no allocation runs there to ask about'],
    [
      'nothing can be found',
      '/v1/deployments',
      new Status(403, 'Permission denied'),
      'default: pause-deployment',
      'without read-job nothing is found to ask about',
    ],
    [
      'a deployment is gone meanwhile',
      'PUT /v1/deployment/fail/d',
      new Status(500, 'deployment not found'),
      'default: fail-deployment',
      'deployment not found',
    ],
    ['registrations are turned off', `PUT ${job}`, new Status(403, off), 'default: register-job', off],
    ['the words are not known', `PUT ${job}/revert`, new Status(500, 'what?'), 'default: revert-job', 'what?'],
    [
      'there is no configuration to send back',
      'GET /v1/operator/scheduler/configuration',
      {},
      'operator write',
      "Nomad's answer has no configuration of its scheduler",
    ],
  ])('says that a right is not proved where %s', async (_, call, answer, what, why) => {
    const nomad = healthy();
    nomad.answers.set(call, answer);
    const found = await findings(nomad);
    expect(found.code).toBe(0);
    expect(found.all).toContainEqual({ level: 'warn', what, message: `not proved: ${why}` });
  });
});
