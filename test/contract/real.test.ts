import { describeWithNomad } from '../support/named-skip.ts';
import { startRealCluster } from '../support/real-cluster.ts';
import { realCases } from './cases/index.ts';
import { type ContractCluster, describeContract } from './contract.ts';

async function realCluster(): Promise<ContractCluster> {
  const cluster = await startRealCluster();
  const tokens = new Map<string, Awaited<ReturnType<typeof cluster.createToken>>>();
  return {
    address: cluster.address,
    managementToken: cluster.managementToken,
    createNamespace: name => cluster.createNamespace(name),
    async createToken(rights) {
      const token = await cluster.createToken(rights);
      tokens.set(token.secret, token);
      return token.secret;
    },
    async deleteToken(secret) {
      const token = tokens.get(secret);
      if (token !== undefined) await cluster.deleteToken(token);
    },
    stop: () => cluster.stop(),
  };
}

describeWithNomad('contract on a real Nomad with three clients', () => {
  describeContract('what Sirocco relies on', realCluster, realCases);
});
