/** `PUT /v1/job/ID/plan`: what a registration would change, without changing it. */

import { Refusal } from '../failure.ts';
import { jobProblems, joinErrors } from '../job-checks.ts';
import { diffJobs } from '../job-diff.ts';
import { isTerminal } from '../job-status.ts';
import type { GroupSpec, JobSpec } from '../job-types.ts';
import { taskText } from '../reconcile.ts';
import { type Answer, type Call, fieldsOrNone, need } from '../route.ts';
import { allocsOfJob, jobKey } from '../tables.ts';
import type { AllocEntry } from '../types.ts';
import { jobOf } from './jobs.ts';

function updatesOf(
  job: JobSpec,
  group: GroupSpec,
  live: readonly AllocEntry[],
  before: JobSpec | undefined,
): Readonly<Record<string, number>> {
  const none = {
    Ignore: 0,
    Place: 0,
    Stop: 0,
    Migrate: 0,
    InPlaceUpdate: 0,
    DestructiveUpdate: 0,
    Canary: 0,
    Preemptions: 0,
    Disconnect: 0,
    Reconnect: 0,
    RescheduleNow: 0,
    RescheduleLater: 0,
  };
  const ours = live.filter(({ record }) => record.TaskGroup === group.Name);
  const kept = Math.min(ours.length, group.Count);
  const old = before?.TaskGroups.find(each => each.Name === group.Name);
  const sameTasks = before !== undefined && old !== undefined && taskText(before, old) === taskText(job, group);
  const kind = sameTasks ? (old?.Count === group.Count ? 'Ignore' : 'InPlaceUpdate') : 'DestructiveUpdate';
  return {
    ...none,
    Place: Math.max(0, group.Count - ours.length),
    Stop: Math.max(0, ours.length - group.Count),
    [kind]: kept,
  };
}

export function plan(call: Call): Answer {
  const job = jobOf(call);
  need(call, 'plan-job', job.Namespace);
  const problems = jobProblems(job);
  if (problems.length > 0) throw new Refusal(500, joinErrors(problems));
  const before = call.tables.jobs.get(jobKey(job.Namespace, job.ID))?.job;
  const live = allocsOfJob(call.tables, job.Namespace, job.ID).filter(({ record }) => !isTerminal(record));
  const updates = Object.fromEntries(job.TaskGroups.map(group => [group.Name, updatesOf(job, group, live, before)]));
  const index = before?.JobModifyIndex ?? 0;
  return {
    body: {
      Annotations: { DesiredTGUpdates: updates, PreemptedAllocs: null },
      CreatedEvals: null,
      Diff: fieldsOrNone(call)['Diff'] === true ? diffJobs(before, job, updates) : null,
      FailedTGAllocs: null,
      JobModifyIndex: index,
      NextPeriodicLaunch: null,
      Warnings: '',
      Index: index,
    },
    index,
  };
}
