/** Registrations of a job's services in Nomad's own catalogue. */

import { until } from '../support/until.ts';
import { type Place, runningOf } from './place.ts';

/** How many a job has. */
export async function registered({ cluster, namespace }: Place, job: string): Promise<number> {
  return (await cluster.call<unknown[]>(`/v1/job/${job}/services?namespace=${namespace}`)).length;
}

export async function untilRegistered(place: Place, job: string, count: number): Promise<void> {
  await until(`${count} registrations`, async () => (await registered(place, job)) === count);
}

/** The line by hand of what only a restart brings back, for each allocation that runs. */
export async function restartAll({ cluster, namespace, allocations }: Place, job: string): Promise<void> {
  for (const { ID } of runningOf(await allocations(job)))
    await cluster.call(`/v1/client/allocation/${ID}/restart?namespace=${namespace}`, { method: 'PUT', body: {} });
}
