/** Deployments: how a new version of a job comes into force, and when that has succeeded or failed. */

import { createEval } from './evals.ts';
import { Refusal } from './failure.ts';
import { nextId } from './ids.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';
import { findJob, registerJob } from './jobs.ts';
import { putAlloc, putDeployment } from './records.ts';
import { isReschedulable } from './reschedule.ts';
import { allocsOfJob, jobKey } from './tables.ts';
import { addTimer } from './timers.ts';
import type { AllocEntry, Cluster, DeploymentGroup, DeploymentRecord, Tables } from './types.ts';
import { commit, timestamp, type Write } from './write.ts';

/** A real deployment watcher gathers changes for a second, and its evaluation takes a quarter more. */
const watcherBatchMs = 1000;
const watcherEvalMs = 250;

const active = new Set(['running', 'paused']);

export function isActive(deployment: DeploymentRecord | undefined): boolean {
  return deployment !== undefined && active.has(deployment.Status);
}

/** Deployments of a job as it now exists, oldest first. */
export function deploymentsOfJob(tables: Tables, namespace: string, job: string): DeploymentRecord[] {
  const created = tables.jobs.get(jobKey(namespace, job))?.job.CreateIndex;
  return [...tables.deployments.values()].filter(
    each => each.JobID === job && each.Namespace === namespace && each.JobCreateIndex === created,
  );
}

const hasStrategy = (group: GroupSpec) => group.Update !== null && group.Update.MaxParallel > 0;

/** A new deployment of this version of a job, or undefined where no group has an update strategy. */
export function planDeployment(cluster: Cluster, job: JobSpec, index: number): DeploymentRecord | undefined {
  const groups: Record<string, DeploymentGroup> = {};
  for (const group of job.TaskGroups) {
    if (!hasStrategy(group)) continue;
    groups[group.Name] = {
      DesiredTotal: group.Count,
      PlacedAllocs: 0,
      HealthyAllocs: 0,
      UnhealthyAllocs: 0,
      ProgressDeadline: group.Update?.ProgressDeadline ?? 0,
      RequireProgressBy: null,
    };
  }
  if (Object.keys(groups).length === 0) return undefined;
  const time = Math.round(cluster.now * 1e6);
  return {
    ID: nextId(cluster.ids),
    Namespace: job.Namespace,
    JobID: job.ID,
    JobVersion: job.Version,
    JobModifyIndex: job.ModifyIndex,
    JobSpecModifyIndex: job.JobModifyIndex,
    JobCreateIndex: job.CreateIndex,
    Status: 'running',
    StatusDescription: 'Deployment is running',
    TaskGroups: groups,
    CreateIndex: index,
    ModifyIndex: index,
    CreateTime: time,
    ModifyTime: time,
  };
}

/** Writes a changed deployment. */
export function updateDeployment(
  write: Write,
  deployment: DeploymentRecord,
  change: Partial<DeploymentRecord>,
): DeploymentRecord {
  const next = { ...deployment, ...change, ModifyIndex: write.index, ModifyTime: write.time };
  putDeployment(write, next);
  return next;
}

/** Counts newly placed allocations, and moves the progress deadline on. */
export function countPlaced(
  deployment: DeploymentRecord,
  placed: ReadonlyMap<string, number>,
  now: number,
): DeploymentRecord {
  const groups = { ...deployment.TaskGroups };
  for (const [name, count] of placed) {
    const group = groups[name];
    if (group === undefined || count === 0) continue;
    groups[name] = {
      ...group,
      PlacedAllocs: group.PlacedAllocs + count,
      RequireProgressBy: group.RequireProgressBy ?? timestamp(now + group.ProgressDeadline / 1e6),
    };
  }
  return { ...deployment, TaskGroups: groups };
}

/** Notes a change of health in the allocation's deployment, within the client's write. */
export function countHealth(write: Write, before: AllocEntry, after: AllocEntry): void {
  const deployment = write.tables.deployments.get(after.record.DeploymentID ?? '');
  const [was, is] = [before.record.DeploymentStatus?.Healthy, after.record.DeploymentStatus?.Healthy];
  if (deployment === undefined || was === is || is === undefined || is === null) return;
  const group = deployment.TaskGroups[after.record.TaskGroup];
  if (group === undefined) return;
  const next: DeploymentGroup = {
    ...group,
    HealthyAllocs: group.HealthyAllocs + (is ? 1 : 0) - (was === true ? 1 : 0),
    UnhealthyAllocs: group.UnhealthyAllocs + (is ? 0 : 1),
    RequireProgressBy: is ? timestamp(write.cluster.now + group.ProgressDeadline / 1e6) : group.RequireProgressBy,
  };
  updateDeployment(write, deployment, { TaskGroups: { ...deployment.TaskGroups, [after.record.TaskGroup]: next } });
  if (deployment.Status !== 'running') return;
  if (!is && !isReschedulable(groupOf(after)?.ReschedulePolicy ?? null, after.record, write.cluster.now)) {
    addTimer(write.cluster.timers, write.cluster.now + 50, () =>
      failDeployment(write.cluster, deployment.ID, 'Failed due to unhealthy allocations'),
    );
    return;
  }
  scheduleWatch(write.cluster, deployment.ID);
}

const groupOf = ({ record, job }: AllocEntry) => job.TaskGroups.find(group => group.Name === record.TaskGroup);

