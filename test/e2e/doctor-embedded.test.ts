import { afterAll, beforeAll, describe } from 'vitest';
import { doctorCases } from './doctor-cases.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.ts';
import { rightsOf } from './printed-policy.ts';

describe('each missing right on the embedded Nomad', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await startEmbeddedCluster(3);
  });
  afterAll(() => cluster.stop());

  doctorCases(() => ({
    cluster,
    tokenOf: async policy => (await cluster.createToken(rightsOf(policy))).secret,
  }));
});
