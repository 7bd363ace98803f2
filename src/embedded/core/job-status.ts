/** What a job is at: derived from its allocations and evaluations, and kept with it. */

import { isActive } from './deployment-status.ts';
import { isScheduled } from './parameters.ts';
import { putJob } from './records.ts';
import { allocsOfJob, evalsOfJob, jobKey } from './tables.ts';
import type { AllocRecord, JobEntry, Tables } from './types.ts';
import type { Write } from './write.ts';

const clientTerminal = new Set(['complete', 'failed', 'lost']);

/** Whether the client is done with an allocation. */
export function isClientTerminal(record: Pick<AllocRecord, 'ClientStatus'>): boolean {
  return clientTerminal.has(record.ClientStatus);
}

/** Whether an allocation neither runs nor will. */
export function isTerminal(record: Pick<AllocRecord, 'ClientStatus' | 'DesiredStatus'>): boolean {
  return record.DesiredStatus !== 'run' || isClientTerminal(record);
}

function statusOf(tables: Tables, entry: JobEntry): 'pending' | 'running' | 'dead' {
  const { job } = entry;
  if (!isScheduled(job) || job.Type === 'system') return job.Stop ? 'dead' : 'running';
  const allocs = allocsOfJob(tables, job.Namespace, job.ID);
  if (allocs.some(({ record }) => !isTerminal(record)) || hasActiveDeployment(tables, entry)) return 'running';
  const evals = evalsOfJob(tables, job.Namespace, job.ID);
  if (evals.some(({ Status }) => Status === 'pending' || Status === 'blocked')) return 'pending';
  return evals.length > 0 || job.Stop ? 'dead' : 'pending';
}

function hasActiveDeployment(tables: Tables, { job }: JobEntry): boolean {
  for (const deployment of tables.deployments.values()) {
    if (deployment.JobID === job.ID && deployment.Namespace === job.Namespace && isActive(deployment)) return true;
  }
  return false;
}

/** Brings a job's status up to date within a write that may have changed it. */
export function refreshJob(write: Write, namespace: string, id: string): void {
  const entry = write.tables.jobs.get(jobKey(namespace, id));
  if (entry === undefined) return;
  const status = statusOf(write.tables, entry);
  if (status === entry.job.Status) return;
  replaceJob(write, entry, { Status: status });
}

/** Changes fields of the present version of a job without making a new one. */
export function replaceJob(write: Write, entry: JobEntry, change: Partial<JobEntry['job']>): JobEntry {
  const job = { ...entry.job, ...change, ModifyIndex: write.index };
  const next: JobEntry = {
    ...entry,
    job,
    versions: entry.versions.map(version => (version.Version === job.Version ? job : version)),
  };
  putJob(write, next);
  return next;
}

export interface GroupSummary {
  readonly Queued: number;
  readonly Complete: number;
  readonly Failed: number;
  readonly Running: number;
  readonly Starting: number;
  readonly Lost: number;
  readonly Unknown: number;
}

const countedAs: Readonly<Record<string, keyof GroupSummary>> = {
  pending: 'Starting',
  running: 'Running',
  complete: 'Complete',
  failed: 'Failed',
  lost: 'Lost',
  unknown: 'Unknown',
};

/** A job's allocations by group and client status. */
export function summarize(tables: Tables, entry: JobEntry): Readonly<Record<string, unknown>> {
  const { job } = entry;
  const groups: Record<string, Record<keyof GroupSummary, number>> = {};
  for (const { Name } of job.TaskGroups) {
    groups[Name] = {
      Queued: entry.queued[Name] ?? 0,
      Complete: 0,
      Failed: 0,
      Running: 0,
      Starting: 0,
      Lost: 0,
      Unknown: 0,
    };
  }
  for (const { record } of allocsOfJob(tables, job.Namespace, job.ID)) {
    const group = groups[record.TaskGroup];
    const counted = countedAs[record.ClientStatus];
    if (group !== undefined && counted !== undefined) group[counted] += 1;
  }
  return {
    JobID: job.ID,
    Namespace: job.Namespace,
    Summary: groups,
    Children: childrenOf(tables, entry),
    CreateIndex: job.CreateIndex,
    ModifyIndex: entry.summaryIndex,
  };
}

function childrenOf(tables: Tables, { job, forgotten }: JobEntry): { Pending: number; Running: number; Dead: number } {
  const children = { Pending: 0, Running: 0, Dead: forgotten };
  if (isScheduled(job)) return children;
  for (const { job: child } of tables.jobs.values()) {
    if (child.ParentID !== job.ID || child.Namespace !== job.Namespace) continue;
    children[child.Status === 'pending' ? 'Pending' : child.Status === 'running' ? 'Running' : 'Dead'] += 1;
  }
  return children;
}
