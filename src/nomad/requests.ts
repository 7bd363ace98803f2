/** Calls of the core as requests to Nomad. What comes of them is read in `calls.ts`. */

import type { Call, FaultCall, ReadCall, VariableCall } from '../lifecycle/effects.ts';
import type { NomadRequest } from './types.ts';

/** Past a blocking query's wait: Nomad adds up to a sixteenth, and the answer must come. */
const graceMs = 10_000;

/** The request of a call. A call's id is one segment of the path, also where it holds slashes. */
export function requestOf(call: Call): NomadRequest {
  switch (call.op) {
    case 'read-variable':
    case 'list-variables':
    case 'write-variable':
    case 'delete-variable':
    case 'lock-acquire':
    case 'lock-renew':
    case 'lock-release':
      return variableRequest(call);
    case 'read-job':
    case 'list-jobs':
    case 'list-job-allocs':
    case 'list-job-deployments':
    case 'list-nodes':
    case 'read-node':
      return readRequest(call);
    case 'alloc-signal':
    case 'alloc-stop':
    case 'alloc-restart':
    case 'node-eligibility':
      return faultRequest(call);
  }
}

function faultRequest(call: FaultCall): NomadRequest {
  switch (call.op) {
    case 'alloc-signal': {
      const { namespace, signal, task } = call;
      const path = `/v1/client/allocation/${segment(call.alloc)}/signal`;
      return { method: 'PUT', path, namespace, body: { Signal: signal, Task: task }, kind: 'alloc_signal' };
    }
    case 'alloc-stop':
      return {
        method: 'PUT',
        path: `/v1/allocation/${segment(call.alloc)}/stop`,
        namespace: call.namespace,
        ...(call.noShutdownDelay ? { query: { no_shutdown_delay: 'true' } } : {}),
        kind: 'alloc_stop',
        repeatable: true,
      };
    case 'alloc-restart': {
      const { namespace, allTasks, task } = call;
      const path = `/v1/client/allocation/${segment(call.alloc)}/restart`;
      const body = allTasks ? { AllTasks: true } : task === undefined ? {} : { TaskName: task };
      return { method: 'PUT', path, namespace, body, kind: 'alloc_restart' };
    }
    case 'node-eligibility':
      return {
        method: 'POST',
        path: `/v1/node/${segment(call.node)}/eligibility`,
        body: { Eligibility: call.eligible ? 'eligible' : 'ineligible' },
        kind: 'node_eligibility',
        repeatable: true,
      };
  }
}

/** Lists come whole, in one answer that is one state of the cluster. */
function readRequest(call: ReadCall): NomadRequest {
  const read = (path: string, kind: string, namespace?: string): NomadRequest => ({
    method: 'GET',
    path,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
  });
  switch (call.op) {
    case 'read-job':
      return read(`/v1/job/${segment(call.job)}`, 'job_read', call.namespace);
    case 'list-jobs':
      return read('/v1/jobs', 'job_list', call.namespace);
    case 'list-job-allocs':
      return read(`/v1/job/${segment(call.job)}/allocations`, 'job_allocations', call.namespace);
    case 'list-job-deployments':
      return read(`/v1/job/${segment(call.job)}/deployments`, 'job_deployments', call.namespace);
    case 'list-nodes':
      // With `os=true` a list has the name of the system, and no more: signals take a read of the node.
      return read('/v1/nodes', 'node_list');
    case 'read-node':
      return read(`/v1/node/${segment(call.node)}`, 'node_read');
  }
}

function variableRequest(call: VariableCall): NomadRequest {
  const { namespace } = call;
  switch (call.op) {
    case 'list-variables': {
      const blocking = { index: String(call.index), wait: `${call.waitMs}ms` };
      return {
        method: 'GET',
        path: '/v1/vars',
        query: { prefix: call.prefix, ...(call.index > 0 ? blocking : {}) },
        namespace,
        kind: 'variable_list',
        ...(call.index > 0 ? { timeoutMs: call.waitMs + Math.ceil(call.waitMs / 16) + graceMs } : {}),
      };
    }
    case 'read-variable':
      return { method: 'GET', path: variable(call.path), namespace, kind: 'variable_read', accept: [404] };
    case 'write-variable':
      return {
        method: 'PUT',
        path: variable(call.path),
        namespace,
        body: { Namespace: namespace, Path: call.path, Items: call.items },
        kind: 'variable_write',
        accept: [409],
        ...(call.cas === undefined ? {} : { query: { cas: String(call.cas) }, repeatable: true }),
      };
    case 'delete-variable':
      return {
        method: 'DELETE',
        path: variable(call.path),
        query: { cas: String(call.cas) },
        namespace,
        kind: 'variable_delete',
        accept: [409],
        repeatable: true,
      };
    case 'lock-acquire': {
      const body = {
        Namespace: namespace,
        Path: call.path,
        Items: call.items,
        Lock: { TTL: call.ttl, LockDelay: call.delay },
      };
      return lockRequest(call.path, namespace, 'lock-acquire', body);
    }
    case 'lock-renew':
    case 'lock-release': {
      // A release that carries items is refused, since it would write them.
      const body = { Namespace: namespace, Path: call.path, Lock: { ID: call.lock } };
      return lockRequest(call.path, namespace, call.op, body);
    }
  }
}

type LockOp = 'lock-acquire' | 'lock-renew' | 'lock-release';

function lockRequest(path: string, namespace: string, op: LockOp, body: object): NomadRequest {
  const kind = op.replace('-', '_');
  return { method: 'PUT', path: variable(path), query: { [op]: '' }, namespace, body, kind, accept: [409] };
}

function segment(id: string): string {
  return encodeURIComponent(id);
}

/** Slashes of a Variable's path are those of the URL. */
function variable(path: string): string {
  return `/v1/var/${path.split('/').map(segment).join('/')}`;
}
