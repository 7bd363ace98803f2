/** Jobs: finding and registering them. A write of one answers its index and its evaluation. */

import { stableJson } from '../../base/json.ts';
import { createEval, createEvalNow } from './evals.ts';
import { Refusal } from './failure.ts';
import { jobProblems, joinErrors } from './job-checks.ts';
import type { JobSpec } from './job-types.ts';
import { isScheduled } from './parameters.ts';
import { putJob } from './records.ts';
import { indexScaling, nameScaling } from './scaling-policies.ts';
import { jobKey } from './tables.ts';
import type { Cluster, JobEntry } from './types.ts';
import { commit, flushBatch, nanoseconds, type Write } from './write.ts';

const versionsKept = 6;

export interface JobWrite {
  readonly index: number;
  readonly evalId: string;
  readonly evalIndex: number;
  readonly jobModifyIndex: number;
}

/** What a registration is compared by: all that its writer can choose, and who the writer is. */
function comparable(job: JobSpec): string {
  const {
    Version,
    SubmitTime,
    CreateIndex,
    ModifyIndex,
    JobModifyIndex,
    Status,
    Stable,
    StatusDescription,
    ...chosen
  } = job;
  return stableJson(chosen);
}

export function findJob(cluster: Pick<Cluster, 'tables'>, namespace: string, id: string): JobEntry | undefined {
  return cluster.tables.jobs.get(jobKey(namespace, id));
}

/** Whether registering this job would make a new version of the other. */
export function isChanged(existing: JobSpec, job: JobSpec): boolean {
  return comparable(existing) !== comparable(job);
}

/** Refuses, with status 500, unless the job is at this JobModifyIndex; 0 stands for no job. */
export function checkJobIndex(existing: JobEntry | undefined, wanted: number): void {
  if (wanted === 0) {
    if (existing !== undefined) throw new Refusal(500, 'Enforcing job modify index 0: job already exists');
  } else if (existing === undefined) {
    throw new Refusal(500, `Enforcing job modify index ${wanted}: job does not exist`);
  } else if (existing.job.JobModifyIndex !== wanted) {
    throw new Refusal(
      500,
      `Enforcing job modify index ${wanted}: job exists with conflicting job modify index: ${existing.job.JobModifyIndex}`,
    );
  }
}

/** One that only waits to be dispatched is at once what it will be. */
function firstStatus(job: JobSpec): JobSpec['Status'] | undefined {
  if (isScheduled(job)) return undefined;
  return job.Stop ? 'dead' : 'running';
}

/** Puts a new version of a job, within a write. */
export function putVersion(write: Write, existing: JobEntry | undefined, job: JobSpec): JobEntry {
  const { index } = write;
  const next: JobSpec = {
    ...job,
    Version: existing === undefined ? 0 : existing.job.Version + 1,
    Status: firstStatus(job) ?? existing?.job.Status ?? 'pending',
    SubmitTime: nanoseconds(write.cluster.now),
    CreateIndex: existing?.job.CreateIndex ?? index,
    ModifyIndex: index,
    JobModifyIndex: index,
  };
  const older = existing?.versions ?? [];
  const kept = [next, ...older].filter((version, age) => age < versionsKept || version.VersionTag !== null);
  const entry: JobEntry = {
    job: next,
    versions: kept,
    scaling: existing?.scaling ?? {},
    summaryIndex: existing?.summaryIndex ?? index,
    queued: existing?.queued ?? {},
    forgotten: existing?.forgotten ?? 0,
  };
  putJob(write, entry);
  return entry;
}

/** Refuses, with status 500, what would make a parent of a plain job, or the other way round. */
function checkTransition(old: JobSpec, job: JobSpec): void {
  if (isScheduled(old) === isScheduled(job)) return;
  throw new Refusal(
    500,
    isScheduled(job)
      ? 'cannot update parameterized job to being non-parameterized'
      : 'cannot update non-parameterized job to being parameterized',
  );
}

/** An evaluation of a job as it is. */
export const evalOf = (job: JobSpec, trigger: string) => ({
  namespace: job.Namespace,
  job: job.ID,
  type: job.Type,
  priority: job.Priority,
  jobModifyIndex: job.JobModifyIndex,
  trigger,
});

/**
 * Registers a job, complete as `completeJob` made it, by the token of this accessor. An unchanged one keeps its version
 * and is evaluated again. Refuses an invalid one, one whose namespace doesn't exist, and an index that doesn't fit, with status 500 as Nomad does.
 */
export function registerJob(
  cluster: Cluster,
  given: JobSpec,
  options: { enforceIndex?: number; by?: string | undefined } = {},
): JobWrite {
  const problems = jobProblems(given);
  if (problems.length > 0) throw new Refusal(500, joinErrors(problems));
  if (!cluster.tables.namespaces.has(given.Namespace)) {
    throw new Refusal(500, `job "${given.ID}" is in nonexistent namespace "${given.Namespace}"`);
  }
  const existing = findJob(cluster, given.Namespace, given.ID);
  if (existing !== undefined) checkTransition(existing.job, given);
  if (options.enforceIndex !== undefined) checkJobIndex(existing, options.enforceIndex);
  const named = nameScaling(cluster, existing?.job, given);
  const job = options.by === undefined ? named : { ...named, NomadTokenID: options.by };
  if (existing !== undefined && !isChanged(existing.job, job)) {
    const evaluation = createEvalNow(cluster, evalOf(existing.job, 'job-register'));
    return {
      index: evaluation.CreateIndex,
      evalId: evaluation.ID,
      evalIndex: evaluation.CreateIndex,
      jobModifyIndex: existing.job.ModifyIndex,
    };
  }
  let evalId = '';
  const index = commit(cluster, 'JobRegistered', write => {
    const entry = putVersion(write, existing, indexScaling(write.index, existing?.job, job));
    flushBatch(write);
    if (isScheduled(job)) evalId = createEval(write, evalOf(entry.job, 'job-register')).ID;
  });
  return { index, evalId, evalIndex: evalId === '' ? 0 : index, jobModifyIndex: index };
}
