/** Reads of Nomad's objects as requests. Lists come whole, in one answer that is one state of the cluster. */

import type { DiscoveryCall, ReadCall } from '../lifecycle/effects.ts';
import { type Requests, segment } from './request-table.ts';
import type { NomadRequest } from './types.ts';

const read = (path: string, kind: string, namespace?: string): NomadRequest => ({
  method: 'GET',
  path,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
});

const ofJob = (job: string, what = '') => `/v1/job/${segment(job)}${what}`;

export const readRequests: Requests<ReadCall | DiscoveryCall> = {
  'read-job': ({ job, namespace }) => read(ofJob(job), 'job_read', namespace),
  'list-jobs': ({ namespace }) => read('/v1/jobs', 'job_list', namespace),
  'list-job-allocs': ({ job, namespace }) => read(ofJob(job, '/allocations'), 'job_allocations', namespace),
  'list-job-deployments': ({ job, namespace }) => read(ofJob(job, '/deployments'), 'job_deployments', namespace),
  'list-job-versions': ({ job, namespace }) => read(ofJob(job, '/versions'), 'job_versions', namespace),
  'list-job-services': ({ job, namespace }) => read(ofJob(job, '/services'), 'job_services', namespace),
  'read-service': ({ service, namespace }) => read(`/v1/service/${segment(service)}`, 'service_read', namespace),
  'read-scheduler': () => read('/v1/operator/scheduler/configuration', 'scheduler_read'),
  // With `os=true` a list has the name of the system, and no more: signals take a read of the node.
  'list-nodes': () => read('/v1/nodes', 'node_list'),
  'read-node': ({ node }) => read(`/v1/node/${segment(node)}`, 'node_read'),
};
