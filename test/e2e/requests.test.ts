import { afterAll, beforeAll, describe } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.ts';
import { type E2eCluster, startCluster } from './real-clusters.ts';
import { requestSuite } from './request-suite.ts';

describe.concurrent('requests on the embedded Nomad', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await startEmbeddedCluster(5);
  });
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
  });
  requestSuite(() => cluster);
});

describeWithNomad('requests on a real Nomad', () => {
  let cluster: E2eCluster;
  beforeAll(async () => {
    cluster = await startCluster({ clients: 4 });
  }, 120_000);
  afterAll(async () => {
    await endControllers();
    await cluster.stop();
  }, 60_000);
  requestSuite(() => cluster);
});
