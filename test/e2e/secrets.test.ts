import { afterAll, beforeAll, describe } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';
import { secretSuite } from './secret-suite.ts';

afterAll(endControllers);

describe.concurrent('secrets of probes on the embedded Nomad', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await startEmbeddedCluster(3);
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
  }, 60_000);
  secretSuite(() => cluster);
});

describeWithNomad('secrets of probes on a real Nomad', () => {
  let cluster: E2eCluster;
  beforeAll(async () => {
    cluster = await startCluster({ clients: 3 });
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
  }, 60_000);
  describe.concurrent('each of its own', () => secretSuite(() => cluster));
});
