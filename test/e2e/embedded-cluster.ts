/** The embedded server as these tests use it. */

import { randomUUID } from 'node:crypto';
import { setToken } from '../../src/embedded/core/acl.ts';
import { applyNamespace } from '../../src/embedded/core/namespaces.ts';
import { type Embedded, startEmbedded } from '../../src/embedded/index.ts';
import { createWorld } from '../../src/world/real.ts';
import { nomadCall } from '../support/nomad-call.ts';
import type { Cluster } from './place.ts';

export interface EmbeddedCluster extends Cluster {
  readonly server: Embedded;
  /** All nodes but the first two, which are for jobs. */
  readonly nodes: readonly string[];
  stop(): Promise<void>;
}

/** Starts one with ACLs on. It reads no policy texts: rights are given to it as they are. */
export async function startEmbeddedCluster(nodes: number): Promise<EmbeddedCluster> {
  const managementToken = randomUUID();
  const management = {
    secret: managementToken,
    accessor: randomUUID(),
    name: 'management',
    type: 'management',
  } as const;
  const world = createWorld({ level: 'error' });
  const server = await startEmbedded({ world, seed: 'e2e', nodes, acl: true, tokens: [{ ...management, rules: {} }] });
  const { address } = server;
  const call: Cluster['call'] = (path, options = {}) =>
    nomadCall(address, path, { token: managementToken, ...options });
  const names = (await call<{ Name: string }[]>('/v1/nodes')).map(each => each.Name).sort();
  return {
    server,
    addresses: [address],
    managementToken,
    nodes: names.slice(2),
    call,
    async createNamespace(name) {
      server.change(cluster => applyNamespace(cluster, name));
    },
    async createToken(rights) {
      const secret = randomUUID();
      const token = { secret, accessor: randomUUID(), name: 'test', type: 'client', rules: rights } as const;
      server.change(cluster => setToken(cluster, token));
      return { secret };
    },
    stop: () => server.close(),
  };
}
