/** The whole cluster: made, driven through time, and told by its shells what real processes did. */

import { stream } from '../../base/random.ts';
import { setToken, type Token } from './acl.ts';
import { changed } from './client/alloc-run.ts';
import { taskExited, taskFailedToStart, taskStarted } from './client/task-run.ts';
import { createEventLog, eventBufferSize } from './event-log.ts';
import { scheduleGarbage } from './gc.ts';
import { nextId } from './ids.ts';
import { applyNamespace } from './namespaces.ts';
import { addNode, type NodeOptions } from './nodes.ts';
import type { ProcessOrder, ProcessReport } from './orders.ts';
import { processEval } from './scheduler.ts';
import { createTables } from './tables.ts';
import { createTimers, firstTimer, takeDue } from './timers.ts';
import type { Cluster } from './types.ts';

export interface ClusterOptions {
  readonly seed: string;
  /** Wall milliseconds at which it begins. */
  readonly now: number;
  readonly region?: string;
  readonly datacenter?: string;
  /** Default false: whoever asks, may. */
  readonly acl?: boolean;
  readonly tokens?: readonly Token[];
  /** How many servers; default 1. */
  readonly servers?: number;
  /** How many nodes, or which; default none. */
  readonly nodes?: number | readonly NodeOptions[];
  /** Besides `default`. */
  readonly namespaces?: readonly string[];
  /** Batches held by the event buffer; default 100. */
  readonly eventBufferSize?: number;
  /** Whether all nodes are on one machine, so that no port is used twice; default false. */
  readonly sharedHost?: boolean;
}

/** A new cluster. Equal options make equal clusters, which answer equal requests at equal times alike. */
export function createCluster(options: ClusterOptions): Cluster {
  const servers = Array.from({ length: options.servers ?? 1 }, (_, number) => `127.0.0.1:${4647 + number}`);
  const cluster: Cluster = {
    region: options.region ?? 'global',
    datacenter: options.datacenter ?? 'dc1',
    seed: options.seed,
    acl: options.acl ?? false,
    sharedHost: options.sharedHost ?? false,
    now: options.now,
    version: 0,
    tables: createTables(),
    events: createEventLog(options.eventBufferSize ?? eventBufferSize),
    changes: { first: 0, entries: [] },
    timers: createTimers(),
    usage: new Map(),
    ids: stream(options.seed, 'ids'),
    jitter: stream(options.seed, 'jitter'),
    ports: stream(options.seed, 'ports'),
    clients: new Map(),
    locks: new Map(),
    lockDelays: new Map(),
    tokens: new Map(),
    orders: [],
    processes: new Map(),
    misbehaviours: [],
    streams: new Set(),
    processEval,
    servers,
    serverIds: [],
    leader: 0,
    httpAddress: '127.0.0.1:4646',
  };
  for (const _ of servers) cluster.serverIds.push(nextId(cluster.ids));
  cluster.tables.namespaces.set('default', {
    Name: 'default',
    Description: 'Default shared namespace',
    Meta: null,
    CreateIndex: 1,
    ModifyIndex: 1,
  });
  for (const name of options.namespaces ?? []) applyNamespace(cluster, name);
  for (const token of options.tokens ?? []) setToken(cluster, token);
  const { nodes = 0 } = options;
  const named =
    typeof nodes === 'number' ? Array.from({ length: nodes }, (_, at) => ({ name: `node-${at + 1}` })) : nodes;
  for (const node of named) addNode(cluster, node);
  scheduleGarbage(cluster);
  return cluster;
}

/** Runs everything that is due up to `now` (wall milliseconds), in order. Time that goes back is held. */
export function advance(cluster: Cluster, now: number): void {
  for (;;) {
    const timer = takeDue(cluster.timers, now);
    if (timer === undefined) break;
    cluster.now = Math.max(cluster.now, timer.at);
    const { fire } = timer;
    timer.fire = undefined;
    fire?.();
  }
  cluster.now = Math.max(cluster.now, now);
}

/** When something is due next, in wall milliseconds: `advance` to there loses nothing. */
export function nextDue(cluster: Cluster): number | undefined {
  return firstTimer(cluster.timers)?.at;
}

/** What real processes are to do, each order once. */
export function takeOrders(cluster: Cluster): readonly ProcessOrder[] {
  const { orders } = cluster;
  if (orders.length > 0) cluster.orders = [];
  return orders;
}

/** What a real process did. A report of one that is no longer expected is passed over. */
export function report(cluster: Cluster, told: ProcessReport, now: number): void {
  advance(cluster, now);
  const task = cluster.processes.get(told.handle);
  if (task === undefined) return;
  if (told.kind === 'started') taskStarted(cluster, task, changed);
  else {
    cluster.processes.delete(told.handle);
    if (told.kind === 'failed') taskFailedToStart(cluster, task, { error: told.error, recoverable: false }, changed);
    else taskExited(cluster, task, told, changed);
  }
}
