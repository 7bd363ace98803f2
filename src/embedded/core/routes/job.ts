/** `/v1/job/ID` and what belongs to one job. */

import { deploymentsOfJob } from '../deployments.ts';
import { deregisterJob } from '../deregister.ts';
import { createEvalNow } from '../evals.ts';
import { Refusal } from '../failure.ts';
import { summarize } from '../job-status.ts';
import { revertJob, tagVersion, untagVersion, versionToRevert } from '../job-versions.ts';
import { isScheduled } from '../parameters.ts';
import {
  type Answer,
  byId,
  type Call,
  fields,
  fieldsOrNone,
  flag,
  need,
  numberOf,
  param,
  type Route,
  reading,
  textOf,
} from '../route.ts';
import { scaleJob } from '../scaling.ts';
import { checkRegistrations } from '../scheduler-config.ts';
import { allocsOfJob, evalsOfJob, jobKey } from '../tables.ts';
import type { JobEntry } from '../types.ts';
import { allocStub, deploymentWhole } from '../views.ts';
import { dispatch } from './dispatch.ts';
import { jobWritten, register } from './jobs.ts';
import { plan } from './plan.ts';
import { scaleStatus } from './scale.ts';
import { jobServices } from './services.ts';

const idOf = (call: Call) => param(call, 'id');

function entryOf(call: Call, text = 'job not found'): JobEntry {
  const entry = call.tables.jobs.get(jobKey(call.namespace, idOf(call)));
  if (entry === undefined) throw new Refusal(404, text, { index: call.tables.indexes.jobs });
  return entry;
}

const ofJob = (call: Call) => {
  const [id, { namespace }] = [idOf(call), call];
  return (change: { namespace: string; key: string }) =>
    change.namespace === namespace && (change.key === id || change.key === `job:${id}`);
};

function read(call: Call): Answer {
  need(call, 'read-job');
  const entry = call.tables.jobs.get(jobKey(call.namespace, idOf(call)));
  if (entry === undefined) return { ...reading('jobs', call.tables.indexes.jobs, 'job not found'), status: 404 };
  return reading('jobs', entry.job.ModifyIndex, entry.job, ofJob(call));
}

function allocations(call: Call): Answer {
  need(call, 'read-job');
  const created = call.tables.jobs.get(jobKey(call.namespace, idOf(call)))?.job.CreateIndex;
  const entries = allocsOfJob(call.tables, call.namespace, idOf(call)).filter(
    ({ job }) => created === undefined || flag(call, 'all') || job.CreateIndex === created,
  );
  return reading(
    'allocs',
    call.tables.indexes.allocs,
    entries.map(entry => allocStub(entry)),
    entries.length === 0 ? undefined : ofJob(call),
  );
}

function deployments(call: Call): Answer {
  need(call, 'read-job');
  const found = deploymentsOfJob(call.tables, call.namespace, idOf(call));
  return reading(
    'deployment',
    call.tables.indexes.deployment,
    [...found].sort(byId).map(deploymentWhole),
    found.length === 0 ? undefined : ofJob(call),
  );
}

function latestDeployment(call: Call): Answer {
  need(call, 'read-job');
  const latest = deploymentsOfJob(call.tables, call.namespace, idOf(call)).at(-1);
  return reading(
    'deployment',
    call.tables.indexes.deployment,
    latest === undefined ? null : deploymentWhole(latest),
    latest === undefined ? undefined : ofJob(call),
  );
}

function evaluations(call: Call): Answer {
  need(call, 'read-job');
  return reading('evals', call.tables.indexes.evals, evalsOfJob(call.tables, call.namespace, idOf(call)));
}

function summary(call: Call): Answer {
  need(call, 'read-job');
  const entry = entryOf(call);
  return reading('jobs', entry.summaryIndex, summarize(call.tables, entry), ofJob(call));
}

function versions(call: Call): Answer {
  need(call, 'read-job');
  const entry = entryOf(call, 'job versions not found');
  const ModifyIndex = Math.max(...entry.versions.map(version => version.ModifyIndex));
  const body = {
    Versions: entry.versions,
    Diffs: null,
    Index: ModifyIndex,
    KnownLeader: true,
    LastContact: 0,
    NextToken: '',
  };
  return reading('jobs', ModifyIndex, body, ofJob(call));
}

function deregister(call: Call): Answer {
  const purge = flag(call, 'purge');
  need(call, purge ? 'purge-job' : 'deregister-job');
  return jobWritten(deregisterJob(call.cluster, call.namespace, idOf(call), purge), {
    VolumeEvalID: '',
    VolumeEvalIndex: 0,
  });
}

