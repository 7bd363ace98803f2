/** A suite on one embedded cluster and on one real one, its cases beside each other. */

import { afterAll, beforeAll, describe } from 'vitest';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { startEmbeddedCluster } from './embedded-cluster.ts';
import type { Cluster } from './place.ts';
import { startCluster } from './real-clusters.ts';

interface Stoppable extends Cluster {
  stop(): Promise<void>;
}

/** `nodes`: of the embedded cluster, default 3. The real one has three clients, or is skipped by name. */
export function describeOnBoth(title: string, suite: (clusterOf: () => Cluster) => void, nodes = 3): void {
  afterAll(endControllers);
  describe(`${title} on the embedded Nomad`, () => on(() => startEmbeddedCluster(nodes), suite));
  describeWithNomad(`${title} on a real Nomad`, () => on(() => startCluster({ clients: 3 }), suite));
}

function on(start: () => Promise<Stoppable>, suite: (clusterOf: () => Cluster) => void): void {
  let cluster: Stoppable;
  beforeAll(async () => {
    cluster = await start();
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
  }, 60_000);
  describe.concurrent('each of its own', () => suite(() => cluster));
}
