/** How a client tells the servers: at the next tick of 200 ms when a status changed, at every fifth otherwise. */

import { applyClientUpdates } from '../alloc-updates.ts';
import { addTimer, cancelTimer } from '../timers.ts';
import type { Cluster } from '../types.ts';
import { timestamp } from '../write.ts';
import type { AllocRun, ClientNode } from './types.ts';

const tickMs = 200;
const typicalMs = 5 * tickMs;

interface ClientStatus {
  readonly status: 'pending' | 'running' | 'complete' | 'failed';
  readonly description: string;
}

/** What an allocation's tasks make of it. */
function clientStatus(alloc: AllocRun): ClientStatus {
  const tasks = [...alloc.tasks.values()];
  if (tasks.some(({ state }) => state.State === 'dead' && state.Failed))
    return { status: 'failed', description: 'Failed tasks' };
  if (tasks.some(({ state }) => state.State === 'running'))
    return { status: 'running', description: 'Tasks are running' };
  if (tasks.some(({ state }) => state.State === 'pending'))
    return { status: 'pending', description: 'No tasks have started' };
  return { status: 'complete', description: 'All tasks have completed' };
}

function isUrgent(alloc: AllocRun): boolean {
  const { status } = clientStatus(alloc);
  return alloc.acknowledged === undefined ? status === 'failed' : alloc.acknowledged.status !== status;
}

function nextTick(cluster: Cluster, node: ClientNode, period: number): number {
  const passed = cluster.now - node.syncBase;
  return node.syncBase + (Math.floor(passed / period) + 1) * period;
}

/** Notes that an allocation has news for the servers. */
export function markDirty(cluster: Cluster, alloc: AllocRun): void {
  const { node } = alloc;
  node.dirty.add(alloc);
  scheduleSync(cluster, node, isUrgent(alloc));
}

function scheduleSync(cluster: Cluster, node: ClientNode, urgent: boolean): void {
  const at = nextTick(cluster, node, urgent ? tickMs : typicalMs);
  const { syncTimer } = node;
  if (syncTimer?.fire !== undefined && syncTimer.at <= at) return;
  cancelTimer(syncTimer);
  node.syncTimer = addTimer(cluster.timers, at, () => syncNode(cluster, node));
}

/** Sends all news of a node in one write. One that is cut off keeps them. */
export function syncNode(cluster: Cluster, node: ClientNode): void {
  node.syncTimer = undefined;
  if (!node.connected || node.dirty.size === 0) return;
  node.syncBase = cluster.now;
  const allocs = [...node.dirty];
  node.dirty.clear();
  const updates = allocs.map(alloc => {
    const { status, description } = clientStatus(alloc);
    // One that failed before it was watched counts as unhealthy all the same.
    if (status === 'failed' && (alloc.record.DeploymentID ?? '') !== '')
      alloc.health ??= { healthy: false, at: cluster.now };
    const { health } = alloc;
    alloc.acknowledged = { status, description, healthy: health?.healthy };
    const states = Object.fromEntries([...alloc.tasks].map(([name, task]) => [name, task.state]));
    return {
      id: alloc.id,
      status,
      description,
      states,
      ...(health === undefined ? {} : { health: { healthy: health.healthy, at: timestamp(health.at) } }),
    };
  });
  applyClientUpdates(cluster, node.id, updates);
}
