/** The cluster of one seed: its jobs, and how far the operators let harm go. */

import type { Random } from '../../src/base/random.ts';
import type { NomadRequest } from '../../src/nomad/types.ts';
import type { Server } from './server.ts';

export const home = 'sirocco';

/** Every job by its name, and how many of it people want at first. */
export const services = { web: 4, api: 3, pool: 4, shop: 2, front: 3 } as const;

export type Service = keyof typeof services;

/** Nodes that faults may take out, and one that is the operators' own. */
export const sharedNodes = ['client-0', 'client-1', 'client-2', 'client-3'] as const;
export const ownNode = 'client-4';

export function put(namespace: string, path: string, items: Readonly<Record<string, string>>): NomadRequest {
  return {
    method: 'PUT',
    path: `/v1/var/${path}`,
    namespace,
    body: { Namespace: namespace, Path: path, Items: items },
    kind: 'people',
  };
}

export function remove(namespace: string, path: string): NomadRequest {
  return { method: 'DELETE', path: `/v1/var/${path}`, namespace, kind: 'people', accept: [204, 404] };
}

const second = 1_000_000_000;

/** Deployments of `front` take their time, so that there is something to pause. */
const update: { readonly [K in Service]?: Readonly<Record<string, unknown>> } = {
  front: { MaxParallel: 1, MinHealthyTime: 2 * second },
};

/** A service of mock tasks that run until they are killed, and are restarted after a second. `edition` makes a new version. */
export function service(id: Service, count: number, edition = 0): NomadRequest {
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
        Tasks: [
          { Name: 'server', Driver: 'mock_driver', Config: { run_for: '100h' }, Env: { EDITION: String(edition) } },
        ],
        ...(id === 'api' ? { Services: [{ Name: 'api', Provider: 'nomad', PortLabel: '' }] } : {}),
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
          ...update[id],
        },
      },
    ],
  };
  return { method: 'PUT', path: '/v1/jobs', namespace: 'default', body: { Job }, kind: 'people' };
}

/** Fast enough that many runs fit into two virtual minutes; in every other seed wide enough to stop a whole job. */
function limits(draws: Random): Readonly<Record<string, string>> {
  const [isWide, isShared] = [draws.next() < 0.5, draws.next() < 0.5];
  return {
    min_interval_per_job: '3s',
    max_nodes_percent: '50',
    max_namespace_percent: isWide ? '80' : '50',
    ...(isWide ? { max_group_percent: '100' } : {}),
    ...(isShared ? { max_runs_per_job: '2' } : {}),
    max_concurrent_runs: '3',
    exclude_nodes: ownNode,
  };
}

/** Puts everything in place and tells when it is ready. */
export function prepare(server: Server, draws: Random): void {
  server.ask({ method: 'PUT', path: `/v1/namespace/${home}`, body: { Name: home }, kind: 'people' });
  for (const id of Object.keys(services) as Service[]) server.ask(service(id, services[id]));
  server.ask(put(home, 'chaos/control/limits', limits(draws)));
}
