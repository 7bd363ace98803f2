/** An embedded Nomad in a process of its own, and what it tells of arrivals. */

import { script, start } from '../program.ts';
import { createNomad, type Nomad } from './nomad.ts';

export interface Arrival {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly path: string;
}

export interface EmbeddedCluster {
  readonly address: string;
  readonly nomad: Nomad;
  /** Of signals and of changes of eligibility; grows. */
  readonly arrivals: readonly Arrival[];
  stop(): Promise<void>;
}

const program = new URL('./embedded-server.ts', import.meta.url);

export async function startEmbeddedCluster(nodes: number): Promise<EmbeddedCluster> {
  const arrivals: Arrival[] = [];
  const server = await start(...script(program, [String(nodes)]), line => arrivals.push(JSON.parse(line) as Arrival));
  const address = server.first;
  const nomad = createNomad({ address });
  return {
    address,
    nomad,
    arrivals,
    stop: async () => {
      await nomad.close();
      await server.stop();
    },
  };
}

/** Works on a cluster of its own, which ends with the work. */
export async function withEmbeddedCluster<T>(
  nodes: number,
  work: (cluster: EmbeddedCluster) => Promise<T>,
): Promise<T> {
  const cluster = await startEmbeddedCluster(nodes);
  try {
    return await work(cluster);
  } finally {
    await cluster.stop();
  }
}
