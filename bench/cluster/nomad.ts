/** The few calls to Nomad that a figure makes itself, over the project's own transport: a baseline pays what it pays. */

import { nomadConfig } from '../../src/nomad/config.ts';
import { createTransport } from '../../src/nomad/transport.ts';
import type { Allocation, Deployment, NomadRequest, NomadResponse } from '../../src/nomad/types.ts';
import { realClock, realTimers } from '../../src/world/real.ts';
import { until } from '../../test/support/until.ts';

export interface Address {
  readonly address: string;
  readonly token?: string;
}

export type Items = Readonly<Record<string, string>>;

export interface Nomad {
  /** Rejects with the words of Nomad on any answer but 2xx. */
  ask(request: Omit<NomadRequest, 'kind'>): Promise<NomadResponse>;
  put(namespace: string, path: string, items: Items): Promise<void>;
  remove(namespace: string, path: string): Promise<void>;
  /** Registers jobs and waits until each has its instances running and no deployment under way. */
  runJobs(jobs: readonly JobSpec[]): Promise<void>;
  close(): Promise<void>;
}

export interface JobSpec {
  readonly ID: string;
  readonly Namespace: string;
  readonly count: number;
  readonly [key: string]: unknown;
}

export function createNomad({ address, token }: Address): Nomad {
  const config = nomadConfig({ NOMAD_ADDR: address, NOMAD_TOKEN: token ?? '' });
  const transport = createTransport(config, { clock: realClock, timers: realTimers });

  const ask: Nomad['ask'] = async request => {
    const outcome = await transport.send({ ...request, kind: 'bench' });
    if (outcome.kind !== 'ok') throw new Error(`${request.method} ${request.path}: ${outcome.message}`);
    return outcome.response;
  };

  async function steady({ ID, Namespace: namespace, count }: JobSpec): Promise<boolean> {
    const [allocations, deployments] = await Promise.all([
      ask({ method: 'GET', path: `/v1/job/${ID}/allocations`, namespace }),
      ask({ method: 'GET', path: `/v1/job/${ID}/deployments`, namespace }),
    ]);
    const running = (allocations.body as Allocation[]).filter(
      each =>
        each.ClientStatus === 'running' &&
        Object.values(each.TaskStates ?? {}).every(({ State }) => State === 'running'),
    );
    return (
      running.length === count && (deployments.body as Deployment[]).every(({ Status }) => Status === 'successful')
    );
  }

  return {
    ask,
    async put(namespace, Path, Items) {
      await ask({ method: 'PUT', path: `/v1/var/${Path}`, namespace, body: { Namespace: namespace, Path, Items } });
    },
    async remove(namespace, path) {
      await ask({ method: 'DELETE', path: `/v1/var/${path}`, namespace });
    },
    async runJobs(jobs) {
      for (const { count: _, ...Job } of jobs) await ask({ method: 'PUT', path: '/v1/jobs', body: { Job } });
      for (const job of jobs) await until(`${job.ID} to be steady`, () => steady(job), { within: 60_000 });
    },
    close: () => transport.close(),
  };
}

/** Limits that let many runs go at once: what is measured is speed. */
export const openLimits: Items = {
  max_concurrent_runs: '1000',
  max_namespace_percent: '100',
  max_nodes_percent: '100',
  min_interval_per_job: '0s',
};

const seconds = 1e9;

/** A service whose instances only wait: real processes, or, with the driver that keeps time, none. */
export function waitingJob(id: string, count: number, driver: 'raw_exec' | 'mock_driver'): JobSpec {
  const Config = driver === 'raw_exec' ? { command: '/bin/sleep', args: ['3600'] } : { run_for: '24h' };
  return {
    ID: id,
    Name: id,
    Namespace: 'default',
    Type: 'service',
    Datacenters: ['*'],
    count,
    TaskGroups: [
      {
        Name: 'web',
        Count: count,
        EphemeralDisk: { SizeMB: 10 },
        RestartPolicy: { Attempts: 5, Interval: 60 * seconds, Delay: 0.1 * seconds, Mode: 'delay' },
        Update: {
          HealthCheck: 'task_states',
          MaxParallel: count,
          MinHealthyTime: 0,
          HealthyDeadline: 30 * seconds,
          ProgressDeadline: 60 * seconds,
        },
        Tasks: [
          {
            Name: 'server',
            Driver: driver,
            Config,
            Resources: { CPU: 20, MemoryMB: 16 },
            LogConfig: { MaxFiles: 1, MaxFileSizeMB: 1 },
          },
        ],
      },
    ],
  };
}
