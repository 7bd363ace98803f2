/** Applies what the scheduler decided, in one write. */

import { isActive } from './deployment-status.ts';
import { countPlaced, hasSucceeded, planDeployment, updateDeployment, watchProgress } from './deployments.ts';
import { updateEval } from './evals.ts';
import { nextId } from './ids.ts';
import { refreshJob, replaceJob } from './job-status.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';
import type { Place } from './placement.ts';
import type { Stop, Wanted } from './reconcile.ts';
import { putAlloc } from './records.ts';
import { nextTracker } from './reschedule.ts';
import { jobKey } from './tables.ts';
import type { AllocEntry, AllocRecord, Cluster, DeploymentRecord, EvalRecord } from './types.ts';
import { commit, type Write } from './write.ts';

export interface Placed extends Place {
  readonly group: GroupSpec;
  readonly wanted: Wanted;
}

export interface JobPlan {
  readonly stops: Stop[];
  readonly updates: { readonly entry: AllocEntry; readonly group: GroupSpec }[];
  readonly places: Placed[];
  readonly queued: Record<string, number>;
  readonly failures: Record<string, Readonly<Record<string, unknown>>>;
  /** Allocation → evaluation that will place it again. */
  readonly followups: Map<string, string>;
}

export interface Deploying {
  /** The deployment under way for this version. */
  readonly current: DeploymentRecord | undefined;
  /** Whether this version ever had one. */
  readonly known: boolean;
}

function resourcesOf(group: GroupSpec, placed: Placed): AllocRecord['AllocatedResources'] {
  const tasks: Record<string, unknown> = {};
  const lifecycles: Record<string, unknown> = {};
  for (const task of group.Tasks) {
    tasks[task.Name] = {
      Cpu: { CpuShares: task.Resources.CPU, ReservedCores: null },
      Memory: { MemoryMB: task.Resources.MemoryMB, MemoryMaxMB: 0 },
      Networks: null,
      Devices: null,
    };
    lifecycles[task.Name] = task.Lifecycle;
  }
  const ports = placed.ports.map(({ Label, Value }) => ({ Label, Value, HostNetwork: 'default' }));
  return {
    Tasks: tasks,
    TaskLifecycles: lifecycles,
    Shared: {
      DiskMB: 300,
      Networks: group.Networks === null ? null : [{ IP: placed.ports[0]?.HostIP ?? '127.0.0.1', DynamicPorts: ports }],
      Ports: placed.ports.length === 0 ? null : placed.ports,
    },
  };
}

function newAlloc(
  write: Write,
  evaluation: EvalRecord,
  job: JobSpec,
  placed: Placed,
  deployment: string | undefined,
): AllocEntry {
  const { node, group, wanted } = placed;
  const { previous } = wanted;
  const policy = group.ReschedulePolicy;
  const tracker =
    wanted.rescheduled === true && previous !== undefined && policy !== null
      ? nextTracker(policy, previous.record, write.cluster.now)
      : previous?.record.RescheduleTracker;
  const record: AllocRecord = {
    ID: nextId(write.cluster.ids),
    Name: wanted.name,
    Namespace: job.Namespace,
    JobID: job.ID,
    JobVersion: job.Version,
    TaskGroup: group.Name,
    NodeID: node.ID,
    NodeName: node.Name,
    EvalID: evaluation.ID,
    DesiredStatus: 'run',
    ClientStatus: 'pending',
    ...(previous === undefined ? {} : { PreviousAllocation: previous.record.ID }),
    ...(tracker === undefined || tracker === null ? {} : { RescheduleTracker: tracker }),
    ...(deployment === undefined ? {} : { DeploymentID: deployment }),
    AllocatedResources: resourcesOf(group, placed),
    CreateIndex: write.index,
    ModifyIndex: write.index,
    AllocModifyIndex: write.index,
    CreateTime: write.time,
    ModifyTime: write.time,
  };
  return { record, job };
}

/** Writes a change of the server to an allocation. */
export function changeAlloc(
  write: Write,
  entry: AllocEntry,
  change: Partial<AllocRecord>,
  job = entry.job,
): AllocEntry {
  const current = write.tables.allocs.get(entry.record.ID) ?? entry;
  const record: AllocRecord = {
    ...current.record,
    ...change,
    ModifyIndex: write.index,
    AllocModifyIndex: write.index,
    ModifyTime: write.time,
  };
  const next = { record, job };
  putAlloc(write, next);
  return next;
}

function needsDeployment(job: JobSpec, deploying: Deploying, plan: JobPlan): boolean {
  if (job.Stop || deploying.known) return false;
  return plan.places.length > 0 || plan.updates.length > 0 || Object.keys(plan.failures).length > 0;
}

function isEmpty(plan: JobPlan): boolean {
  return plan.stops.length + plan.updates.length + plan.places.length + plan.followups.size === 0;
}

function countByGroup(plan: JobPlan): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { group } of [...plan.places, ...plan.updates]) counts.set(group.Name, (counts.get(group.Name) ?? 0) + 1);
  return counts;
}

