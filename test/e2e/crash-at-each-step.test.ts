import { describeWithNomad } from '../support/named-skip.ts';
import { describeCrashes } from './crash-suite.ts';
import { startCluster } from './real-clusters.ts';

describeWithNomad('a crash at each step, on a real Nomad', () => {
  describeCrashes({ title: 'a real Nomad', start: () => startCluster({ clients: 12 }), all: false, width: 20 });
});
