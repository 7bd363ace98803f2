/** Makes a cluster. */

import { stream } from '../../base/random.ts';
import { setToken, type Token } from './acl.ts';
import { createEventLog, eventBufferSize } from './event-log.ts';
import { scheduleGarbage } from './gc.ts';
import { nextId } from './ids.ts';
import { applyNamespace } from './namespaces.ts';
import { addNode, type NodeOptions } from './nodes.ts';
import { processEval } from './scheduler.ts';
import { createTables } from './tables.ts';
import { createTimers } from './timers.ts';
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
    heldEvals: new Set(),
    watchedDeployments: new Set(),
    locks: new Map(),
    lockDelays: new Map(),
    tokens: new Map(),
    orders: [],
    processes: new Map(),
    misbehaviours: [],
    streamCuts: 0,
    streamsPausedUntil: 0,
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
