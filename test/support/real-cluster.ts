/**
 * A real Nomad on this machine, for tests, benchmarks and walk-throughs: servers and clients on loopback, ACLs on,
 * `raw_exec` enabled. Everything that it starts ends with it.
 */

import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentConfig, type AgentPlace, clientConfig, serverConfig } from './agent-config.ts';
import { AgentProcess } from './agent-process.ts';
import { clusterOf, type RealCluster } from './cluster-handle.ts';
import { makeClusterFolder, removeOrphans } from './cluster-remains.ts';
import { freePorts } from './free-ports.ts';
import { findNomad, missingForNomad } from './nomad-binary.ts';
import { nomadCall } from './nomad-call.ts';
import { GiveUp, until } from './until.ts';

export type { RealCluster } from './cluster-handle.ts';

export interface RealClusterOptions {
  /** 1 or 3; default 1. */
  readonly servers?: number;
  /** Default 3. */
  readonly clients?: number;
  /** So many of the clients, the last ones, are not started: a test lets them join. */
  readonly later?: number;
  /** Added to each server's `server` block, such as `heartbeat_grace`. */
  readonly serverBlock?: AgentConfig;
  /** Added to each client's `client` block. */
  readonly clientBlock?: AgentConfig;
  /** Node class and meta by the client's number. */
  readonly nodes?: readonly { readonly nodeClass?: string; readonly meta?: Readonly<Record<string, string>> }[];
  /** Made at once; `default` is always there. */
  readonly namespaces?: readonly string[];
  /** Folder to which logs and configurations are copied at the end; default: what `SIROCCO_TEST_LOGS` names, if set. */
  readonly keepLogs?: string;
}

/** Starts a cluster and waits until it is ready; tries again with other ports where one was taken meanwhile. */
export async function startRealCluster(options: RealClusterOptions = {}): Promise<RealCluster> {
  const binary = findNomad();
  const missing = missingForNomad();
  if (binary === undefined || missing !== undefined) throw new Error(`no real Nomad: ${missing}`);
  removeOrphans();
  for (let tries = 1; ; tries += 1) {
    const cluster = await assemble(binary, options);
    try {
      await bringUp(cluster, options);
      return cluster;
    } catch (error) {
      const tails = [...cluster.servers, ...cluster.clients].map(agent => `--- ${agent.name}\n${agent.tail()}`);
      await cluster.stop();
      const portTaken = tails.some(tail => tail.includes('address already in use'));
      if (!portTaken || tries === 3) {
        throw new Error(`the test cluster did not start: ${String(error)}\n${tails.join('\n')}`, { cause: error });
      }
    }
  }
}

async function bringUp(cluster: RealCluster, options: RealClusterOptions): Promise<void> {
  for (const server of cluster.servers) server.start();
  await untilAlive(cluster.servers, 'the ACLs to be bootstrapped', async () => {
    const body = { BootstrapSecret: cluster.managementToken };
    await nomadCall(cluster.address, '/v1/acl/bootstrap', { method: 'PUT', body });
    return true;
  });
  // Only now: a client that finds no leader registers again a quarter of a minute later.
  for (const client of cluster.clients.slice(0, cluster.clients.length - (options.later ?? 0))) client.start();
  await cluster.ready();
  for (const name of options.namespaces ?? []) await cluster.createNamespace(name);
}

/** Like `until`, but gives up at once when an agent has ended. */
function untilAlive<T>(agents: readonly AgentProcess[], what: string, look: () => Promise<T | false>): Promise<T> {
  return until(
    what,
    () => {
      const gone = agents.find(agent => agent.pid === undefined);
      if (gone !== undefined) throw new GiveUp(`${gone.name} has ended`);
      return look();
    },
    { within: 60_000, every: 100 },
  );
}

async function assemble(binary: string, options: RealClusterOptions): Promise<RealCluster> {
  const { servers: serverCount = 1, clients: clientCount = 3 } = options;
  const id = randomUUID();
  const folder = makeClusterFolder(id);
  const logDir = join(folder, 'log');
  mkdirSync(logDir);
  const source = { binary, clusterId: id, logDir };
  const ports = await freePorts(3 * (serverCount + clientCount));
  const place = (name: string): AgentPlace => {
    const [http = 0, rpc = 0, serf = 0] = ports.splice(0, 3);
    return { name, dataDir: join(folder, name.replace(/^(.).*-/, '$1')), ports: { http, rpc, serf } };
  };
  const serverPlaces = Array.from({ length: serverCount }, (_, n) => place(`server-${n}`));
  const peers = serverPlaces.map(one => one.ports.serf);
  const servers = serverPlaces.map(at => new AgentProcess(source, at, serverConfig(at, peers, options.serverBlock)));
  const dynamicBase = 20_000 + 500 * Math.floor(Math.random() * (24 - clientCount));
  const clients = Array.from({ length: clientCount }, (_, n) => {
    const at = place(`client-${n}`);
    const needs = {
      servers: serverPlaces.map(one => one.ports.rpc),
      dynamicPort: dynamicBase + 500 * n,
      ...options.nodes?.[n],
    };
    return new AgentProcess(source, at, clientConfig(at, needs, options.clientBlock));
  });
  return clusterOf(id, folder, logDir, servers, clients, options.keepLogs ?? process.env.SIROCCO_TEST_LOGS);
}
