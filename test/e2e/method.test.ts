import { afterAll, beforeAll, describe } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.ts';
import { methodSuite } from './method-suite.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';

afterAll(endControllers);

describe.concurrent('methods of several steps on the embedded Nomad', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await startEmbeddedCluster(4);
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
  }, 60_000);
  methodSuite(() => cluster);
});

describeWithNomad('methods of several steps on a real Nomad', () => {
  let cluster: E2eCluster;
  beforeAll(async () => {
    cluster = await startCluster({ clients: 3 });
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
  }, 60_000);
  describe.concurrent('each of its own', () => methodSuite(() => cluster));
});
