/** What clients tell of their allocations, as the servers take it in: one write for all of a node. */

import type { TaskState } from '../../nomad/types.ts';
import { countHealth } from './deployments.ts';
import { createEval, unblockEvals } from './evals.ts';
import { isClientTerminal, refreshJob } from './job-status.ts';
import { putAlloc } from './records.ts';
import { isReschedulable } from './reschedule.ts';
import { addTimer } from './timers.ts';
import type { AllocEntry, AllocRecord, Cluster } from './types.ts';
import { commit, emit, type Write } from './write.ts';

export interface ClientUpdate {
  readonly id: string;
  readonly status: 'pending' | 'running' | 'complete' | 'failed';
  readonly description: string;
  readonly states: Readonly<Record<string, TaskState>>;
  readonly health?: { readonly healthy: boolean; readonly at: string };
}

function deploymentStatus(write: Write, before: AllocRecord, update: ClientUpdate): AllocRecord['DeploymentStatus'] {
  if (update.health === undefined) return before.DeploymentStatus;
  const { healthy } = update.health;
  if (before.DeploymentStatus?.Healthy === healthy) return before.DeploymentStatus;
  const status = { Healthy: healthy, Canary: false, Timestamp: update.health.at, ModifyIndex: write.index };
  return status;
}

function merge(write: Write, before: AllocEntry, update: ClientUpdate): AllocEntry {
  const status = deploymentStatus(write, before.record, update);
  const lost = before.record.ClientStatus === 'lost';
  const record: AllocRecord = {
    ...before.record,
    ...(lost ? {} : { ClientStatus: update.status, ClientDescription: update.description }),
    TaskStates: update.states,
    ...(status === undefined ? {} : { DeploymentStatus: status }),
    ModifyIndex: write.index,
    ModifyTime: write.time,
  };
  return { ...before, record };
}

function needsEval(write: Write, before: AllocEntry, after: AllocEntry): boolean {
  const { record, job } = after;
  if (record.ClientStatus !== 'failed' || before.record.ClientStatus === 'failed' || record.DesiredStatus !== 'run')
    return false;
  const policy = job.TaskGroups.find(group => group.Name === record.TaskGroup)?.ReschedulePolicy ?? null;
  return isReschedulable(policy, record, write.cluster.now);
}

/** Takes in the news of a node. Allocations that were forgotten meanwhile are passed over. */
export function applyClientUpdates(cluster: Cluster, nodeId: string, updates: readonly ClientUpdate[]): void {
  let freed = false;
  commit(cluster, 'AllocationUpdated', write => {
    const jobs = new Map<string, AllocEntry>();
    const failed = new Map<string, AllocEntry>();
    for (const update of updates) {
      const before = cluster.tables.allocs.get(update.id);
      if (before === undefined) continue;
      const after = merge(write, before, update);
      putAlloc(write, after);
      countHealth(write, before, after);
      const key = `${after.record.Namespace}/${after.record.JobID}`;
      if (isClientTerminal(after.record) !== isClientTerminal(before.record)) {
        jobs.set(key, after);
        freed = true;
      }
      if (needsEval(write, before, after)) failed.set(key, after);
      noteSummary(write, before, after);
    }
    for (const { record, job } of failed.values()) {
      const { Type: type, Priority: priority } = job;
      createEval(write, { namespace: record.Namespace, job: record.JobID, type, priority, trigger: 'alloc-failure' });
    }
    for (const { record } of jobs.values()) refreshJob(write, record.Namespace, record.JobID);
    const node = cluster.tables.nodes.get(nodeId);
    if (node !== undefined) emit(write, 'Node', { key: nodeId, payload: { Node: node } });
  });
  if (freed) addTimer(cluster.timers, cluster.now + 1, () => unblockEvals(cluster));
}

/** A change of client status changes the job's summary, and so its index. */
function noteSummary(write: Write, before: AllocEntry, { record }: AllocEntry): void {
  if (before.record.ClientStatus === record.ClientStatus) return;
  const key = `${record.Namespace}/${record.JobID}`;
  const entry = write.tables.jobs.get(key);
  if (entry !== undefined) write.tables.jobs.set(key, { ...entry, summaryIndex: write.index });
}
