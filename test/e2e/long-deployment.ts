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

export interface LongDeployment {
  readonly job: string;
  /** Milliseconds that its new instances must run to count as healthy; once all do, even a paused deployment may end. */
  readonly healthyAfter: number;
  /** New instances at a time; default: all. */
  readonly maxParallel?: number;
  /** What is new in its tasks; default `again`. */
  readonly what?: string;
}

/** Registers a job with something new in its tasks, and waits until the first of its new instances run while its deployment goes on. */
export async function deployAgain(
  { cluster, namespace, allocations }: Place,
  { job, healthyAfter, maxParallel, what: deployed = 'again' }: LongDeployment,
): Promise<void> {
  const path = (what: string) => `/v1/job/${job}${what}?namespace=${namespace}`;
  const read = await cluster.call<JobBody>(path(''));
  const count = read.TaskGroups.reduce((sum, each) => sum + each.Count, 0);
  const first = maxParallel ?? count;
  const update = {
    MaxParallel: first,
    MinHealthyTime: healthyAfter * 1e6,
    HealthyDeadline: 300e9,
    ProgressDeadline: 600e9,
  };
  const TaskGroups = read.TaskGroups.map(each => ({
    ...each,
    Update: { ...each.Update, ...update },
    Tasks: each.Tasks.map(task => ({ ...task, Env: { deployed } })),
  }));
  await cluster.call(path(''), { method: 'PUT', body: { Job: { ...read, TaskGroups } } });
  await until('its new instances to run', async () => {
    const { Status, JobVersion } = await cluster.call<Deployment>(path('/deployment'));
    const running = runningOf(await allocations(job)).filter(each => each.JobVersion === JobVersion);
    return Status === 'running' && JobVersion > read.Version && running.length === first;
  });
}
