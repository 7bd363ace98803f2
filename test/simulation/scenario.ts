/** The cluster, the specs and the people of one seed. */

import type { Random } from '../../src/base/random.ts';
import type { NomadRequest } from '../../src/nomad/types.ts';
import type { Server } from './server.ts';

export const home = 'sirocco';

function put(namespace: string, path: string, items: Record<string, string>): NomadRequest {
  return {
    method: 'PUT',
    path: `/v1/var/${path}`,
    namespace,
    body: { Namespace: namespace, Path: path, Items: items },
    kind: 'people',
  };
}

function remove(namespace: string, path: string): NomadRequest {
  return { method: 'DELETE', path: `/v1/var/${path}`, namespace, kind: 'people', accept: [204, 404] };
}

/** A service of mock tasks that run until they are killed, and are restarted after a second. */
function service(id: string, count: number): NomadRequest {
  const second = 1_000_000_000;
  const Job = {
    ID: id,
    Name: id,
    Namespace: 'default',
    Type: 'service',
    Datacenters: ['*'],
    TaskGroups: [
      {
        Name: 'app',
        Count: count,
        Tasks: [{ Name: 'server', Driver: 'mock_driver', Config: { run_for: '100h' } }],
        RestartPolicy: { Attempts: 50, Interval: 600 * second, Delay: second, Mode: 'delay' },
        ReschedulePolicy: {
          Unlimited: true,
          Delay: second,
          DelayFunction: 'constant',
          MaxDelay: second,
          Attempts: 0,
          Interval: 0,
        },
        Update: {
          MaxParallel: 5,
          MinHealthyTime: 0,
          HealthyDeadline: 60 * second,
          ProgressDeadline: 120 * second,
          HealthCheck: 'task_states',
        },
      },
    ],
  };
  return { method: 'PUT', path: '/v1/jobs', namespace: 'default', body: { Job }, kind: 'people' };
}

export const services: Readonly<Record<string, number>> = { web: 4, api: 3 };

/** Fast enough that many runs fit into two virtual minutes. */
const limits = {
  min_interval_per_job: '3s',
  max_nodes_percent: '50',
  max_namespace_percent: '50',
  max_concurrent_runs: '3',
};

/** Puts everything in place and tells when it is ready. */
export function prepare(server: Server): void {
  server.ask({ method: 'PUT', path: `/v1/namespace/${home}`, body: { Name: home }, kind: 'people' });
  for (const [id, count] of Object.entries(services)) server.ask(service(id, count));
  server.ask(put(home, 'chaos/control/limits', limits));
}

/** About so often; every other schedule has a jitter, a probability, or something to say of its open runs. */
function timeItems(times: Random, everySeconds: number): Record<string, string> {
  const [isCron, isJittered, isUnsure, policy] = [times.next(), times.next(), times.next(), times.next()];
  const jitter = 1 + times.below(30);
  return {
    ...(isCron < 0.25
      ? { cron: `*/${everySeconds} * * * * *`, timezone: 'Europe/Paris' }
      : { every: `${everySeconds}s` }),
    ...(isJittered < 0.3 ? { start_jitter: `${jitter}s` } : {}),
    ...(isUnsure < 0.3 ? { probability: '0.7' } : {}),
    ...(policy < 0.2 ? { concurrency: 'replace' } : policy < 0.4 ? { concurrency: 'allow' } : {}),
  };
}

/** What people do at which virtual millisecond: the same in a disturbed and an undisturbed run. */
export function deeds(
  people: Random,
  times: Random,
): readonly { readonly at: number; readonly name: string; readonly request: NomadRequest }[] {
  const between = (from: number, to: number) => from + people.below(to - from);
  const time = (everySeconds: number) => timeItems(times, everySeconds);
  const all: { at: number; name: string; request: NomadRequest }[] = [
    {
      at: between(500, 3_000),
      name: 'kill',
      request: put('default', 'chaos/schedule/kill', {
        fault: 'alloc-kill',
        target_job: 'web',
        ...time(17),
        recover_within: '40s',
      }),
    },
    {
      at: between(500, 3_000),
      name: 'stop',
      request: put('default', 'chaos/schedule/stop', {
        fault: 'alloc-stop',
        target_job: 'api',
        ...time(23),
        recover_within: '40s',
      }),
    },
    {
      at: between(500, 3_000),
      name: 'restart',
      request: put('default', 'chaos/schedule/restart', {
        fault: 'alloc-restart',
        target_job: 'web',
        ...time(31),
        recover_within: '40s',
      }),
    },
    {
      at: between(500, 3_000),
      name: 'cordon',
      request: put(home, 'chaos/schedule/cordon', {
        fault: 'node-ineligible',
        target_node: '*',
        ...time(29),
        duration: '6s',
        recover_within: '20s',
      }),
    },
    {
      at: between(500, 9_000),
      name: 'bad',
      request: put('default', 'chaos/schedule/bad', { fault: 'alloc-kil', target_job: 'web', every: '5s' }),
    },
  ];
  if (people.next() < 0.5) {
    const at = between(20_000, 90_000);
    all.push({ at, name: 'halt', request: put(home, 'chaos/control/halt', { reason: 'people' }) });
    all.push({ at: at + between(1_000, 15_000), name: 'resume', request: remove(home, 'chaos/control/halt') });
  }
  if (people.next() < 0.5)
    all.push({ at: between(20_000, 100_000), name: 'delete', request: remove(home, 'chaos/schedule/cordon') });
  if (people.next() < 0.5) {
    const edited = { fault: 'alloc-kill', target_job: 'web', target_count: '2', every: '13s', recover_within: '40s' };
    all.push({ at: between(20_000, 100_000), name: 'edit', request: put('default', 'chaos/schedule/kill', edited) });
  }
  return all;
}

/** Ends every schedule, so that the cluster can come to rest. */
export const rest: readonly NomadRequest[] = [
  remove('default', 'chaos/schedule/kill'),
  remove('default', 'chaos/schedule/stop'),
  remove('default', 'chaos/schedule/restart'),
  remove(home, 'chaos/schedule/cordon'),
  remove(home, 'chaos/control/halt'),
];