function cancelOthers(write: Write, job: JobSpec, keep: string | undefined): void {
  for (const deployment of write.tables.deployments.values()) {
    if (deployment.JobID !== job.ID || deployment.Namespace !== job.Namespace) continue;
    if (deployment.ID === keep || !isActive(deployment)) continue;
    const StatusDescription = job.Stop ? 'Cancelled because job is stopped' : 'Cancelled due to newer version of job';
    updateDeployment(write, deployment, { Status: 'cancelled', StatusDescription });
  }
}

function hasOthers(cluster: Cluster, job: JobSpec, keep: string | undefined): boolean {
  return [...cluster.tables.deployments.values()].some(
    each => each.JobID === job.ID && each.Namespace === job.Namespace && each.ID !== keep && isActive(each),
  );
}

/** Deployment and successes: answers the deployment that new allocations belong to. */
function writeDeployment(write: Write, deploying: Deploying, job: JobSpec, plan: JobPlan): string | undefined {
  const made = needsDeployment(job, deploying, plan) ? planDeployment(write.cluster, job, write.index) : undefined;
  const deployment = made ?? deploying.current;
  if (deployment === undefined) return undefined;
  const counted = countPlaced(deployment, countByGroup(plan), write.cluster.now);
  const succeeded =
    made === undefined &&
    deployment.Status === 'running' &&
    hasSucceeded(deployment) &&
    plan.places.length + plan.updates.length === 0;
  if (succeeded) {
    updateDeployment(write, counted, { Status: 'successful', StatusDescription: 'Deployment completed successfully' });
    const entry = write.tables.jobs.get(jobKey(job.Namespace, job.ID));
    if (entry !== undefined && !entry.job.Stable) replaceJob(write, entry, { Stable: true });
  } else if (made !== undefined || plan.places.length + plan.updates.length > 0) {
    updateDeployment(write, counted, {});
  }
  return deployment.ID;
}

function writeStops(write: Write, plan: JobPlan, replacedBy: ReadonlyMap<string, string>): void {
  for (const { entry, description, lost } of plan.stops) {
    const next = replacedBy.get(entry.record.ID);
    changeAlloc(write, entry, {
      DesiredStatus: 'stop',
      ...(description === '' ? {} : { DesiredDescription: description }),
      ...(lost === true ? { ClientStatus: 'lost' as const } : {}),
      ...(next === undefined ? {} : { NextAllocation: next }),
    });
  }
}

/**
 * Applies a plan in one write, unless it is empty and no deployment has come to its end. Answers the nodes concerned.
 * `job` is absent when the job is gone: then there are only stops.
 */
export function applyPlan(
  cluster: Cluster,
  evaluation: EvalRecord,
  job: JobSpec | undefined,
  deploying: Deploying | undefined,
  plan: JobPlan,
): Set<string> {
  const nodes = new Set<string>();
  const current = deploying?.current;
  const ends = current?.Status === 'running' && hasSucceeded(current);
  const failed = Object.keys(plan.failures).length > 0 && deploying?.known === false;
  if (isEmpty(plan) && !ends && !failed && (job === undefined || !hasOthers(cluster, job, current?.ID))) return nodes;
  let made: string | undefined;
  commit(cluster, 'PlanResult', write => {
    updateEval(write, evaluation, {});
    let id: string | undefined;
    if (job !== undefined && deploying !== undefined) {
      id = writeDeployment(write, deploying, job, plan);
      cancelOthers(write, job, job.Stop ? undefined : (id ?? (deploying.known ? current?.ID : undefined)));
      if (id !== current?.ID) made = id;
    }
    const replacedBy = new Map<string, string>();
    const fresh = job === undefined ? [] : plan.places.map(placed => newAlloc(write, evaluation, job, placed, id));
    for (const { record } of fresh) {
      if (record.PreviousAllocation !== undefined) replacedBy.set(record.PreviousAllocation, record.ID);
    }
    for (const entry of fresh) putAlloc(write, entry);
    for (const { entry } of plan.updates) {
      const { DeploymentStatus: _, ...rest } = entry.record;
      const base = { ...entry, record: rest };
      write.tables.allocs.set(rest.ID, base);
      changeAlloc(
        write,
        base,
        { EvalID: evaluation.ID, JobVersion: job?.Version ?? 0, ...(id === undefined ? {} : { DeploymentID: id }) },
        job ?? entry.job,
      );
    }
    writeStops(write, plan, replacedBy);
    for (const [alloc, followup] of plan.followups) {
      const entry = write.tables.allocs.get(alloc);
      if (entry !== undefined) changeAlloc(write, entry, { FollowupEvalID: followup });
    }
    for (const { record } of [...fresh, ...plan.updates.map(each => each.entry), ...plan.stops.map(each => each.entry)])
      nodes.add(record.NodeID);
    refreshJob(write, evaluation.Namespace, evaluation.JobID);
  });
  if (made !== undefined) watchProgress(cluster, made);
  return nodes;
}
