/** Waiting for a job of a test to be where the test wants it. */

import type { Allocation, Deployment } from '../../src/nomad/types.ts';
import { until } from './until.ts';

/** Whatever can GET a path of Nomad's API in the job's namespace. */
export type Get = (path: string) => Promise<{ readonly body: unknown }>;

export async function allocationsOf(get: Get, job: string): Promise<Allocation[]> {
  return (await get(`/v1/job/${job}/allocations`)).body as Allocation[];
}

/**
 * Waits until `count` allocations of the job run and in each of them these tasks; answers them by name. An allocation
 * counts as running as soon as any of its tasks runs, a prestart one too: hence the tasks.
 */
export async function runningAllocations(
  get: Get,
  job: string,
  count: number,
  tasks: readonly string[] = ['server'],
): Promise<Allocation[]> {
  const runs = (one: Allocation): boolean =>
    one.ClientStatus === 'running' &&
    one.DesiredStatus === 'run' &&
    tasks.every(name => one.TaskStates?.[name]?.State === 'running');
  return until(
    `${count} running allocations of ${job}`,
    async () => {
      const running = (await allocationsOf(get, job)).filter(runs);
      return running.length === count && running.sort((a, b) => a.Name.localeCompare(b.Name));
    },
    { within: 30_000 },
  );
}

/** Waits until the newest deployment of the job has this status. */
export async function deploymentIn(get: Get, job: string, status: string): Promise<Deployment> {
  return until(
    `the deployment of ${job} to be ${status}`,
    async () => {
      const deployment = (await get(`/v1/job/${job}/deployment`)).body as Deployment | null;
      return deployment !== null && deployment.Status === status && deployment;
    },
    { within: 30_000 },
  );
}
