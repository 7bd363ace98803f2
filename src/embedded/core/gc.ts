/** Forgetting what has ended: jobs, evaluations, allocations and deployments. */

import { isActive } from './deployment-status.ts';
import { deploymentsOfJob } from './deployments.ts';
import { isClientTerminal, isTerminal } from './job-status.ts';
import { deleteAlloc, deleteEval, deleteJob } from './records.ts';
import { allocsOfJob, evalsOfJob } from './tables.ts';
import { addTimer } from './timers.ts';
import type { Cluster, EvalRecord, JobEntry } from './types.ts';
import { commit, type Write } from './write.ts';

const everyMs = 5 * 60_000;
const olderThanMs = 3600_000;

const isOpen = (evaluation: EvalRecord) => evaluation.Status === 'pending' || evaluation.Status === 'blocked';

/** A dead job that nothing is left of to be told; one with a tagged version is kept. */
function isCollectable(cluster: Cluster, { job, versions }: JobEntry, before: number): boolean {
  if (job.Status !== 'dead' || versions.some(version => version.VersionTag !== null)) return false;
  if (job.Type === 'service' && !job.Stop) return false;
  if (job.SubmitTime > before * 1e6) return false;
  const { tables } = cluster;
  return (
    allocsOfJob(tables, job.Namespace, job.ID).every(({ record }) => isClientTerminal(record)) &&
    !evalsOfJob(tables, job.Namespace, job.ID).some(isOpen)
  );
}

function forgetJob(write: Write, entry: JobEntry): void {
  const { tables } = write;
  const { Namespace, ID } = entry.job;
  for (const { record } of allocsOfJob(tables, Namespace, ID)) deleteAlloc(write, record);
  for (const evaluation of evalsOfJob(tables, Namespace, ID)) deleteEval(write, evaluation);
  for (const deployment of deploymentsOfJob(tables, Namespace, ID)) tables.deployments.delete(deployment.ID);
  deleteJob(write, entry);
}

/** Ended allocations of jobs that live on, once replaced or no longer wanted. */
function forgetEnded(write: Write, before: number): void {
  const { tables } = write;
  for (const { record } of [...tables.allocs.values()]) {
    const owner = tables.jobs.get(`${record.Namespace}/${record.JobID}`);
    const orphan = owner === undefined || owner.job.CreateIndex > record.CreateIndex;
    if (!isClientTerminal(record) || record.ModifyTime > before * 1e6) continue;
    if (orphan || record.DesiredStatus !== 'run') deleteAlloc(write, record);
  }
  for (const evaluation of [...tables.evals.values()]) {
    if (!isOpen(evaluation) && evaluation.ModifyTime <= before * 1e6) deleteEval(write, evaluation);
  }
  forgetDeployments(write, before);
}

/** Deployments that are over, once nothing of them runs. */
function forgetDeployments(write: Write, before: number): void {
  const { allocs, deployments } = write.tables;
  const inUse = new Set<string>();
  for (const { record } of allocs.values()) if (!isTerminal(record)) inUse.add(record.DeploymentID ?? '');
  for (const deployment of [...deployments.values()]) {
    if (isActive(deployment) || inUse.has(deployment.ID) || deployment.ModifyTime > before * 1e6) continue;
    deployments.delete(deployment.ID);
  }
}

/** Forgets what ended before a point in time (wall milliseconds); now means everything that has ended. */
export function collectGarbage(cluster: Cluster, before: number): void {
  const dead = [...cluster.tables.jobs.values()].filter(entry => isCollectable(cluster, entry, before));
  commit(cluster, 'SystemGC', write => {
    for (const entry of dead) forgetJob(write, entry);
    forgetEnded(write, before);
  });
}

/** Collects every five minutes what ended more than an hour ago. */
export function scheduleGarbage(cluster: Cluster): void {
  addTimer(cluster.timers, cluster.now + everyMs, () => {
    collectGarbage(cluster, cluster.now - olderThanMs);
    scheduleGarbage(cluster);
  });
}