/** One turn of the watcher answers all changes of a second. */
function scheduleWatch(cluster: Cluster, id: string): void {
  if (cluster.watchedDeployments.has(id)) return;
  cluster.watchedDeployments.add(id);
  addTimer(cluster.timers, cluster.now + watcherBatchMs, () => {
    cluster.watchedDeployments.delete(id);
    watch(cluster, id);
  });
}

/** The watcher's turn: asks the scheduler to look, and lets failed allocations be placed again. */
function watch(cluster: Cluster, id: string): void {
  const deployment = cluster.tables.deployments.get(id);
  if (deployment?.Status !== 'running') return;
  const entry = findJob(cluster, deployment.Namespace, deployment.JobID);
  if (entry === undefined) return;
  commit(cluster, 'AllocationUpdateDesiredStatus', write => {
    for (const alloc of allocsOfJob(cluster.tables, deployment.Namespace, deployment.JobID)) {
      const { record } = alloc;
      if (record.DeploymentID !== id || record.DesiredStatus !== 'run' || record.ClientStatus !== 'failed') continue;
      if ((record.DesiredTransition as { Reschedule?: boolean } | undefined)?.Reschedule === true) continue;
      const DesiredTransition = { ...record.DesiredTransition, Reschedule: true };
      putAlloc(write, {
        ...alloc,
        record: { ...record, DesiredTransition, ModifyIndex: write.index, AllocModifyIndex: write.index },
      });
    }
    createEval(write, watcherEval(entry.job, id, watcherEvalMs));
  });
}

const watcherEval = (job: JobSpec, deployment: string, delayMs: number) => ({
  namespace: job.Namespace,
  job: job.ID,
  type: job.Type,
  priority: job.Priority,
  trigger: 'deployment-watcher',
  deployment,
  delayMs,
});

/** Whether every group has as many healthy allocations as it wants. */
export function hasSucceeded(deployment: DeploymentRecord): boolean {
  return Object.values(deployment.TaskGroups).every(group => group.HealthyAllocs >= group.DesiredTotal);
}

/** Starts the clock of `progress_deadline` for a deployment that has one. */
export function watchProgress(cluster: Cluster, id: string): void {
  const deployment = cluster.tables.deployments.get(id);
  if (deployment?.Status !== 'running') return;
  const deadlines = Object.values(deployment.TaskGroups)
    .filter(group => group.ProgressDeadline > 0 && group.HealthyAllocs < group.DesiredTotal)
    .flatMap(group => (group.RequireProgressBy === null ? [] : [Date.parse(group.RequireProgressBy)]));
  if (deadlines.length === 0) return;
  const due = Math.min(...deadlines);
  if (due <= cluster.now) failDeployment(cluster, id, 'Failed due to progress deadline');
  else addTimer(cluster.timers, due, () => watchProgress(cluster, id));
}

/** Ends a deployment as failed, and runs the last stable version again where a group asks for that. */
function failDeployment(cluster: Cluster, id: string, description: string): void {
  const deployment = cluster.tables.deployments.get(id);
  if (deployment === undefined || !active.has(deployment.Status)) return;
  const entry = findJob(cluster, deployment.Namespace, deployment.JobID);
  const reverts = entry?.job.TaskGroups.some(group => group.Update?.AutoRevert === true) === true;
  const stable = reverts
    ? entry?.versions.find(version => version.Stable && version.Version < deployment.JobVersion)
    : undefined;
  const text = stable === undefined ? description : `${description} - rolling back to job version ${stable.Version}`;
  commit(cluster, 'DeploymentStatusUpdate', write => {
    updateDeployment(write, deployment, { Status: 'failed', StatusDescription: text });
    if (entry !== undefined && stable === undefined) createEval(write, watcherEval(entry.job, id, 0));
  });
  if (stable !== undefined)
    registerJob(
      cluster,
      { ...stable, Stop: false, Stable: false, VersionTag: null },
      { trigger: 'deployment-watcher' },
    );
}

/** Pauses or resumes a deployment; both may be repeated. */
export function pauseDeployment(
  cluster: Cluster,
  deployment: DeploymentRecord,
  pause: boolean,
): { index: number; evalId: string } {
  if (!active.has(deployment.Status)) {
    throw new Refusal(500, `can't ${pause ? 'pause' : 'resume'} terminal deployment`);
  }
  const entry = findJob(cluster, deployment.Namespace, deployment.JobID);
  let evalId = '';
  const index = commit(cluster, 'DeploymentStatusUpdate', write => {
    updateDeployment(
      write,
      deployment,
      pause
        ? { Status: 'paused', StatusDescription: 'Deployment is paused' }
        : { Status: 'running', StatusDescription: 'Deployment is running' },
    );
    if (!pause && entry !== undefined) evalId = createEval(write, watcherEval(entry.job, deployment.ID, 0)).ID;
  });
  return { index, evalId };
}

/** Ends a deployment by request. */
export function failByRequest(cluster: Cluster, deployment: DeploymentRecord): { index: number; evalId: string } {
  if (!active.has(deployment.Status)) throw new Refusal(500, `can't fail terminal deployment`);
  failDeployment(cluster, deployment.ID, 'Deployment marked as failed');
  const evaluation = [...cluster.tables.evals.values()].findLast(each => each.DeploymentID === deployment.ID);
  return { index: cluster.tables.index, evalId: evaluation?.ID ?? '' };
}