function scale(call: Call): Answer {
  need(call, 'scale-job');
  checkRegistrations(call.cluster, call.access);
  const body = fields(call);
  const target = (body['Target'] ?? {}) as Readonly<Record<string, unknown>>;
  const written = scaleJob(call.cluster, call.namespace, idOf(call), {
    group: textOf(target['Group']),
    count: numberOf(body['Count']) ?? null,
    message: textOf(body['Message']),
    meta: (body['Meta'] as Readonly<Record<string, unknown>> | null | undefined) ?? null,
    error: body['Error'] === true,
    ...(numberOf(body['JobModifyIndex']) === undefined
      ? {}
      : { jobModifyIndex: numberOf(body['JobModifyIndex']) ?? 0 }),
  });
  return jobWritten(written, { Warnings: '', KnownLeader: true });
}

function revert(call: Call): Answer {
  need(call, 'revert-job');
  const body = fields(call);
  const wanted = versionToRevert(call.cluster, call.namespace, idOf(call), {
    version: numberOf(body['JobVersion']) ?? 0,
    prior: numberOf(body['EnforcePriorVersion']) ?? null,
  });
  checkRegistrations(call.cluster, call.access);
  return jobWritten(revertJob(call.cluster, wanted, call.access.token?.accessor), { Warnings: '' });
}

/** What a change of a tag answers: its index in the body alone, not in the header. */
const tagWritten = (Index: number, tag: { Name: string; Description: string; TaggedTime: number }): Answer => ({
  body: { ...tag, Index, LastContact: 0, KnownLeader: false, NextToken: '' },
});

function tag(call: Call): Answer {
  need(call, 'tag-job-version');
  const body = fieldsOrNone(call);
  const [name, description] = [param(call, 'name'), textOf(body['Description'])];
  const given = numberOf(body['Version']) ?? 0;
  const version = given === 0 && body['Latest'] === true ? entryOf(call).job.Version : given;
  const index = tagVersion(call.cluster, call.namespace, idOf(call), { version, name, description });
  return tagWritten(index, { Name: name, Description: description, TaggedTime: Math.round(call.cluster.now * 1e6) });
}

function untag(call: Call): Answer {
  need(call, 'tag-job-version');
  const index = untagVersion(call.cluster, call.namespace, idOf(call), param(call, 'name'));
  return tagWritten(index, { Name: '', Description: '', TaggedTime: 0 });
}

function evaluate(call: Call): Answer {
  need(call, 'evaluate-job');
  const { job } = entryOf(call);
  if (!isScheduled(job)) throw new Refusal(500, "can't evaluate parameterized job");
  const made = createEvalNow(call.cluster, {
    namespace: job.Namespace,
    job: job.ID,
    type: job.Type,
    priority: job.Priority,
    trigger: 'job-register',
    jobModifyIndex: job.ModifyIndex,
  });
  return jobWritten({
    index: made.CreateIndex,
    evalId: made.ID,
    evalIndex: made.CreateIndex,
    jobModifyIndex: job.JobModifyIndex,
  });
}

export const jobRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/job/*id', run: read },
  { method: 'PUT', path: '/v1/job/*id', run: register },
  { method: 'DELETE', path: '/v1/job/*id', run: deregister },
  { method: 'GET', path: '/v1/job/*id/allocations', run: allocations },
  { method: 'GET', path: '/v1/job/*id/deployments', run: deployments },
  { method: 'GET', path: '/v1/job/*id/deployment', run: latestDeployment },
  { method: 'GET', path: '/v1/job/*id/evaluations', run: evaluations },
  { method: 'GET', path: '/v1/job/*id/services', run: jobServices },
  { method: 'GET', path: '/v1/job/*id/summary', run: summary },
  { method: 'GET', path: '/v1/job/*id/versions', run: versions },
  { method: 'GET', path: '/v1/job/*id/scale', run: scaleStatus },
  { method: 'PUT', path: '/v1/job/*id/scale', run: scale },
  { method: 'PUT', path: '/v1/job/*id/plan', run: plan },
  { method: 'PUT', path: '/v1/job/*id/dispatch', run: dispatch },
  { method: 'PUT', path: '/v1/job/*id/revert', run: revert },
  { method: 'PUT', path: '/v1/job/*id/evaluate', run: evaluate },
  { method: 'PUT', path: '/v1/job/*id/versions/:name/tag', run: tag },
  { method: 'DELETE', path: '/v1/job/*id/versions/:name/tag', run: untag },
];
