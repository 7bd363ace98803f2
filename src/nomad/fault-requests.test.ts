import { expect, it } from 'vitest';
import type { FaultCall } from '../lifecycle/effects.ts';
import { requestOf } from './requests.ts';

const namespace = 'shop';

it.each<[FaultCall, object]>([
  [
    { op: 'node-drain', node: 'n-1', run: 'r-1', deadlineMs: 90_000, ignoreSystemJobs: true },
    {
      method: 'POST',
      path: '/v1/node/n-1/drain',
      body: {
        DrainSpec: { Deadline: 90_000_000_000, IgnoreSystemJobs: true },
        MarkEligible: false,
        Meta: { sirocco_run: 'r-1' },
      },
      kind: 'node_drain',
      repeatable: true,
    },
  ],
  [
    { op: 'node-drain', node: 'n-1', run: 'r-1', deadlineMs: -1, ignoreSystemJobs: false },
    {
      method: 'POST',
      path: '/v1/node/n-1/drain',
      body: {
        DrainSpec: { Deadline: -1, IgnoreSystemJobs: false },
        MarkEligible: false,
        Meta: { sirocco_run: 'r-1' },
      },
      kind: 'node_drain',
      repeatable: true,
    },
  ],
  [
    { op: 'node-undrain', node: 'n-1', run: 'r-1' },
    {
      method: 'POST',
      path: '/v1/node/n-1/drain',
      body: { DrainSpec: null, MarkEligible: true, Meta: { sirocco_run: 'r-1' } },
      kind: 'node_drain',
      repeatable: true,
    },
  ],
  [
    { op: 'job-scale', namespace, job: 'team/web', group: 'app', count: 2, index: 59, message: 'why', run: 'r-1' },
    {
      method: 'PUT',
      path: '/v1/job/team%2Fweb/scale',
      namespace,
      body: {
        Count: 2,
        Target: { Group: 'app' },
        Message: 'why',
        Meta: { sirocco_run: 'r-1' },
        JobModifyIndex: 59,
      },
      kind: 'job_scale',
      repeatable: true,
    },
  ],
  [
    { op: 'job-register', namespace, job: 'web', body: { ID: 'web', Priority: 50 }, index: 59 },
    {
      method: 'PUT',
      path: '/v1/job/web',
      namespace,
      body: { Job: { ID: 'web', Priority: 50 }, EnforceIndex: true, JobModifyIndex: 59, PreserveCounts: false },
      kind: 'job_register',
      repeatable: true,
    },
  ],
  [
    { op: 'job-stop', namespace, job: 'web', global: false },
    { method: 'DELETE', path: '/v1/job/web', namespace, kind: 'job_stop' },
  ],
  [
    { op: 'job-stop', namespace, job: 'web', global: true },
    { method: 'DELETE', path: '/v1/job/web', query: { global: 'true' }, namespace, kind: 'job_stop' },
  ],
  [
    { op: 'job-revert', namespace, job: 'web', version: 4, prior: 5 },
    {
      method: 'PUT',
      path: '/v1/job/web/revert',
      namespace,
      body: { JobID: 'web', JobVersion: 4, EnforcePriorVersion: 5 },
      kind: 'job_revert',
      repeatable: true,
    },
  ],
  [
    { op: 'job-tag', namespace, job: 'web', version: 4, tag: 'sirocco-1', description: 'why' },
    {
      method: 'PUT',
      path: '/v1/job/web/versions/sirocco-1/tag',
      namespace,
      body: { Version: 4, Description: 'why' },
      kind: 'job_tag',
      repeatable: true,
    },
  ],
  [
    { op: 'job-untag', namespace, job: 'web', tag: 'sirocco-1' },
    {
      method: 'DELETE',
      path: '/v1/job/web/versions/sirocco-1/tag',
      namespace,
      kind: 'job_tag',
      repeatable: true,
    },
  ],
  [
    { op: 'service-deregister', namespace, service: 'web-http', id: '_nomad-task-1' },
    {
      method: 'DELETE',
      path: '/v1/service/web-http/_nomad-task-1',
      namespace,
      kind: 'service_delete',
      repeatable: true,
    },
  ],
  [
    { op: 'deployment-pause', namespace, deployment: 'd-1', pause: false },
    {
      method: 'PUT',
      path: '/v1/deployment/pause/d-1',
      namespace,
      body: { DeploymentID: 'd-1', Pause: false },
      kind: 'deployment_pause',
      repeatable: true,
    },
  ],
  [
    { op: 'deployment-fail', namespace, deployment: 'd-1' },
    {
      method: 'PUT',
      path: '/v1/deployment/fail/d-1',
      namespace,
      body: { DeploymentID: 'd-1' },
      kind: 'deployment_fail',
      repeatable: true,
    },
  ],
  [
    { op: 'scheduler-configure', configuration: { PauseEvalBroker: true }, index: 5 },
    {
      method: 'PUT',
      path: '/v1/operator/scheduler/configuration',
      query: { cas: '5' },
      body: { PauseEvalBroker: true },
      kind: 'scheduler_configure',
      repeatable: true,
    },
  ],
])('a request is made of %o', (call, expected) => {
  expect(requestOf(call)).toEqual(expected);
});
