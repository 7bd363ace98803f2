/** A deployment that is under way for a while. */

import { until } from '../support/until.ts';
import { type Place, runningOf } from './place.ts';

interface JobBody {
  readonly Version: number;
  readonly TaskGroups: readonly {
    readonly Count: number;
    readonly Update?: object;
    readonly Tasks: readonly object[];
  }[];
}

interface Deployment {
  readonly Status: string;
  readonly JobVersion: number;
}

/**
 * Registers a job with something new in its tasks, and waits until its new instances run and its deployment goes on: they
 * count as healthy only after so many milliseconds.
 */
export async function deployAgain(
  { cluster, namespace, allocations }: Place,
  job: string,
  healthyAfterMs: number,
): Promise<void> {
  const path = (what: string) => `/v1/job/${job}${what}?namespace=${namespace}`;
  const read = await cluster.call<JobBody>(path(''));
  const update = { MinHealthyTime: healthyAfterMs * 1e6, HealthyDeadline: 300e9, ProgressDeadline: 600e9 };
  const TaskGroups = read.TaskGroups.map(each => ({
    ...each,
    Update: { ...each.Update, ...update },
    Tasks: each.Tasks.map(task => ({ ...task, Env: { deployed: 'again' } })),
  }));
  const count = read.TaskGroups.reduce((sum, each) => sum + each.Count, 0);
  await cluster.call(path(''), { method: 'PUT', body: { Job: { ...read, TaskGroups } } });
  await until('its new instances to run', async () => {
    const { Status, JobVersion } = await cluster.call<Deployment>(path('/deployment'));
    const running = runningOf(await allocations(job)).filter(each => each.JobVersion === JobVersion);
    return Status === 'running' && JobVersion > read.Version && running.length === count;
  });
}
