/** Real clusters as these tests use them. */

import { type RealCluster, type RealClusterOptions, startRealCluster } from '../support/real-cluster.ts';
import type { Cluster } from './place.ts';

export interface E2eCluster extends Cluster {
  readonly real: RealCluster;
  readonly nodes: readonly string[];
  stop(): Promise<void>;
}

/**
 * A real cluster. Controllers are spread over all agents, as in life, since each agent takes a hundred connections from
 * one address. The first two clients are for jobs: they are never among `nodes`.
 */
export async function startCluster(options: RealClusterOptions): Promise<E2eCluster> {
  const real = await startRealCluster(options);
  return {
    real,
    addresses: [...real.clientAddresses, ...real.addresses],
    managementToken: real.managementToken,
    nodes: real.clients.slice(2).map(each => each.name),
    call: real.call,
    createNamespace: real.createNamespace,
    createToken: real.createToken,
    stop: real.stop,
  };
}
