/** Processes one evaluation: plans every group of the job, applies the plan, and says what found no place. */

import { deliver } from './client/delivery.ts';
import { isActive } from './deployment-status.ts';
import { deploymentsOfJob } from './deployments.ts';
import { createEvalNow, updateEval } from './evals.ts';
import { feasibleNodes } from './feasibility.ts';
import { refreshJob } from './job-status.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';
import { type Chooser, createChooser } from './placement.ts';
import { applyPlan, type JobPlan, type Placed } from './plan.ts';
import { type GroupContext, type GroupPlan, notNeeded, reconcileGroup, reconcileSystemGroup } from './reconcile.ts';
import { allocsOfJob, evalsOfJob, jobKey } from './tables.ts';
import type { AllocEntry, Cluster, DeploymentRecord, EvalRecord } from './types.ts';
import { commit } from './write.ts';

/** Failed allocations due within this time of each other share one follow-up evaluation. */
const followupBatchMs = 5000;

function isWanted(entry: AllocEntry): boolean {
  return entry.record.DesiredStatus === 'run';
}

function contextOf(
  cluster: Cluster,
  job: JobSpec,
  group: GroupSpec,
  evaluation: EvalRecord,
  deployment: DeploymentRecord | undefined,
): GroupContext {
  return {
    job,
    group: job.Stop ? { ...group, Count: 0 } : group,
    now: cluster.now,
    evalId: evaluation.ID,
    deployment,
    node: id => cluster.tables.nodes.get(id),
    isPending: id => cluster.tables.evals.get(id)?.Status === 'pending',
  };
}

function countByNode(entries: readonly AllocEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of entries) counts.set(record.NodeID, (counts.get(record.NodeID) ?? 0) + 1);
  return counts;
}

interface Planning {
  readonly cluster: Cluster;
  readonly job: JobSpec;
  readonly evaluation: EvalRecord;
  readonly deployment: DeploymentRecord | undefined;
  readonly plan: JobPlan;
  readonly later: { readonly entry: AllocEntry; readonly at: number }[];
}

function addGroup(planning: Planning, group: GroupSpec, groupPlan: GroupPlan, places: readonly Placed[]): void {
  const { plan } = planning;
  plan.stops.push(...groupPlan.stops);
  plan.updates.push(...groupPlan.updates.map(entry => ({ entry, group })));
  plan.places.push(...places);
  planning.later.push(...groupPlan.later);
  const failed = groupPlan.places.length - places.length;
  plan.queued[group.Name] = Math.max(0, failed);
}

function placeGroup(planning: Planning, group: GroupSpec, groupPlan: GroupPlan): Placed[] {
  const { cluster, job, plan } = planning;
  if (groupPlan.places.length === 0) return [];
  const chooser: Chooser = createChooser(cluster, job, group, {
    onNode: countByNode(groupPlan.keeps),
    stops: groupPlan.stops.map(stop => stop.entry),
  });
  const placed: Placed[] = [];
  for (const wanted of groupPlan.places) {
    const avoid = wanted.rescheduled === true ? wanted.previous?.record.NodeID : undefined;
    const place = chooser.choose(avoid);
    if (place !== undefined) placed.push({ ...place, group, wanted });
    else plan.failures[group.Name] ??= chooser.failure();
  }
  keepUnreplaced(groupPlan, placed);
  return placed;
}

/** A failed allocation for which there is no room yet stays as it is, so that it is not forgotten. */
function keepUnreplaced(groupPlan: GroupPlan, placed: readonly Placed[]): void {
  if (placed.length === groupPlan.places.length) return;
  const waiting = new Set(
    groupPlan.places.flatMap(place => (place.rescheduled === true ? (place.previous ?? []) : [])),
  );
  for (const { wanted } of placed) if (wanted.previous !== undefined) waiting.delete(wanted.previous);
  const stops = groupPlan.stops.filter(stop => !waiting.has(stop.entry));
  groupPlan.stops.splice(0, groupPlan.stops.length, ...stops);
}

function planServiceGroup(planning: Planning, group: GroupSpec, entries: readonly AllocEntry[]): void {
  const { cluster, job, evaluation, deployment } = planning;
  const groupPlan = reconcileGroup(contextOf(cluster, job, group, evaluation, deployment), entries);
  addGroup(planning, group, groupPlan, placeGroup(planning, group, groupPlan));
}

function planSystemGroup(planning: Planning, group: GroupSpec, entries: readonly AllocEntry[]): void {
  const { cluster, job, evaluation, deployment } = planning;
  const nodes = job.Stop ? [] : feasibleNodes(cluster.tables, job, group).nodes;
  const context = contextOf(cluster, job, group, evaluation, deployment);
  const { plan: groupPlan, missing } = reconcileSystemGroup(context, entries, nodes);
  if (job.Stop) {
    for (const entry of entries) groupPlan.stops.push({ entry, description: notNeeded });
  }
  const name = `${job.ID}.${group.Name}[0]`;
  const placed = missing.map(node => ({ node, ports: [], group, wanted: { name } }));
  addGroup(planning, group, groupPlan, placed);
}

