import { randomUUID } from 'node:crypto';
import { deleteToken, setToken } from '../../src/embedded/core/acl.ts';
import { Refusal } from '../../src/embedded/core/failure.ts';
import { applyNamespace } from '../../src/embedded/core/namespaces.ts';
import { startEmbedded } from '../../src/embedded/index.ts';
import { createWorld } from '../../src/world/real.ts';
import { allCases } from './cases/index.ts';
import { type ContractCluster, describeContract } from './contract.ts';

/** The embedded server with the rights given as they are: it reads no policy files. */
async function embeddedCluster(): Promise<ContractCluster> {
  const management = {
    secret: randomUUID(),
    accessor: randomUUID(),
    name: 'Bootstrap Token',
    type: 'management',
    rules: {},
  } as const;
  const world = createWorld({ level: 'error' });
  const server = await startEmbedded({ world, seed: 'contract', nodes: 3, acl: true, tokens: [management] });
  return {
    address: server.address,
    managementToken: management.secret,
    async createNamespace(name) {
      server.change(cluster => applyNamespace(cluster, name));
    },
    async createToken(rights) {
      const secret = randomUUID();
      const token = { secret, accessor: randomUUID(), name: 'test', type: 'client', rules: rights } as const;
      try {
        server.change(cluster => setToken(cluster, token));
      } catch (error) {
        if (error instanceof Refusal) throw new Error(`${error.status} ${error.body}`, { cause: error });
        throw error;
      }
      return secret;
    },
    async deleteToken(secret) {
      server.change(cluster => deleteToken(cluster, secret));
    },
    stop: () => server.close(),
  };
}

describeContract('contract on the embedded Nomad', embeddedCluster, allCases);
