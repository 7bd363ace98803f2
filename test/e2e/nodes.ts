import type { NomadNode } from '../../src/nomad/types.ts';
import type { Cluster } from './place.ts';

/** The whole node of that name, its events too. */
export async function nodeNamed(cluster: Cluster, name: string): Promise<NomadNode> {
  const stub = (await cluster.call<NomadNode[]>('/v1/nodes')).find(each => each.Name === name);
  if (stub === undefined) throw new Error(`there is no node ${name}`);
  return cluster.call<NomadNode>(`/v1/node/${stub.ID}`);
}
