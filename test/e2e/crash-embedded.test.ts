import { describe } from 'vitest';
import { describeCrashes } from './crash-suite.ts';
import { startEmbeddedCluster } from './embedded-cluster.ts';

describe('a crash at each step, on the embedded Nomad', () => {
  describeCrashes({ title: 'the embedded Nomad', start: () => startEmbeddedCluster(32), all: true, width: 30 });
});
