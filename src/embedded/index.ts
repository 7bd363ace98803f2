/** A whole Nomad in this process, for the demo, for development and for tests: `startEmbedded`. */

import type { World } from '../world/types.ts';
import { type ClusterOptions, createCluster } from './core/cluster.ts';
import type { Cluster } from './core/types.ts';
import { type Served, serve } from './http.ts';

export interface EmbeddedOptions extends Partial<Omit<ClusterOptions, 'now'>> {
  readonly world: World;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any that is free. */
  readonly port?: number;
}

export interface Embedded extends Served {
  readonly cluster: Cluster;
}

/** Starts a cluster with real processes behind a port of this machine; three nodes unless told otherwise. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { world, host, port, ...rest } = options;
  const seed = options.seed ?? [...world.bytes(8)].map(byte => byte.toString(16).padStart(2, '0')).join('');
  const cluster = createCluster({ nodes: 3, sharedHost: true, ...rest, seed, now: world.wall() });
  const served = await serve(cluster, { port: port ?? 0, world, ...(host === undefined ? {} : { host }) });
  return { ...served, cluster };
}
