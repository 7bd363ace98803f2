import { afterAll, describe } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { startEmbeddedCluster } from './embedded-cluster.ts';
import { describeFaults } from './fault-suite.ts';
import { startCluster } from './real-clusters.ts';

afterAll(endControllers);

describe('faults and their undo, on the embedded Nomad', () => {
  describeFaults('the embedded Nomad', () => startEmbeddedCluster(8));
});

describeWithNomad('faults and their undo, on a real Nomad', () => {
  describeFaults('a real Nomad', () => startCluster({ clients: 8 }));
});
