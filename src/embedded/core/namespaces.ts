/** Namespaces: all that other objects are in. */

import { Refusal } from './failure.ts';
import { joinErrors } from './job-checks.ts';
import { deleteNamespace, putNamespace } from './records.ts';
import type { Cluster } from './types.ts';
import { commit } from './write.ts';

const validName = /^[a-zA-Z0-9-]{1,128}$/;

/** Makes a namespace or changes its description. */
export function applyNamespace(
  cluster: Cluster,
  name: string,
  more: { description?: string; meta?: Readonly<Record<string, string>> | null } = {},
): number {
  if (!validName.test(name)) {
    const problem = `invalid name "${name}". Must match regex ${validName.source}`;
    throw new Refusal(500, `Invalid namespace "${name}": ${joinErrors([problem])}`.trimEnd());
  }
  return commit(cluster, 'NamespaceUpserted', write => {
    const before = cluster.tables.namespaces.get(name);
    putNamespace(write, {
      Name: name,
      Description: more.description ?? '',
      Meta: more.meta ?? null,
      CreateIndex: before?.CreateIndex ?? write.index,
      ModifyIndex: write.index,
    });
  });
}

/** Removes a namespace that nothing is in any more. */
export function removeNamespace(cluster: Cluster, name: string): number {
  if (name === 'default') throw new Refusal(500, 'can not delete default namespace');
  const { tables } = cluster;
  if (!tables.namespaces.has(name)) throw new Refusal(500, 'namespace not found');
  const jobs = [...tables.jobs.values()].filter(({ job }) => job.Namespace === name && job.Status !== 'dead');
  const variables = tables.variables.get(name)?.size ?? 0;
  if (jobs.length > 0)
    throw new Refusal(500, `namespace "${name}" has non-terminal jobs in regions: [${cluster.region}]`);
  if (variables > 0)
    throw new Refusal(500, `namespace "${name}" has non-terminal variables in regions: [${cluster.region}]`);
  return commit(cluster, 'NamespaceDeleted', write => deleteNamespace(write, name));
}
