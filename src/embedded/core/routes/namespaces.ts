/** `/v1/namespaces`, `/v1/namespace`. */

import { denied, Refusal } from '../failure.ts';
import { applyNamespace, removeNamespace } from '../namespaces.ts';
import { type Call, fields, param, type Route, reading, textOf } from '../route.ts';
import type { NamespaceRecord } from '../types.ts';

const shown = (namespace: NamespaceRecord) => ({
  ...namespace,
  Quota: '',
  Capabilities: null,
  NodePoolConfiguration: null,
  VaultConfiguration: null,
  ConsulConfiguration: null,
  RequiredExtraClaims: null,
  OptionalExtraClaims: null,
  Hash: '',
});

/** Whether any right at all is granted in a namespace. */
const isVisible = (call: Call, name: string) =>
  ['read-job', 'list-jobs', 'submit-job', 'alloc-lifecycle'].some(capability => call.access.allows(name, capability)) ||
  call.access.anyVariable(name);

function needManagement(call: Call): void {
  if (!call.access.management) throw denied();
}

function apply(call: Call): { body: null; index: number } {
  needManagement(call);
  const body = fields(call);
  const meta = body['Meta'] as Readonly<Record<string, string>> | null | undefined;
  const index = applyNamespace(call.cluster, textOf(body['Name']), {
    description: textOf(body['Description']),
    meta: meta ?? null,
  });
  return { body: null, index };
}

export const namespaceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/namespaces',
    run(call) {
      const { tables } = call;
      const prefix = call.query['prefix'] ?? '';
      const visible = [...tables.namespaces.values()].filter(
        ({ Name }) => Name.startsWith(prefix) && isVisible(call, Name),
      );
      const sorted = visible.sort((a, b) => (a.Name < b.Name ? -1 : 1)).map(shown);
      return reading('namespaces', tables.indexes.namespaces, sorted);
    },
  },
  {
    method: 'GET',
    path: '/v1/namespace/:name',
    run(call) {
      const name = param(call, 'name');
      if (!isVisible(call, name)) throw denied();
      const namespace = call.tables.namespaces.get(name);
      if (namespace === undefined)
        throw new Refusal(404, 'Namespace not found', { index: call.tables.indexes.namespaces });
      return reading('namespaces', namespace.ModifyIndex, shown(namespace), change => change.key === name);
    },
  },
  { method: 'PUT', path: '/v1/namespace', run: apply },
  { method: 'PUT', path: '/v1/namespace/:name', run: apply },
  {
    method: 'DELETE',
    path: '/v1/namespace/:name',
    run(call) {
      needManagement(call);
      return { body: null, index: removeNamespace(call.cluster, param(call, 'name')) };
    },
  },
];
