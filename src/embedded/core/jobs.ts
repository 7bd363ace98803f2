/** Jobs: register, stop, scale, dispatch. Each answers the index of its write and its evaluation. */

import { stableJson } from '../../base/json.ts';
import { createEval, createEvalNow } from './evals.ts';
import { Refusal } from './failure.ts';
import { jobProblems, joinErrors } from './job-checks.ts';
import { replaceJob } from './job-status.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';
import { allocsOfJob, commit, deleteJob, flushBatch, jobKey, nanoseconds, putJob, type Write } from './tables.ts';
import type { Cluster, JobEntry } from './types.ts';

const versionsKept = 6;

export interface JobWrite {
  readonly index: number;
  readonly evalId: string;
  readonly evalIndex: number;
  readonly jobModifyIndex: number;
}

/** What a registration is compared by: all that its writer can choose. */
function comparable(job: JobSpec): string {
  const {
    Version,
    VersionTag,
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

function checkIndex(existing: JobEntry | undefined, wanted: number): void {
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

/** Puts a new version of a job, within a write. */
function putVersion(write: Write, existing: JobEntry | undefined, job: JobSpec): JobEntry {
  const { index } = write;
  const next: JobSpec = {
    ...job,
    Version: existing === undefined ? 0 : existing.job.Version + 1,
    Status: existing === undefined ? 'pending' : existing.job.Status,
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
  };
  putJob(write, entry);
  return entry;
}

const evalOf = (job: JobSpec, trigger: string) => ({
  namespace: job.Namespace,
  job: job.ID,
  type: job.Type,
  priority: job.Priority,
  jobModifyIndex: job.JobModifyIndex,
  trigger,
});

/** Whether the scheduler has anything to do with a job itself: not with one that only waits to be dispatched. */
const isScheduled = (job: JobSpec) => job.ParameterizedJob === null || job.Dispatched;

/**
 * Registers a job, complete as `completeJob` made it. An unchanged one keeps its version and is evaluated again.
 * Refuses an invalid one, one whose namespace doesn't exist, and an index that doesn't fit, with status 500 as Nomad does.
 */
export function registerJob(
  cluster: Cluster,
  job: JobSpec,
  options: { enforceIndex?: number; trigger?: string } = {},
): JobWrite {
  const problems = jobProblems(job);
  if (problems.length > 0) throw new Refusal(500, joinErrors(problems));
  if (!cluster.tables.namespaces.has(job.Namespace)) {
    throw new Refusal(500, `job "${job.ID}" is in nonexistent namespace "${job.Namespace}"`);
  }
  const existing = findJob(cluster, job.Namespace, job.ID);
  if (options.enforceIndex !== undefined) checkIndex(existing, options.enforceIndex);
  const trigger = options.trigger ?? 'job-register';
  if (existing !== undefined && comparable(existing.job) === comparable(job)) {
    const evaluation = createEvalNow(cluster, evalOf(existing.job, trigger));
    return {
      index: evaluation.CreateIndex,
      evalId: evaluation.ID,
      evalIndex: evaluation.CreateIndex,
      jobModifyIndex: existing.job.JobModifyIndex,
    };
  }
  let evalId = '';
  const index = commit(cluster, 'JobRegistered', write => {
    const entry = putVersion(write, existing, job);
    flushBatch(write);
    if (isScheduled(job)) evalId = createEval(write, evalOf(entry.job, trigger)).ID;
  });
  return { index, evalId, evalIndex: evalId === '' ? 0 : index, jobModifyIndex: index };
}

/** Stops a job, or forgets it with `purge`. A missing one answers as nothing, without an error. */
export function deregisterJob(cluster: Cluster, namespace: string, id: string, purge: boolean): JobWrite {
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) return { index: 0, evalId: '', evalIndex: 0, jobModifyIndex: 0 };
  let evalId = '';
  const index = commit(cluster, 'JobDeregistered', write => {
    if (purge) deleteJob(write, existing);
    else putVersion(write, existing, { ...existing.job, Stop: true });
    flushBatch(write);
    if (isScheduled(existing.job)) {
      evalId = createEval(write, { ...evalOf(existing.job, 'job-deregister'), jobModifyIndex: write.index }).ID;
    }
  });
  return { index, evalId, evalIndex: evalId === '' ? 0 : index, jobModifyIndex: index };
}

export interface ScaleRequest {
  readonly group: string;
  readonly count: number | null;
  readonly message: string;
  readonly meta: Readonly<Record<string, unknown>> | null;
  readonly error: boolean;
  readonly jobModifyIndex?: number;
}

function checkBounds(group: GroupSpec, count: number): void {
  const { Min, Max } = group.Scaling ?? { Min: null, Max: null };
  if (Max !== null && Max !== undefined && count > Max) {
    throw new Refusal(400, `group count was greater than scaling policy maximum: ${count} > ${Max}`);
  }
  if (Min !== null && Min !== undefined && count < Min) {
    throw new Refusal(400, `group count was less than scaling policy minimum: ${count} < ${Min}`);
  }
}

function groupToScale(entry: JobEntry, ask: ScaleRequest): GroupSpec {
  const group = entry.job.TaskGroups.find(each => each.Name === ask.group);
  if (group === undefined) {
    throw new Refusal(400, `task group "${ask.group}" specified for scaling does not exist in job`);
  }
  return group;
}

function checkScale(cluster: Cluster, entry: JobEntry, group: GroupSpec, ask: ScaleRequest): void {
  if (ask.count === null) return;
  if (ask.error) throw new Refusal(400, 'scaling action should not contain count if error is true');
  if (entry.job.Type === 'system' || entry.job.Type === 'sysbatch') {
    throw new Refusal(400, `400,cannot scale jobs of type "${entry.job.Type}"`);
  }
  if (ask.jobModifyIndex !== undefined && ask.jobModifyIndex !== 0) checkIndex(entry, ask.jobModifyIndex);
  checkBounds(group, ask.count);
  for (const deployment of cluster.tables.deployments.values()) {
    const isOurs = deployment.JobID === entry.job.ID && deployment.Namespace === entry.job.Namespace;
    if (isOurs && (deployment.Status === 'running' || deployment.Status === 'paused')) {
      throw new Refusal(400, 'job scaling blocked due to active deployment');
    }
  }
}

/** Changes a group's count, or only notes an event where there is no count. */
export function scaleJob(cluster: Cluster, namespace: string, id: string, ask: ScaleRequest): JobWrite {
  if (ask.count !== null && ask.count < 0) throw new Refusal(400, "scaling action count can't be negative");
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) throw new Refusal(404, `job "${id}" not found`);
  const group = groupToScale(existing, ask);
  checkScale(cluster, existing, group, ask);
  let jobModifyIndex = existing.job.JobModifyIndex;
  let evaluation: { ID: string; CreateIndex: number } | undefined;
  if (ask.count !== null) {
    const { count } = ask;
    const groups = existing.job.TaskGroups.map(each => (each.Name === ask.group ? { ...each, Count: count } : each));
    jobModifyIndex = commit(cluster, 'JobRegistered', write => {
      putVersion(write, existing, { ...existing.job, TaskGroups: groups, VersionTag: null });
    });
    const scaled = findJob(cluster, namespace, id) ?? existing;
    evaluation = createEvalNow(cluster, evalOf(scaled.job, 'job-scaling'));
  }
  const index = commit(cluster, 'ScalingEvent', write =>
    noteScaling(write, { namespace, id, group, ask, evalId: evaluation?.ID ?? null }),
  );
  return { index, evalId: evaluation?.ID ?? '', evalIndex: evaluation?.CreateIndex ?? 0, jobModifyIndex };
}

function noteScaling(
  write: Write,
  {
    namespace,
    id,
    group,
    ask,
    evalId,
  }: { namespace: string; id: string; group: GroupSpec; ask: ScaleRequest; evalId: string | null },
): void {
  const entry = write.tables.jobs.get(jobKey(namespace, id));
  if (entry === undefined) return;
  const event = {
    Count: ask.count,
    PreviousCount: group.Count,
    Error: ask.error,
    Message: ask.message,
    Meta: ask.meta,
    EvalID: evalId,
    Time: write.time,
    CreateIndex: write.index,
  };
  const events = [event, ...(entry.scaling[ask.group] ?? [])].slice(0, 20);
  write.tables.jobs.set(jobKey(namespace, id), { ...entry, scaling: { ...entry.scaling, [ask.group]: events } });
}

/** Runs an earlier version again, as a new one. */
export function revertJob(
  cluster: Cluster,
  namespace: string,
  id: string,
  ask: { version: number; prior: number | null },
): JobWrite {
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) throw new Refusal(404, 'job not found');
  if (ask.prior !== null && existing.job.Version !== ask.prior) {
    throw new Refusal(500, `Current job has version ${existing.job.Version}; enforcing version ${ask.prior}`);
  }
  if (existing.job.Version === ask.version) throw new Refusal(500, `can't revert to current version`);
  const wanted = existing.versions.find(version => version.Version === ask.version);
  if (wanted === undefined)
    throw new Refusal(404, `job "${id}" in namespace "${namespace}" at version ${ask.version} not found`);
  return registerJob(cluster, { ...wanted, Stop: false, Stable: false, VersionTag: null });
}

