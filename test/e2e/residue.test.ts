import { afterAll, describe } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { findNomad } from '../support/nomad-binary.ts';
import { endControllers } from './controller-handle.ts';
import { startEmbeddedCluster } from './embedded-cluster.ts';
import { startCluster } from './real-clusters.ts';
import { describeResidue } from './residue-suite.ts';

afterAll(endControllers);

describe('what is left of runs, on the embedded Nomad', () => {
  describeResidue(() => startEmbeddedCluster(4));
});

describeWithNomad('what is left of runs, on a real Nomad', () => {
  const nomadBinary = findNomad();
  describeResidue(() => startCluster({ clients: 4 }), nomadBinary === undefined ? {} : { nomadBinary });
});
