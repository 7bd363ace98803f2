import { afterAll, describe } from 'vitest';
import { addNode } from '../../src/embedded/core/nodes.ts';
import { describeWithNomad } from '../support/named-skip.ts';
import { endControllers } from './controller-handle.ts';
import { startEmbeddedCluster } from './embedded-cluster.ts';
import { describeEvents } from './event-suite.ts';
import { startCluster } from './real-clusters.ts';

afterAll(endControllers);

describe('schedules that events start, on the embedded Nomad', () => {
  describeEvents(async () => {
    const cluster = await startEmbeddedCluster(3);
    const join = async () => {
      cluster.server.change(each => addNode(each, { name: 'late' }));
      return 'late';
    };
    return { ...cluster, join };
  });
});

describeWithNomad('schedules that events start, on a real Nomad', () => {
  describeEvents(async () => {
    const cluster = await startCluster({ clients: 3, later: 1 });
    const late = cluster.real.clients[2];
    const join = async () => {
      late?.start();
      return late?.name ?? '';
    };
    return { ...cluster, addresses: cluster.real.addresses, join };
  });
});