/** Gives a version a name, under which it is kept; an empty name takes it away. */
export function tagVersion(
  cluster: Cluster,
  namespace: string,
  id: string,
  ask: { version: number; name: string; description: string },
): number {
  const existing = findJob(cluster, namespace, id);
  const wanted = existing?.versions.find(version => version.Version === ask.version);
  if (existing === undefined || wanted === undefined) {
    throw new Refusal(404, `job "${id}" version ${ask.version} not found`);
  }
  return commit(cluster, 'JobVersionTagUpdate', write => {
    const VersionTag =
      ask.name === '' ? null : { Name: ask.name, Description: ask.description, TaggedTime: write.time };
    const versions = existing.versions.map(version => {
      if (version.Version === ask.version) return { ...version, VersionTag };
      return version.VersionTag?.Name === ask.name ? { ...version, VersionTag: null } : version;
    });
    putJob(write, { ...existing, versions, job: versions[0] ?? existing.job });
  });
}

/** Marks a version as one whose deployment succeeded. */
export function markStable(write: Write, entry: JobEntry): void {
  replaceJob(write, entry, { Stable: true });
}

/** Whether a job has an allocation that still runs or will. */
export function hasLiveAllocs(cluster: Cluster, namespace: string, id: string): boolean {
  return allocsOfJob(cluster.tables, namespace, id).some(
    ({ record }) => record.ClientStatus === 'running' || record.ClientStatus === 'pending',
  );
}
