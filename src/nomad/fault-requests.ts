/** Harmful and healing calls as requests to Nomad. */

import type { FaultCall } from '../lifecycle/effects.ts';
import { type Requests, segment } from './request-table.ts';

const allocation = (id: string, what: string) => `/v1/client/allocation/${segment(id)}/${what}`;
const ofJob = (id: string, what = '') => `/v1/job/${segment(id)}${what}`;
const tagOf = (job: string, tag: string) => ofJob(job, `/versions/${segment(tag)}/tag`);

/** Those that say `repeatable` do the same when they are sent again, or lose to what came between. */
export const faultRequests: Requests<FaultCall> = {
  'alloc-signal': ({ alloc, namespace, signal, task }) => ({
    method: 'PUT',
    path: allocation(alloc, 'signal'),
    namespace,
    body: { Signal: signal, Task: task },
    kind: 'alloc_signal',
  }),
  'alloc-stop': ({ alloc, namespace, noShutdownDelay }) => ({
    method: 'PUT',
    path: `/v1/allocation/${segment(alloc)}/stop`,
    namespace,
    ...(noShutdownDelay ? { query: { no_shutdown_delay: 'true' } } : {}),
    kind: 'alloc_stop',
    repeatable: true,
  }),
  'alloc-restart': ({ alloc, namespace, allTasks, task }) => ({
    method: 'PUT',
    path: allocation(alloc, 'restart'),
    namespace,
    body: allTasks ? { AllTasks: true } : task === undefined ? {} : { TaskName: task },
    kind: 'alloc_restart',
  }),
  'node-eligibility': ({ node, eligible }) => ({
    method: 'POST',
    path: `/v1/node/${segment(node)}/eligibility`,
    body: { Eligibility: eligible ? 'eligible' : 'ineligible' },
    kind: 'node_eligibility',
    repeatable: true,
  }),
  'node-drain': ({ node, run, deadlineMs, ignoreSystemJobs }) => ({
    method: 'POST',
    path: `/v1/node/${segment(node)}/drain`,
    body: {
      // Nanoseconds; Nomad takes any negative one for "by force".
      DrainSpec: { Deadline: deadlineMs < 0 ? -1 : deadlineMs * 1e6, IgnoreSystemJobs: ignoreSystemJobs },
      MarkEligible: false,
      Meta: { sirocco_run: run },
    },
    kind: 'node_drain',
    repeatable: true,
  }),
  'node-undrain': ({ node, run }) => ({
    method: 'POST',
    path: `/v1/node/${segment(node)}/drain`,
    body: { DrainSpec: null, MarkEligible: true, Meta: { sirocco_run: run } },
    kind: 'node_drain',
    repeatable: true,
  }),
  'job-scale': ({ namespace, job, group, count, index, message, run }) => ({
    method: 'PUT',
    path: ofJob(job, '/scale'),
    namespace,
    body: {
      Count: count,
      Target: { Group: group },
      Message: message,
      Meta: { sirocco_run: run },
      JobModifyIndex: index,
    },
    kind: 'job_scale',
    repeatable: true,
  }),
  'job-register': ({ namespace, job, body, index }) => ({
    method: 'PUT',
    path: ofJob(job),
    namespace,
    body: { Job: body, EnforceIndex: true, JobModifyIndex: index, PreserveCounts: false },
    kind: 'job_register',
    repeatable: true,
  }),
  'job-stop': ({ namespace, job, global }) => ({
    method: 'DELETE',
    path: ofJob(job),
    namespace,
    ...(global ? { query: { global: 'true' } } : {}),
    kind: 'job_stop',
  }),
  'job-revert': ({ namespace, job, version, prior }) => ({
    method: 'PUT',
    path: ofJob(job, '/revert'),
    namespace,
    body: { JobID: job, JobVersion: version, EnforcePriorVersion: prior },
    kind: 'job_revert',
    repeatable: true,
  }),
  'job-tag': ({ namespace, job, version, tag, description }) => ({
    method: 'PUT',
    path: tagOf(job, tag),
    namespace,
    body: { Version: version, Description: description },
    kind: 'job_tag',
    repeatable: true,
  }),
  'job-untag': ({ namespace, job, tag }) => ({
    method: 'DELETE',
    path: tagOf(job, tag),
    namespace,
    kind: 'job_tag',
    repeatable: true,
  }),
  'service-deregister': ({ namespace, service, id }) => ({
    method: 'DELETE',
    path: `/v1/service/${segment(service)}/${segment(id)}`,
    namespace,
    kind: 'service_delete',
    repeatable: true,
  }),
  'deployment-pause': ({ namespace, deployment, pause }) => ({
    method: 'PUT',
    path: `/v1/deployment/pause/${segment(deployment)}`,
    namespace,
    body: { DeploymentID: deployment, Pause: pause },
    kind: 'deployment_pause',
    repeatable: true,
  }),
  'deployment-fail': ({ namespace, deployment }) => ({
    method: 'PUT',
    path: `/v1/deployment/fail/${segment(deployment)}`,
    namespace,
    body: { DeploymentID: deployment },
    kind: 'deployment_fail',
    repeatable: true,
  }),
  'scheduler-configure': ({ configuration, index }) => ({
    method: 'PUT',
    path: '/v1/operator/scheduler/configuration',
    query: { cas: String(index) },
    body: configuration,
    kind: 'scheduler_configure',
    repeatable: true,
  }),
};
