/**
 * A real Nomad on this machine, for tests, benchmarks and walk-throughs: servers and clients on loopback, ACLs on,
 * `raw_exec` enabled. Everything that it starts ends with it.
 */

import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentConfig, type AgentPlace, clientConfig, serverConfig } from './agent-config.ts';
import { AgentProcess } from './agent-process.ts';
import { makeClusterFolder, processesOf, removeCluster, removeOrphans } from './cluster-remains.ts';
import { freePorts } from './free-ports.ts';
import { findNomad, missingForNomad } from './nomad-binary.ts';
import { type CallOptions, nomadCall } from './nomad-call.ts';
import { policyRules, type Rights } from './rights.ts';
import { GiveUp, until } from './until.ts';

export interface RealClusterOptions {
  /** 1 or 3; default 1. */
  readonly servers?: number;
  /** Default 3. */
  readonly clients?: number;
  /** Added to each server's `server` block, such as `heartbeat_grace`. */
  readonly serverBlock?: AgentConfig;
  /** Added to each client's `client` block. */
  readonly clientBlock?: AgentConfig;
  /** Node class and meta by the client's number. */
  readonly nodes?: readonly { readonly nodeClass?: string; readonly meta?: Readonly<Record<string, string>> }[];
  /** Made at once; `default` is always there. */
  readonly namespaces?: readonly string[];
  /** Where logs and configurations are copied to before the folder is removed. */
  readonly keepLogs?: string;
}

export interface ClusterToken {
  readonly secret: string;
  readonly accessor: string;
  /** Name of the policy that it alone has. */
  readonly policy: string;
}

interface NodeStub {
  readonly Name: string;
  readonly Status: string;
  readonly Drivers?: Readonly<Record<string, { readonly Healthy: boolean }>> | null;
}

export interface RealCluster {
  /** HTTP address of the first server. */
  readonly address: string;
  readonly addresses: readonly string[];
  /** HTTP addresses of the clients' agents. */
  readonly clientAddresses: readonly string[];
  readonly managementToken: string;
  readonly servers: readonly AgentProcess[];
  readonly clients: readonly AgentProcess[];
  readonly logDir: string;
  readonly serverPids: readonly number[];
  readonly clientPids: readonly number[];
  /** A call with the management token, to whichever server answers; throws on any status but 2xx. */
  call<T>(path: string, options?: CallOptions): Promise<T>;
  createNamespace(name: string): Promise<void>;
  /** A token with a policy of its own, given as rights or as policy text. */
  createToken(rights: Rights | string): Promise<ClusterToken>;
  deleteToken(token: ClusterToken): Promise<void>;
  /** Waits until a leader is there and the node of each running client is ready, its driver too. */
  ready(): Promise<void>;
  /** Ends all processes, tasks included, and removes all files. May be called twice. */
  stop(): Promise<void>;
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
  for (const client of cluster.clients) client.start();
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
  return clusterOf(id, folder, logDir, servers, clients, options.keepLogs);
}

function clusterOf(
  id: string,
  folder: string,
  logDir: string,
  servers: readonly AgentProcess[],
  clients: readonly AgentProcess[],
  keepLogs: string | undefined,
): RealCluster {
  const managementToken = randomUUID();
  const addresses = servers.map(one => one.address);
  const address = addresses[0];
  if (address === undefined) throw new Error('a cluster needs at least one server');
  let policies = 0;
  let removed = false;
  const remove = (): void => {
    if (removed) return;
    removed = true;
    if (keepLogs !== undefined) cpSync(logDir, keepLogs, { recursive: true });
    removeCluster(id, folder);
  };
  const forget = removeOnExit(remove);
  const call = async <T>(path: string, more: CallOptions = {}): Promise<T> => {
    const at = servers.find(one => one.pid !== undefined)?.address ?? address;
    return nomadCall<T>(at, path, { token: managementToken, ...more });
  };
  return {
    address,
    addresses,
    clientAddresses: clients.map(one => one.address),
    managementToken,
    servers,
    clients,
    logDir,
    get serverPids() {
      return pidsOf(servers);
    },
    get clientPids() {
      return pidsOf(clients);
    },
    call,
    async createNamespace(name) {
      await call(`/v1/namespace/${name}`, { method: 'PUT', body: { Name: name } });
    },
    async createToken(rights) {
      policies += 1;
      const policy = `test-${policies}`;
      const Rules = typeof rights === 'string' ? rights : policyRules(rights);
      await call(`/v1/acl/policy/${policy}`, { method: 'PUT', body: { Name: policy, Rules } });
      const body = { Name: policy, Type: 'client', Policies: [policy] };
      const made = await call<{ SecretID: string; AccessorID: string }>('/v1/acl/token', { method: 'PUT', body });
      return { secret: made.SecretID, accessor: made.AccessorID, policy };
    },
    async deleteToken(token) {
      await call(`/v1/acl/token/${token.accessor}`, { method: 'DELETE' });
      await call(`/v1/acl/policy/${token.policy}`, { method: 'DELETE' });
    },
    async ready() {
      const running = clients.filter(one => one.pid !== undefined);
      await until(
        `the nodes ${running.map(one => one.name).join(', ')} to be ready`,
        async () => {
          for (const one of running) await nomadCall(one.address, '/v1/agent/health');
          const nodes = await call<NodeStub[]>('/v1/nodes');
          const ready = nodes.filter(node => node.Status === 'ready' && node.Drivers?.['raw_exec']?.Healthy === true);
          return running.every(one => ready.some(node => node.Name === one.name));
        },
        { within: 60_000, every: 100 },
      );
    },
    async stop() {
      forget();
      // Clients first: one that lives starts a task again that was just ended.
      await Promise.all(clients.map(one => one.kill()));
      await Promise.all(servers.map(one => one.kill()));
      remove();
      const left = processesOf(id);
      if (left.length > 0) throw new Error(`processes left: ${left.join(', ')}`);
    },
  };
}

function pidsOf(agents: readonly AgentProcess[]): number[] {
  return agents.map(one => one.pid).filter(pid => pid !== undefined);
}

/** Runs `remove` when this process exits or is asked to; the answer takes that back. */
function removeOnExit(remove: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals): void => {
    forget();
    remove();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    process.off('exit', remove);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.on('exit', remove);
  for (const signal of signals) process.on(signal, onSignal);
  return forget;
}
