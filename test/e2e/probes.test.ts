import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { endControllers, startController } from './controller-handle.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.ts';
import { everyRight } from './every-right.ts';
import { verdictIn } from './pair.ts';
import { finishedRun, type Items, makePlace, type Place } from './place.ts';

/** What is probed: a real server of this test, which answers with a status that the test sets. */
let status = 200;
let server: Server;
let url = '';
let cluster: EmbeddedCluster;

beforeAll(async () => {
  server = createServer((_, answer) => {
    answer.statusCode = status;
    answer.end('ok\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/`;
  cluster = await startEmbeddedCluster(3);
}, 60_000);

afterAll(async () => {
  await endControllers();
  await cluster.stop();
  server.close();
});

async function place(allow: boolean): Promise<Place> {
  status = 200;
  const made = await makePlace(cluster, everyRight);
  await made.run({ id: 'web', count: 3 });
  const { host } = new URL(url);
  const limits = { max_group_percent: '100', max_namespace_percent: '100', max_nodes_percent: '100' };
  await made.put('chaos/control/limits', { ...limits, ...(allow ? { probe_hosts: host } : {}) });
  return made;
}

async function ended(on: Place, items: Items): Promise<{ readonly verdict: string; readonly message: string }> {
  await on.put('chaos/schedule/it', items);
  const { items: record } = await finishedRun(on, 60_000);
  const { message = '' } = JSON.parse(record['body'] ?? '{}') as { message?: string };
  return { verdict: verdictIn(record), message };
}

describe('probes of a run, on the embedded Nomad', () => {
  it('hold before and after a kill', async () => {
    const on = await place(true);
    await startController(on.options('one'), on.nomad);
    const kill = { fault: 'alloc-kill', target_job: 'web', at: 'now', expect_http: url, recover_within: '20s' };
    expect(await ended(on, kill)).toMatchObject({ verdict: 'passed' });
  });

  it('may not reach this machine unless the limits name it', async () => {
    const on = await place(false);
    await startController(on.options('one'), on.nomad);
    const kill = { fault: 'alloc-kill', target_job: 'web', at: 'now', expect_http: url };
    const { verdict, message } = await ended(on, kill);
    expect(verdict).toBe('failed/not_steady');
    expect(message).toMatch(/this machine/);
  });

  it('end a run by a guard, which is undone', async () => {
    const on = await place(true);
    await startController(on.options('one'), on.nomad);
    const spec = {
      schedule: { at: 'now' },
      target: { job: 'web' },
      steady_state: [{ name: 'it answers', http: url }],
      method: [{ fault: 'job-scale', with: { delta: -1 }, duration: '60s' }],
      guards: [{ probe: 'it answers', violated_for: '2s' }],
      recovery: { within: '20s' },
    };
    await on.put('chaos/schedule/it', { spec: JSON.stringify(spec) });
    await until('the fault to be in force', async () => [...(await on.records()).values()][0]?.['state'] === 'holding');
    status = 500;
    const { items } = await finishedRun(on, 60_000);
    expect(verdictIn(items)).toBe('aborted/guard_violated');
    expect(items['undo']).toContain('"state":"undone"');
  });
});
