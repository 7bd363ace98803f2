/** Probes of a run, the same on a Nomad of either kind: each kind of them, before, while and after, and guards. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Samples } from '../../src/lifecycle/samples.ts';
import { until } from '../support/until.ts';
import { type ControllerHandle, startController } from './controller-handle.ts';
import { everyRight } from './every-right.ts';
import { verdictIn } from './pair.ts';
import { type Cluster, finishedRun, type Items, makePlace, type Place } from './place.ts';
import { type ProbedServer, startProbedServer } from './probed-server.ts';

const withinMs = 240_000;
const wide = { max_group_percent: '100', max_namespace_percent: '100', max_nodes_percent: '100' };

interface Body {
  readonly message?: string;
  readonly samples?: Readonly<Record<string, Samples>>;
}

interface Stage {
  readonly place: Place;
  readonly server: ProbedServer;
  readonly controller: ControllerHandle;
}

export function probeSuite(clusterOf: () => Cluster): void {
  const servers: ProbedServer[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  /** A controller beside job `web` of three; each may be probed that `hosts` names. */
  async function stage(hosts: (host: string) => string | undefined = host => host): Promise<Stage> {
    const server = await startProbedServer();
    servers.push(server);
    const place = await makePlace(clusterOf(), everyRight);
    await place.run({ id: 'web', count: 3, ...listening });
    const allowed = hosts(server.host);
    const probed = allowed === undefined ? {} : { probe_hosts: allowed };
    await place.put('chaos/control/limits', { ...wide, ...probed });
    const controller = await startController(place.options('one'), place.nomad);
    return { place, server, controller };
  }

  async function ended({ place, controller }: Stage) {
    const { items } = await finishedRun(place, withinMs - 30_000);
    const body = JSON.parse(items['body'] ?? '{}') as Body;
    await controller.end();
    await place.endJobs();
    return { ...body, verdict: verdictIn(items), items, story: `${body.message}\n${controller.story()}` };
  }

  const inForce = async ({ place }: Stage) =>
    until('the fault to be in force', async () => [...(await place.records()).values()][0]?.['state'] === 'holding', {
      within: 60_000,
    });

  it('hold before and after a kill', { timeout: withinMs }, async () => {
    const on = await stage();
    await on.place.put('chaos/schedule/it', { ...kill, expect_http: `http://${on.server.host}/` });
    const { verdict, story } = await ended(on);
    expect(verdict, story).toBe('passed');
    expect(on.server.asked.length).toBeGreaterThanOrEqual(2);
  });

  it('may not reach this machine unless the limits name it', { timeout: withinMs }, async () => {
    const on = await stage(() => undefined);
    await on.place.put('chaos/schedule/it', { ...kill, expect_http: `http://${on.server.host}/` });
    const { verdict, message } = await ended(on);
    expect(verdict).toBe('failed/not_steady');
    expect(message).toMatch(/this machine/);
    expect(on.server.asked).toEqual([]);
  });

  it('of every kind are asked before, while and after, and kept small', { timeout: withinMs }, async () => {
    const on = await stage();
    await on.place.put('chaos/schedule/it', { spec: JSON.stringify(everyKind(on.server.host)) });
    const { verdict, samples = {}, items, story } = await ended(on);
    expect(verdict, story).toBe('passed');
    const names = ['http', 'nomad', 'prometheus', 'tcp'];
    const phases = names.flatMap(name => ['after', 'before', 'during'].map(phase => `${phase} ${name}`));
    expect(Object.keys(samples).sort()).toEqual([...phases, 'guard 0 http'].sort());
    for (const [key, { count, failures, last }] of Object.entries(samples)) {
      expect([key, last?.ok]).toEqual([key, true]);
      if (key.startsWith('during')) expect([key, count > 2, failures]).toEqual([key, true, 0]);
    }
    expect(samples['during nomad']?.last?.text).toMatch(/^\d of \d healthy, 0 restarts, deployment /);
    expect(samples['during prometheus']).toMatchObject({ min: 0.995, max: 0.995 });
    expect((items['body'] ?? '').length).toBeLessThan(16_384);
  });

  it.each<[string, object, (answer: ProbedServer['answer']) => void, RegExp]>([
    ['a status', {}, answer => Object.assign(answer, { status: 500 }), /the status is 500, not 2xx/],
    [
      'a latency',
      { expect: { latency: '< 200ms' } },
      answer => Object.assign(answer, { delayMs: 400 }),
      /it took \S+, not < 200ms/,
    ],
    ['a body', { expect: { body: { json: 'state', equals: 'down' } } }, () => undefined, /`state` is "up", not "down"/],
  ])('end a run by a guard on %s, which is undone', { timeout: withinMs }, async (_, expected, worsen, words) => {
    const on = await stage();
    const guard = { probe: 'it answers', violated_for: '2s', ...expected };
    await on.place.put('chaos/schedule/it', { spec: JSON.stringify(guarded(on.server.host, guard)) });
    await inForce(on);
    worsen(on.server.answer);
    const { verdict, message, items, story } = await ended(on);
    expect(verdict, story).toBe('aborted/guard_violated');
    expect(message).toMatch(words);
    expect(items['undo']).toContain('"state":"undone"');
  });

  it('that hold no more while the fault is in force are a deviation', { timeout: withinMs }, async () => {
    const on = await stage();
    const { host, answer } = on.server;
    const steady = { name: 'errors', during: true, prometheus: { url: `http://${host}`, query: 'sum(up)' } };
    const method = [{ fault: 'job-scale', with: { delta: -1 }, duration: '8s' }];
    const spec = { ...guarded(host), steady_state: [{ ...steady, expect: { value: '>= 0.9' } }], method };
    await on.place.put('chaos/schedule/it', { spec: JSON.stringify({ ...spec, guards: undefined }) });
    await inForce(on);
    answer.value = 0.5;
    await until('it to be asked then', () => on.server.asked.length > 4);
    answer.value = 0.995;
    const { verdict, samples, story } = await ended(on);
    expect(verdict, story).toBe('deviated/steady_state_violated');
    expect(samples?.['during errors']?.firstFailure?.text).toBe('the value is 0.5, not >= 0.9');
  });

  describe('of a service', () => {
    let on: Stage;
    beforeAll(async () => {
      on = await stage(() => '127.0.0.1');
    }, withinMs);

    it('ask one instance after the other, also of those that come later', { timeout: withinMs }, async () => {
      const spec = {
        schedule: { at: 'now' },
        target: { job: 'web' },
        steady_state: [{ name: 'shop', tcp: '{{ service.shop }}' }],
        method: [{ fault: 'alloc-stop' }],
        recovery: { within: '60s' },
      };
      await on.place.put('chaos/schedule/it', { spec: JSON.stringify(spec) });
      const { verdict, samples, story } = await ended(on);
      expect(verdict, story).toBe('passed');
      expect(samples?.['before shop']?.last?.text).toMatch(/^connected in /);
      expect(samples?.['after shop']?.last).toMatchObject({ ok: true });
    });
  });
}

