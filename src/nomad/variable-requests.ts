/** Variables and the lock as requests. */

import type { VariableCall } from '../lifecycle/effects.ts';
import { type Requests, segment } from './request-table.ts';
import type { NomadRequest } from './types.ts';

/** Past a blocking query's wait: Nomad adds up to a sixteenth, and the answer must come. */
const graceMs = 10_000;

export const variableRequests: Requests<VariableCall> = {
  'list-variables': ({ namespace, prefix, index, waitMs }) => ({
    method: 'GET',
    path: '/v1/vars',
    query: { prefix, ...(index > 0 ? { index: String(index), wait: `${waitMs}ms` } : {}) },
    namespace,
    kind: 'variable_list',
    ...(index > 0 ? { timeoutMs: waitMs + Math.ceil(waitMs / 16) + graceMs } : {}),
  }),
  'read-variable': ({ namespace, path }) => ({
    method: 'GET',
    path: variable(path),
    namespace,
    kind: 'variable_read',
    accept: [404],
  }),
  'write-variable': ({ namespace, path, items, cas }) => ({
    method: 'PUT',
    path: variable(path),
    namespace,
    body: { Namespace: namespace, Path: path, Items: items },
    kind: 'variable_write',
    accept: [409],
    ...(cas === undefined ? {} : { query: { cas: String(cas) }, repeatable: true }),
  }),
  'delete-variable': ({ namespace, path, cas }) => ({
    method: 'DELETE',
    path: variable(path),
    query: { cas: String(cas) },
    namespace,
    kind: 'variable_delete',
    accept: [409],
    repeatable: true,
  }),
  'lock-acquire': ({ op, namespace, path, items, ttl, delay }) =>
    lock(op, namespace, path, { Items: items, Lock: { TTL: ttl, LockDelay: delay } }),
  // A release that carries items is refused, since it would write them.
  'lock-renew': ({ op, namespace, path, lock: id }) => lock(op, namespace, path, { Lock: { ID: id } }),
  'lock-release': ({ op, namespace, path, lock: id }) => lock(op, namespace, path, { Lock: { ID: id } }),
};

function lock(
  op: 'lock-acquire' | 'lock-renew' | 'lock-release',
  namespace: string,
  path: string,
  body: object,
): NomadRequest {
  return {
    method: 'PUT',
    path: variable(path),
    query: { [op]: '' },
    namespace,
    body: { Namespace: namespace, Path: path, ...body },
    kind: op.replace('-', '_'),
    accept: [409],
  };
}

/** Slashes of a Variable's path are those of the URL. */
function variable(path: string): string {
  return `/v1/var/${path.split('/').map(segment).join('/')}`;
}
