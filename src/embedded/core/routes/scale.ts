/** `GET /v1/job/ID/scale`: how many a job has of each group, and who changed that. */

import { Refusal } from '../failure.ts';
import { isTerminal } from '../job-status.ts';
import { type Answer, type Call, need, param, reading } from '../route.ts';
import { allocsOfJob, jobKey } from '../tables.ts';
import type { AllocEntry, JobEntry } from '../types.ts';

function groupStatus(
  entry: JobEntry,
  name: string,
  desired: number,
  allocs: readonly AllocEntry[],
): Readonly<Record<string, unknown>> {
  const live = allocs.filter(({ record }) => record.TaskGroup === name && !isTerminal(record));
  const healthy = (wanted: boolean) => live.filter(({ record }) => record.DeploymentStatus?.Healthy === wanted).length;
  return {
    Desired: desired,
    Placed: live.length,
    Running: live.filter(({ record }) => record.ClientStatus === 'running').length,
    Healthy: healthy(true),
    Unhealthy: healthy(false),
    Events: entry.scaling[name] ?? null,
  };
}

export function scaleStatus(call: Call): Answer {
  if (!call.access.allows(call.namespace, 'read-job-scaling')) need(call, 'read-job');
  const id = param(call, 'id');
  const { tables, namespace } = call;
  const entry = tables.jobs.get(jobKey(namespace, id));
  if (entry === undefined) throw new Refusal(404, 'job not found', { index: tables.indexes.jobs });
  const { job } = entry;
  const allocs = allocsOfJob(tables, namespace, id);
  const groups = job.TaskGroups.map(group => [group.Name, groupStatus(entry, group.Name, group.Count, allocs)]);
  const events = Object.values(entry.scaling).flat();
  const index = Math.max(
    job.ModifyIndex,
    ...allocs.map(({ record }) => record.ModifyIndex),
    ...events.map(event => event.CreateIndex),
  );
  const body = {
    JobID: id,
    Namespace: namespace,
    JobCreateIndex: job.CreateIndex,
    JobModifyIndex: job.ModifyIndex,
    JobStopped: job.Stop,
    TaskGroups: Object.fromEntries(groups),
  };
  return reading('jobs', index, body);
}