function planJob(cluster: Cluster, job: JobSpec, evaluation: EvalRecord): Planning {
  const latest = deploymentsOfJob(cluster.tables, job.Namespace, job.ID).at(-1);
  const deployment = latest?.JobVersion === job.Version ? latest : undefined;
  const plan: JobPlan = { stops: [], updates: [], places: [], queued: {}, failures: {}, followups: new Map() };
  const planning: Planning = { cluster, job, evaluation, deployment, plan, later: [] };
  const entries = allocsOfJob(cluster.tables, job.Namespace, job.ID).filter(isWanted);
  const isSystem = job.Type === 'system' || job.Type === 'sysbatch';
  for (const group of job.TaskGroups) {
    const ours = entries.filter(({ record }) => record.TaskGroup === group.Name);
    if (isSystem) planSystemGroup(planning, group, ours);
    else planServiceGroup(planning, group, ours);
  }
  const names = new Set(job.TaskGroups.map(group => group.Name));
  for (const entry of entries) {
    if (!names.has(entry.record.TaskGroup)) plan.stops.push({ entry, description: notNeeded });
  }
  return planning;
}

/** Makes the evaluations that will place failed allocations again, gathering those that are due close together. */
function createFollowups(planning: Planning): void {
  const { cluster, job, evaluation, later, plan } = planning;
  const sorted = [...later].sort((a, b) => a.at - b.at);
  let batch: { at: number; id: string } | undefined;
  for (const { entry, at } of sorted) {
    if (batch === undefined || at - batch.at >= followupBatchMs) {
      const made = createEvalNow(cluster, {
        namespace: job.Namespace,
        job: job.ID,
        type: job.Type,
        priority: job.Priority,
        jobModifyIndex: job.ModifyIndex,
        trigger: 'alloc-reschedule',
        previous: evaluation.ID,
        waitUntil: at,
      });
      batch = { at, id: made.ID };
    }
    plan.followups.set(entry.record.ID, batch.id);
  }
}

function blockedEval(planning: Planning): EvalRecord | undefined {
  const { cluster, job, evaluation, plan } = planning;
  const FailedTGAllocs = Object.keys(plan.failures).length === 0 ? undefined : plan.failures;
  if (FailedTGAllocs === undefined) return undefined;
  return createEvalNow(cluster, {
    namespace: job.Namespace,
    job: job.ID,
    type: job.Type,
    priority: job.Priority,
    jobModifyIndex: job.ModifyIndex,
    trigger: 'queued-allocs',
    previous: evaluation.ID,
    blocked: { FailedTGAllocs },
  });
}

function complete(
  cluster: Cluster,
  evaluation: EvalRecord,
  change: Partial<EvalRecord>,
  queued?: Readonly<Record<string, number>>,
): void {
  commit(cluster, 'EvaluationUpdated', write => {
    const current = cluster.tables.evals.get(evaluation.ID) ?? evaluation;
    updateEval(write, current, { ...change, Status: 'complete' });
    for (const other of evalsOfJob(cluster.tables, evaluation.Namespace, evaluation.JobID)) {
      if (other.Status === 'blocked' && other.ID !== change.BlockedEval)
        updateEval(write, other, {
          Status: 'canceled',
          StatusDescription: `evaluation "${evaluation.ID}" successful`,
        });
    }
    const key = jobKey(evaluation.Namespace, evaluation.JobID);
    const entry = cluster.tables.jobs.get(key);
    if (entry !== undefined && queued !== undefined)
      cluster.tables.jobs.set(key, { ...entry, queued, summaryIndex: write.index });
    refreshJob(write, evaluation.Namespace, evaluation.JobID);
  });
}

/** A job that is gone: whatever it left is stopped. */
function stopAll(cluster: Cluster, evaluation: EvalRecord): void {
  const entries = allocsOfJob(cluster.tables, evaluation.Namespace, evaluation.JobID).filter(isWanted);
  if (entries.length > 0) {
    const stops = entries.map(entry => ({ entry, description: notNeeded }));
    applyPlan(cluster, evaluation, undefined, undefined, {
      stops,
      updates: [],
      places: [],
      queued: {},
      failures: {},
      followups: new Map(),
    });
    deliver(cluster, new Set(entries.map(({ record }) => record.NodeID)));
  }
  complete(cluster, evaluation, {});
}

/** Processes a pending evaluation; any other is left alone. */
export function processEval(cluster: Cluster, id: string): void {
  const evaluation = cluster.tables.evals.get(id);
  if (evaluation?.Status !== 'pending') return;
  const job = cluster.tables.jobs.get(jobKey(evaluation.Namespace, evaluation.JobID))?.job;
  if (job === undefined) {
    stopAll(cluster, evaluation);
    return;
  }
  const planning = planJob(cluster, job, evaluation);
  createFollowups(planning);
  const blocked = blockedEval(planning);
  const current = isActive(planning.deployment) ? planning.deployment : undefined;
  const nodes = applyPlan(
    cluster,
    evaluation,
    job,
    { current, known: planning.deployment !== undefined },
    planning.plan,
  );
  const deployment = deploymentsOfJob(cluster.tables, job.Namespace, job.ID).at(-1);
  const next = [...planning.plan.followups.values()][0];
  complete(
    cluster,
    evaluation,
    {
      QueuedAllocations: planning.plan.queued,
      ...(blocked === undefined ? {} : { BlockedEval: blocked.ID, FailedTGAllocs: planning.plan.failures }),
      ...(deployment === undefined || deployment.JobVersion !== job.Version ? {} : { DeploymentID: deployment.ID }),
      ...(next === undefined ? {} : { NextEval: next }),
    },
    planning.plan.queued,
  );
  deliver(cluster, nodes);
}
