/** Stopping a job, and forgetting it. */

import { deliver } from './client/delivery.ts';
import { deploymentsOfJob } from './deployments.ts';
import { createEval, updateEval } from './evals.ts';
import { evalOf, findJob, type JobWrite, putVersion } from './jobs.ts';
import { isScheduled } from './parameters.ts';
import { deleteAlloc, deleteJob } from './records.ts';
import { allocsOfJob, evalsOfJob } from './tables.ts';
import type { Cluster, JobEntry } from './types.ts';
import { commit, flushBatch, type Write } from './write.ts';

/** Forgets a job with its allocations and deployments at once; its nodes hear of it, and end what they run. */
function purgeJob(write: Write, entry: JobEntry): void {
  const { tables, cluster } = write;
  const { Namespace, ID } = entry.job;
  deleteJob(write, entry);
  for (const deployment of deploymentsOfJob(tables, Namespace, ID)) tables.deployments.delete(deployment.ID);
  for (const evaluation of evalsOfJob(tables, Namespace, ID)) {
    if (evaluation.Status !== 'pending') continue;
    updateEval(write, evaluation, { Status: 'complete', StatusDescription: `job ${ID} deleted` });
  }
  const allocs = allocsOfJob(tables, Namespace, ID);
  for (const { record } of allocs) deleteAlloc(write, record);
  deliver(cluster, new Set(allocs.map(({ record }) => record.NodeID)));
}

/** Stops a job, or forgets it with `purge`. A missing one answers as nothing, without an error. */
export function deregisterJob(cluster: Cluster, namespace: string, id: string, purge: boolean): JobWrite {
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) return { index: 0, evalId: '', evalIndex: 0, jobModifyIndex: 0 };
  let evalId = '';
  const index = commit(cluster, 'JobDeregistered', write => {
    if (purge) purgeJob(write, existing);
    else putVersion(write, existing, { ...existing.job, Stop: true });
    flushBatch(write);
    if (isScheduled(existing.job)) {
      evalId = createEval(write, { ...evalOf(existing.job, 'job-deregister'), jobModifyIndex: write.index }).ID;
    }
  });
  return { index, evalId, evalIndex: index, jobModifyIndex: index };
}
