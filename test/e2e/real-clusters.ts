/** Real clusters as these tests use them. */

import { nomadCall } from '../support/nomad-call.ts';
import { type RealCluster, type RealClusterOptions, startRealCluster } from '../support/real-cluster.ts';
import { policyRules, type Rights } from '../support/rights.ts';
import type { Cluster } from './place.ts';

export interface E2eCluster extends Cluster {
  readonly real: RealCluster;
  readonly nodes: readonly string[];
  /** Gives the policy of a token other rights. */
  changePolicy(name: string, rights: Rights): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A real cluster. Controllers are spread over its agents, as in life, since each agent takes a hundred connections from
 * one address. The first two clients are for jobs: they are never among `nodes`.
 */
export async function startCluster(options: RealClusterOptions): Promise<E2eCluster> {
  const real = await startRealCluster(options);
  return {
    real,
    // Of several servers one is to be lost, and whoever asks it alone is lost with it.
    addresses: real.servers.length === 1 ? [...real.clientAddresses, ...real.addresses] : real.clientAddresses,
    managementToken: real.managementToken,
    nodes: real.clients.slice(2).map(each => each.name),
    call: real.servers.length === 1 ? real.call : callAny(real),
    createNamespace: real.createNamespace,
    createToken: real.createToken,
    async changePolicy(name, rights) {
      const body = { Name: name, Rules: policyRules(rights) };
      await real.call(`/v1/acl/policy/${name}`, { method: 'PUT', body });
    },
    stop: real.stop,
  };
}

/** A frozen server answers nothing: then another is asked, and first from then on. */
function callAny(real: RealCluster): Cluster['call'] {
  const addresses = [...real.addresses];
  return async (path, options = {}) => {
    const errors: unknown[] = [];
    for (const address of [...addresses]) {
      try {
        return await nomadCall(address, path, { token: real.managementToken, within: 5_000, ...options });
      } catch (error) {
        errors.push(error);
        addresses.push(...addresses.splice(addresses.indexOf(address), 1));
      }
    }
    throw errors[0];
  };
}
