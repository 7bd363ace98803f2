import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { until } from '../support/until.ts';
import { endControllers, startController } from './controller-handle.ts';
import { kill } from './pair.ts';
import { controllerRights, makePlace, type Place, signalsOf } from './place.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

/** A schedule of one namespace, a job of another, and a controller that manages both and whose token may do both. */
describeWithNomad('a spec that reaches for another namespace, on a real Nomad', () => {
  let cluster: E2eCluster;
  let here: Place;
  let there: Place;
  beforeAll(async () => {
    cluster = await startCluster({ clients: 3 });
    there = await makePlace(cluster);
    here = await makePlace(cluster, own => ({
      ...controllerRights(own),
      namespaces: { ...controllerRights(own).namespaces, ...controllerRights(there.namespace).namespaces },
    }));
    await there.run({ id: 'web', count: 2 });
    const namespaces = [here.namespace, there.namespace];
    await startController(here.options('one', { config: { namespaces } }), here.nomad);
  }, 120_000);
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
  }, 60_000);

  const answer = (name: string, key: string) =>
    until(`an answer to ${name}`, async () => {
      const status = await here.get(`chaos/status/${name}`);
      return status?.[key] !== undefined && status;
    });

  it('finds no target where the job of that name is only in the other one', async () => {
    await here.put('chaos/schedule/stranger', kill);
    expect(await answer('stranger', 'last_verdict')).toMatchObject({
      last_verdict: 'refused',
      last_reason: 'no_target',
    });
    expect(signalsOf(await there.allocations('web'))).toBe(0);
  });

  describe.each([
    ['key', () => ({ ...kill, target_namespace: there.namespace }), 'target_namespace'],
    ['slash', () => ({ ...kill, target_job: `${there.namespace}/web` }), 'target_job'],
    ['at', () => ({ ...kill, target_job: `web@${there.namespace}` }), 'target_job'],
  ] as const)('by a %s', (name, items, key) => {
    it('is refused by a code of its own, and nothing is done', async () => {
      await here.put(`chaos/schedule/${name}`, items());
      const expected = { state: 'rejected', error_code: 'SIR-107', error_key: key };
      expect(await answer(name, 'error_code')).toMatchObject(expected);
      expect(signalsOf(await there.allocations('web'))).toBe(0);
    });
  });

  it('hits the job from its own namespace: the token could all the time', async () => {
    await there.put('chaos/schedule/own', kill);
    await until('the kill', async () => signalsOf(await there.allocations('web')) === 1);
  });
});
