/** `/v1/jobs`: all jobs, and registering one. */

import { Refusal } from '../failure.ts';
import { completeJob } from '../job-defaults.ts';
import type { JobSpec } from '../job-types.ts';
import { type JobWrite, registerJob } from '../jobs.ts';
import {
  type Answer,
  type Call,
  fields,
  flag,
  listing,
  namespacesOf,
  need,
  numberOf,
  page,
  type Route,
} from '../route.ts';
import { checkRegistrations } from '../scheduler-config.ts';
import { jobStub } from '../views.ts';

/** The job of a registration's body, complete. */
export function jobOf(call: Call): JobSpec {
  const given = fields(call)['Job'];
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Refusal(400, 'Job must be specified');
  const { cluster, namespace } = call;
  return completeJob(given as Readonly<Record<string, unknown>>, { namespace, region: cluster.region });
}

/** What a write of a job answers. */
export function jobWritten(
  { index, evalId, evalIndex, jobModifyIndex }: JobWrite,
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  const body = {
    EvalID: evalId,
    EvalCreateIndex: evalIndex,
    JobModifyIndex: jobModifyIndex,
    Index: index,
    LastContact: 0,
    KnownLeader: false,
    NextToken: '',
    ...more,
  };
  return { body, index };
}

export function register(call: Call): Answer {
  const job = jobOf(call);
  checkRegistrations(call.cluster, call.access);
  need(call, 'register-job', job.Namespace);
  const body = fields(call);
  const written = registerJob(call.cluster, job, {
    by: call.access.token?.accessor,
    ...(body['EnforceIndex'] === true ? { enforceIndex: numberOf(body['JobModifyIndex']) ?? 0 } : {}),
  });
  return jobWritten(written, { Warnings: '' });
}

function list(call: Call): Answer {
  const granted = namespacesOf(call, 'list-jobs');
  const prefix = call.query['prefix'] ?? '';
  const { tables } = call;
  const found = [...tables.jobs.values()].filter(({ job }) => granted(job.Namespace) && job.ID.startsWith(prefix));
  found.sort((a, b) => (a.job.Namespace + a.job.ID < b.job.Namespace + b.job.ID ? -1 : 1));
  const withMeta = flag(call, 'meta');
  // A filter sees the whole job, not what the list shows of it.
  const whole = found.map(entry => ({ ...entry.job, entry }));
  const paged = page(call, whole, job => `${job.Namespace}.${job.ID}`);
  const items = paged.items.map(({ entry }) => jobStub(tables, entry, withMeta));
  return listing(
    call,
    'jobs',
    { ...paged, items },
    change => granted(change.namespace) && change.key.startsWith(prefix),
  );
}

export const jobsRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/jobs', run: list },
  { method: 'PUT', path: '/v1/jobs', run: register },
];