const kill: Items = { fault: 'alloc-kill', target_job: 'web', at: 'now', recover_within: '30s' };

/** A task that listens on the port of its service. */
const listening = {
  services: { group: 'shop' },
  tasks: [
    {
      name: 'server',
      command: [
        process.execPath,
        '-e',
        "require('node:net').createServer(socket => socket.end()).listen(process.env.NOMAD_PORT_http, '0.0.0.0')",
      ] as [string, ...string[]],
    },
  ],
};

function guarded(host: string, guard: object = { probe: 'it answers', violated_for: '2s' }) {
  return {
    schedule: { at: 'now' },
    target: { job: 'web' },
    steady_state: [{ name: 'it answers', http: `http://${host}/` }],
    method: [{ fault: 'job-scale', with: { delta: -1 }, duration: '60s' }],
    guards: [guard],
    recovery: { within: '30s' },
  };
}

function everyKind(host: string) {
  return {
    ...guarded(host),
    steady_state: [
      {
        name: 'http',
        during: true,
        http: { url: `http://${host}/health?full=1`, timeout: '20s' },
        expect: { status: '2xx', latency: '< 15s', body: { json: 'state', equals: 'up' } },
      },
      { name: 'tcp', during: true, tcp: { address: host, timeout: '20s' }, expect: { latency: '< 15s' } },
      {
        name: 'nomad',
        during: true,
        nomad: { job: 'web', group: 'web' },
        expect: { healthy: '>= 2', restarts: 0, deployment: 'successful, running, pending' },
      },
      {
        name: 'prometheus',
        during: true,
        prometheus: { url: `http://${host}/prom`, query: 'sum(up) / count(up)' },
        expect: { value: '>= 0.99' },
      },
    ],
    method: [{ fault: 'job-scale', with: { delta: -1 }, duration: '5s' }],
    guards: [{ probe: 'http', violated_for: '30s', expect: { latency: '< 10s' } }],
  };
}
