import { describe, expect, it } from 'vitest';
import type { Call } from '../lifecycle/effects.ts';
import { requestOf } from './requests.ts';

const namespace = 'shop';
const path = 'chaos/control/leader';

describe('requestOf', () => {
  it.each<[Call, object]>([
    [
      { op: 'alloc-signal', namespace, alloc: 'a-1', task: 'web', signal: 'SIGKILL' },
      {
        method: 'PUT',
        path: '/v1/client/allocation/a-1/signal',
        namespace,
        body: { Signal: 'SIGKILL', Task: 'web' },
        kind: 'alloc_signal',
      },
    ],
    [
      { op: 'alloc-stop', namespace, alloc: 'a-1', noShutdownDelay: true },
      {
        method: 'PUT',
        path: '/v1/allocation/a-1/stop',
        query: { no_shutdown_delay: 'true' },
        namespace,
        kind: 'alloc_stop',
        repeatable: true,
      },
    ],
    [
      { op: 'alloc-stop', namespace, alloc: 'a-1', noShutdownDelay: false },
      { method: 'PUT', path: '/v1/allocation/a-1/stop', namespace, kind: 'alloc_stop', repeatable: true },
    ],
    [
      { op: 'alloc-restart', namespace, alloc: 'a-1', task: 'web', allTasks: false },
      {
        method: 'PUT',
        path: '/v1/client/allocation/a-1/restart',
        namespace,
        body: { TaskName: 'web' },
        kind: 'alloc_restart',
      },
    ],
    [
      { op: 'alloc-restart', namespace, alloc: 'a-1', allTasks: true },
      {
        method: 'PUT',
        path: '/v1/client/allocation/a-1/restart',
        namespace,
        body: { AllTasks: true },
        kind: 'alloc_restart',
      },
    ],
    [
      { op: 'alloc-restart', namespace, alloc: 'a-1', allTasks: false },
      { method: 'PUT', path: '/v1/client/allocation/a-1/restart', namespace, body: {}, kind: 'alloc_restart' },
    ],
    [
      { op: 'node-eligibility', node: 'n-1', eligible: false },
      {
        method: 'POST',
        path: '/v1/node/n-1/eligibility',
        body: { Eligibility: 'ineligible' },
        kind: 'node_eligibility',
        repeatable: true,
      },
    ],
    [
      { op: 'list-job-versions', namespace, job: 'web' },
      { method: 'GET', path: '/v1/job/web/versions', namespace, kind: 'job_versions' },
    ],
    [
      { op: 'read-service', namespace, service: 'web' },
      { method: 'GET', path: '/v1/service/web', namespace, kind: 'service_read' },
    ],
    [
      { op: 'list-job-services', namespace, job: 'web' },
      { method: 'GET', path: '/v1/job/web/services', namespace, kind: 'job_services' },
    ],
    [{ op: 'read-scheduler' }, { method: 'GET', path: '/v1/operator/scheduler/configuration', kind: 'scheduler_read' }],
    [
      { op: 'read-job', namespace, job: 'team/web a' },
      { method: 'GET', path: '/v1/job/team%2Fweb%20a', namespace, kind: 'job_read' },
    ],
    [
      { op: 'list-jobs', namespace },
      { method: 'GET', path: '/v1/jobs', namespace, kind: 'job_list' },
    ],
    [
      { op: 'list-job-allocs', namespace, job: 'web' },
      { method: 'GET', path: '/v1/job/web/allocations', namespace, kind: 'job_allocations' },
    ],
    [
      { op: 'list-job-deployments', namespace, job: 'web' },
      { method: 'GET', path: '/v1/job/web/deployments', namespace, kind: 'job_deployments' },
    ],
    [{ op: 'list-nodes' }, { method: 'GET', path: '/v1/nodes', kind: 'node_list' }],
    [
      { op: 'read-node', node: 'n-1' },
      { method: 'GET', path: '/v1/node/n-1', kind: 'node_read' },
    ],
    [
      { op: 'read-variable', namespace, path: 'chaos/schedule/a b' },
      { method: 'GET', path: '/v1/var/chaos/schedule/a%20b', namespace, kind: 'variable_read', accept: [404] },
    ],
    [
      { op: 'list-variables', namespace, prefix: 'chaos/schedule/', index: 0, waitMs: 0 },
      { method: 'GET', path: '/v1/vars', query: { prefix: 'chaos/schedule/' }, namespace, kind: 'variable_list' },
    ],
    [
      { op: 'list-variables', namespace, prefix: 'chaos/schedule/', index: 42, waitMs: 60_000 },
      {
        method: 'GET',
        path: '/v1/vars',
        query: { prefix: 'chaos/schedule/', index: '42', wait: '60000ms' },
        namespace,
        kind: 'variable_list',
        timeoutMs: 73_750,
      },
    ],
    [
      { op: 'write-variable', namespace, path: 'chaos/runs/r', items: { v: '1' }, cas: 0 },
      {
        method: 'PUT',
        path: '/v1/var/chaos/runs/r',
        query: { cas: '0' },
        namespace,
        body: { Namespace: namespace, Path: 'chaos/runs/r', Items: { v: '1' } },
        kind: 'variable_write',
        accept: [409],
        repeatable: true,
      },
    ],
    [
      { op: 'write-variable', namespace, path: 'chaos/status/web', items: { v: '1' } },
      {
        method: 'PUT',
        path: '/v1/var/chaos/status/web',
        namespace,
        body: { Namespace: namespace, Path: 'chaos/status/web', Items: { v: '1' } },
        kind: 'variable_write',
        accept: [409],
      },
    ],
    [
      { op: 'delete-variable', namespace, path: 'chaos/requests/r', cas: 9 },
      {
        method: 'DELETE',
        path: '/v1/var/chaos/requests/r',
        query: { cas: '9' },
        namespace,
        kind: 'variable_delete',
        accept: [409],
        repeatable: true,
      },
    ],
    [
      { op: 'lock-acquire', namespace, path, items: { holder: 'a' }, ttl: '10s', delay: '1s' },
      {
        method: 'PUT',
        path: '/v1/var/chaos/control/leader',
        query: { 'lock-acquire': '' },
        namespace,
        body: { Namespace: namespace, Path: path, Items: { holder: 'a' }, Lock: { TTL: '10s', LockDelay: '1s' } },
        kind: 'lock_acquire',
        accept: [409],
      },
    ],
    [
      { op: 'lock-renew', namespace, path, lock: 'l-1' },
      {
        method: 'PUT',
        path: '/v1/var/chaos/control/leader',
        query: { 'lock-renew': '' },
        namespace,
        body: { Namespace: namespace, Path: path, Lock: { ID: 'l-1' } },
        kind: 'lock_renew',
        accept: [409],
      },
    ],
    [
      { op: 'lock-release', namespace, path, lock: 'l-1' },
      {
        method: 'PUT',
        path: '/v1/var/chaos/control/leader',
        query: { 'lock-release': '' },
        namespace,
        body: { Namespace: namespace, Path: path, Lock: { ID: 'l-1' } },
        kind: 'lock_release',
        accept: [409],
      },
    ],
  ])('makes a request of %o', (call, expected) => {
    expect(requestOf(call)).toEqual(expected);
  });
});
