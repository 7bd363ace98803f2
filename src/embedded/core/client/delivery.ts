/** How what the servers want reaches the nodes. */

import { allocsOfNode } from '../tables.ts';
import { addTimer } from '../timers.ts';
import type { Cluster } from '../types.ts';
import { forgetAlloc, receiveAlloc, stopAlloc, updateAlloc } from './alloc-run.ts';
import type { ClientNode } from './types.ts';

/** A client hears of its allocations by a blocking query, roughly this fast. */
const heardAfterMs = 12;

/** Tells nodes to look at their allocations, a moment later. */
export function deliver(cluster: Cluster, nodes: ReadonlySet<string>): void {
  for (const id of nodes) {
    addTimer(cluster.timers, cluster.now + heardAfterMs, () => {
      const node = cluster.clients.get(id);
      if (node?.connected === true) pull(cluster, node);
    });
  }
}

/** Brings a node in line with what the servers want of it now. */
export function pull(cluster: Cluster, node: ClientNode): void {
  for (const entry of allocsOfNode(cluster.tables, node.id)) {
    const alloc = node.allocs.get(entry.record.ID);
    if (alloc !== undefined) {
      if (alloc.record !== entry.record) updateAlloc(cluster, alloc, entry);
    } else if (entry.record.ClientStatus === 'pending') {
      receiveAlloc(cluster, node, entry);
    }
  }
  for (const alloc of [...node.allocs.values()]) {
    if (cluster.tables.allocs.has(alloc.id)) continue;
    stopAlloc(cluster, alloc);
    if (alloc.done) forgetAlloc(cluster, alloc);
  }
}
