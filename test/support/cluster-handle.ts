/** What a test holds of its Nomad cluster. */

import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AgentProcess } from './agent-process.ts';
import { processesOf, removeCluster } from './cluster-remains.ts';
import { type CallOptions, nomadCall } from './nomad-call.ts';
import { policyRules, type Rights } from './rights.ts';
import { until } from './until.ts';

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

/** A handle on agents that are not started yet; whatever happens, they end and their files go with this process. */
export function clusterOf(
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
    if (keepLogs !== undefined) cpSync(logDir, join(keepLogs, basename(folder)), { recursive: true });
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
