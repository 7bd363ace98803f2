/** Deployments: how a new version of a job comes into force, and when that has succeeded or failed. */

import { isActive } from './deployment-status.ts';
import { createEval } from './evals.ts';
import { Refusal } from './failure.ts';
import { nextId } from './ids.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';
import { findJob, isChanged, putVersion } from './jobs.ts';
import { putAlloc, putDeployment } from './records.ts';
import { isReschedulable } from './reschedule.ts';
import { allocsOfJob, jobKey } from './tables.ts';
import { addTimer } from './timers.ts';
import type { AllocEntry, Cluster, DeploymentGroup, DeploymentRecord, JobEntry, Tables } from './types.ts';
import { commit, timestamp, type Write } from './write.ts';

/** A real deployment watcher gathers changes for a second, and its evaluation takes a quarter more. */
const watcherBatchMs = 1000;
const watcherEvalMs = 250;

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
      AutoRevert: group.Update?.AutoRevert === true,
      Promoted: false,
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

interface Ended {
  readonly index: number;
  readonly evalId: string;
  /** The version that runs again. */
  readonly revertedTo: number | null;
}

/** The version to go back to, and how the deployment says so. A version that was scaled counts as stable as it was. */
function rollbackOf(deployment: DeploymentRecord, entry: JobEntry): { to?: JobSpec; says: string } {
  if (!Object.values(deployment.TaskGroups).some(group => group.AutoRevert)) return { says: '' };
  const to = entry.versions.find(version => version.Stable);
  if (to === undefined) return { says: ' - no stable job version to auto revert to' };
  if (isChanged(entry.job, to)) return { to, says: ` - rolling back to job version ${to.Version}` };
  const says = ` - not rolling back to stable job version ${to.Version} as current job has same specification`;
  return { says };
}

/** Ends a deployment as failed, and runs the last stable version again where a group asks for that. */
function failDeployment(cluster: Cluster, id: string, description: string): Ended | undefined {
  const deployment = cluster.tables.deployments.get(id);
  if (deployment === undefined || !isActive(deployment)) return undefined;
  const entry = findJob(cluster, deployment.Namespace, deployment.JobID);
  const { to, says } = entry === undefined ? { says: '' } : rollbackOf(deployment, entry);
  let evalId = '';
  const index = commit(cluster, 'DeploymentStatusUpdate', write => {
    updateDeployment(write, deployment, { Status: 'failed', StatusDescription: `${description}${says}` });
    if (entry === undefined) return;
    if (to !== undefined) putVersion(write, entry, to);
    evalId = createEval(write, watcherEval(entry.job, id, 0)).ID;
  });
  return { index, evalId, revertedTo: to?.Version ?? null };
}

/** Pausing and resuming both begin the time anew in which there must be progress. */
function withProgress({ TaskGroups }: DeploymentRecord, now: number): DeploymentRecord['TaskGroups'] {
  return Object.fromEntries(
    Object.entries(TaskGroups).map(([name, group]) => {
      if (group.ProgressDeadline === 0) return [name, group];
      return [name, { ...group, RequireProgressBy: timestamp(now + group.ProgressDeadline / 1e6) }];
    }),
  );
}

/** Pauses or resumes a deployment; both may be repeated. */
export function pauseDeployment(cluster: Cluster, deployment: DeploymentRecord, pause: boolean): Ended {
  if (!isActive(deployment)) throw new Refusal(500, `can't ${pause ? 'pause' : 'resume'} terminal deployment`);
  const entry = findJob(cluster, deployment.Namespace, deployment.JobID);
  let evalId = '';
  const index = commit(cluster, 'DeploymentStatusUpdate', write => {
    const TaskGroups = withProgress(deployment, cluster.now);
    updateDeployment(
      write,
      deployment,
      pause
        ? { TaskGroups, Status: 'paused', StatusDescription: 'Deployment is paused' }
        : { TaskGroups, Status: 'running', StatusDescription: 'Deployment is running' },
    );
    if (!pause && entry !== undefined) evalId = createEval(write, watcherEval(entry.job, deployment.ID, 0)).ID;
  });
  if (!pause) watchProgress(cluster, deployment.ID);
  return { index, evalId, revertedTo: null };
}

/** Promotes a deployment, which has no canaries here: it is noted, and asked for once more to be looked at. */
export function promoteDeployment(cluster: Cluster, deployment: DeploymentRecord): Ended {
  if (!isActive(deployment)) throw new Refusal(500, "can't promote terminal deployment");
  const entry = findJob(cluster, deployment.Namespace, deployment.JobID);
  let evalId = '';
  const index = commit(cluster, 'DeploymentPromotion', write => {
    const groups = Object.entries(deployment.TaskGroups).map(([name, group]) => [name, { ...group, Promoted: true }]);
    updateDeployment(write, deployment, { TaskGroups: Object.fromEntries(groups) });
    if (entry !== undefined) evalId = createEval(write, watcherEval(entry.job, deployment.ID, 0)).ID;
  });
  return { index, evalId, revertedTo: null };
}

/** Ends a deployment by request. */
export function failByRequest(cluster: Cluster, deployment: DeploymentRecord): Ended {
  const ended = failDeployment(cluster, deployment.ID, 'Deployment marked as failed');
  if (ended === undefined) throw new Refusal(500, "can't fail terminal deployment");
  return ended;
}
