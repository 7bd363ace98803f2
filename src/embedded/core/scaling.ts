/** Scaling a group of a job: its bounds, what refuses it, and what is kept of it. */

import { isActive } from './deployment-status.ts';
import { deploymentsOfJob } from './deployments.ts';
import { createEvalNow } from './evals.ts';
import { Refusal } from './failure.ts';
import type { GroupSpec } from './job-types.ts';
import { checkJobIndex, evalOf, findJob, type JobWrite, putVersion } from './jobs.ts';
import { isScheduled } from './parameters.ts';
import { jobKey } from './tables.ts';
import type { Cluster, JobEntry } from './types.ts';
import { commit, type Write } from './write.ts';

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
  checkBounds(group, ask.count);
  if (isActive(deploymentsOfJob(cluster.tables, entry.job.Namespace, entry.job.ID).at(-1)))
    throw new Refusal(400, 'job scaling blocked due to active deployment');
  if (ask.jobModifyIndex !== undefined && ask.jobModifyIndex !== 0) checkJobIndex(entry, ask.jobModifyIndex);
}

/** Changes a group's count, or only notes an event where there is no count. */
export function scaleJob(cluster: Cluster, namespace: string, id: string, ask: ScaleRequest): JobWrite {
  if (ask.count !== null && ask.count < 0) throw new Refusal(400, "scaling action count can't be negative");
  const existing = findJob(cluster, namespace, id);
  if (existing === undefined) throw new Refusal(404, `job "${id}" not found`);
  if (existing.job.Type === 'system' && (ask.count ?? 0) > 1)
    throw new Refusal(400, 'jobs of type "system" can only be scaled between 0 and 1');
  const group = groupToScale(existing, ask);
  checkScale(cluster, existing, group, ask);
  let jobModifyIndex = existing.job.ModifyIndex;
  let evaluation: { ID: string; CreateIndex: number } | undefined;
  if (ask.count !== null) {
    const { count } = ask;
    const groups = existing.job.TaskGroups.map(each => (each.Name === ask.group ? { ...each, Count: count } : each));
    jobModifyIndex = commit(cluster, 'JobRegistered', write => {
      putVersion(write, existing, { ...existing.job, TaskGroups: groups });
    });
    const scaled = findJob(cluster, namespace, id) ?? existing;
    if (isScheduled(scaled.job)) evaluation = createEvalNow(cluster, evalOf(scaled.job, 'job-scaling'));
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
