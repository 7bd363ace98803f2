import { afterAll, describe } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { startEmbeddedCluster } from './embedded-cluster.ts';
import { describeNodeFacts } from './node-facts-suite.ts';
import { startCluster } from './real-clusters.ts';

afterAll(endControllers);

describe('a target by attributes and meta of nodes, on the embedded Nomad', () => {
  describeNodeFacts(() => startEmbeddedCluster(4));
});

describeWithNomad('a target by attributes and meta of nodes, on a real Nomad', () => {
  describeNodeFacts(() => startCluster({ clients: 4 }));
});
