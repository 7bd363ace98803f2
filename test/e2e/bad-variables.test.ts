import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VariableMetadata } from '../../src/nomad/types.ts';
import { until } from '../support/until.ts';
import { type ControllerHandle, endControllers, startController } from './controller-handle.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.ts';
import { writeEvidence } from './evidence.ts';
import { isLong } from './long.ts';
import { makePlace, type Place } from './place.ts';

const count = isLong ? 1_000 : 200;
const withinMs = 60_000;

/** Each is wrong in another way. */
const bad = [
  { fault: 'alloc-kil', target_job: 'web', every: '5s' },
  { fault: 'alloc-kill', target_jobb: 'web', every: '5s' },
  { fault: 'alloc-kill', target_job: 'web', every: '5 parsecs' },
  { fault: 'alloc-kill', target_job: 'web', signal: 'SIGFOO', at: 'now' },
  { target_job: 'web', every: '1h' },
];

describe(`${count} bad schedules, on the embedded Nomad`, () => {
  let cluster: EmbeddedCluster;
  let place: Place;
  let controller: ControllerHandle;
  beforeAll(async () => {
    cluster = await startEmbeddedCluster(3);
    place = await makePlace(cluster);
    await place.run({ id: 'web', count: 2, restart: { attempts: 100, interval: 60_000, delay: 0, mode: 'fail' } });
    await place.put('chaos/control/limits', {
      min_interval_per_job: '0s',
      max_group_percent: '50',
      max_namespace_percent: '50',
    });
    controller = await startController(place.options('one'), place.nomad);
    await controller.leads();
  }, 60_000);
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
  }, 60_000);

  it('are all answered within a minute, while a good one stays on time', { timeout: withinMs + 60_000 }, async () => {
    await place.put('chaos/schedule/good', { fault: 'alloc-kill', target_job: 'web', every: '5s' });
    const began = performance.now();
    for (let n = 0; n < count; n += 1) await place.put(`chaos/schedule/bad-${n}`, bad[n % bad.length] ?? {});
    await until(
      'every one to be answered',
      async () => {
        const prefix = 'chaos/status/bad-';
        const found = await cluster.call<VariableMetadata[]>(`/v1/vars?prefix=${prefix}&namespace=${place.namespace}`);
        return found.length === count;
      },
      { within: withinMs, every: 500 },
    );
    const took = performance.now() - began;
    for (let n = 0; n < bad.length; n += 1) {
      const status = await place.get(`chaos/status/bad-${n}`);
      expect(status).toMatchObject({ state: 'rejected', error: expect.any(String), error_code: expect.any(String) });
    }
    await until('two kills in all', () => delays(controller).length >= 2).catch(error => {
      throw new Error(`${String(error)}\n${controller.story()}`);
    });
    const worst = Math.max(...delays(controller));
    writeEvidence('bad-variables', {
      title: `${count} bad schedules beside a good one`,
      columns: ['what', 'time'],
      rows: [
        ['all were answered after', `${(took / 1000).toFixed(1)} s`],
        ['the good one, every 5 s, was late by at most', `${Math.round(worst)} ms`],
      ],
    });
    expect(took).toBeLessThan(withinMs);
    expect(worst).toBeLessThan(5_000);
  });
});

/** Milliseconds by which each injection came after its tick. */
function delays({ lines }: ControllerHandle): readonly number[] {
  return lines.flatMap(each =>
    each['type'] === 'injection' && each['outcome'] === 'done' ? Number(each['dueDelayMs']) : [],
  );
}
