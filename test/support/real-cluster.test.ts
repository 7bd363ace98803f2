import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Allocation, NomadNode } from '../../src/nomad/types.ts';
import { jobSpec } from './jobs.ts';
import { describeWithNomad } from './named-skip.ts';
import { type RealCluster, startRealCluster } from './real-cluster.ts';
import { runningAllocations } from './running-job.ts';
import { until } from './until.ts';

/** How long a server may do without a leader; generous, since machines are shared. */
const election = { within: 30_000 };

describeWithNomad('a real cluster with three servers', () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    const serverBlock = { heartbeat_grace: '1s', min_heartbeat_ttl: '1s' };
    const nodes = [{ nodeClass: 'front', meta: { rack: 'a' } }];
    cluster = await startRealCluster({ servers: 3, clients: 2, namespaces: ['shop'], nodes, serverBlock });
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  const get = async (path: string): Promise<{ body: unknown }> => ({ body: await cluster.call(path) });
  const writes = (): Promise<true> =>
    until(
      'a write to be taken',
      async () => {
        await cluster.call('/v1/var/chaos/a?namespace=shop', {
          method: 'PUT',
          body: { Items: { v: '1' } },
          within: 5000,
        });
        return true as const;
      },
      election,
    );

  it('has what it was asked for', async () => {
    const nodes = await cluster.call<NomadNode[]>('/v1/nodes');
    expect(nodes.map(node => [node.Name, node.NodeClass]).sort()).toEqual([
      ['client-0', 'front'],
      ['client-1', ''],
    ]);
    expect(await cluster.call<string[]>('/v1/status/peers')).toHaveLength(3);
    expect([cluster.serverPids.length, cluster.clientPids.length]).toEqual([3, 2]);
  });

  it('lives through the death of its leader', { timeout: 60_000 }, async () => {
    const leader = await leaderOf(cluster);
    await leader.kill();
    expect(cluster.serverPids).toHaveLength(2);
    await writes();
    expect((await leaderOf(cluster)).name).not.toBe(leader.name);
    leader.start();
    await until(
      'the server to answer again',
      async () => (await fetch(`${leader.address}/v1/agent/health`)).ok,
      election,
    );
  });

  it('keeps a frozen server from answering, until it is let go on', { timeout: 60_000 }, async () => {
    await writes();
    const frozen = cluster.servers[0];
    frozen?.stop();
    const asked = fetch(`${frozen?.address}/v1/status/leader`, { signal: AbortSignal.timeout(1000) });
    await expect(asked).rejects.toThrow();
    frozen?.cont();
    await until(
      'the server to answer again',
      async () => (await fetch(`${frozen?.address}/v1/agent/health`)).ok,
      election,
    );
  });

  it('shows a killed client as down while its task lives on, and ends the lost task once it is back', {
    timeout: 60_000,
  }, async () => {
    await writes();
    const Job = jobSpec({ id: 'web', namespace: 'shop', count: 1, onlyNode: 'client-1' });
    await cluster.call('/v1/jobs?namespace=shop', { method: 'PUT', body: { Job } });
    const [alloc] = await runningAllocations(path => get(`${path}?namespace=shop`), 'web', 1);
    const client = cluster.clients[1];
    await client?.kill();
    const status = async (): Promise<string | undefined> =>
      (await cluster.call<NomadNode[]>('/v1/nodes')).find(node => node.Name === 'client-1')?.Status;
    await until('the node to be down', async () => (await status()) === 'down', election);
    expect(taskPids(alloc)).toHaveLength(1);
    client?.start();
    await cluster.ready();
    expect(await status()).toBe('ready');
    await until('the lost task to end', () => taskPids(alloc).length === 0, election);
  });

  it('leaves no process, no mount and no file behind', { timeout: 60_000 }, async () => {
    const Job = jobSpec({ id: 'last', namespace: 'shop', count: 1 });
    await cluster.call('/v1/jobs?namespace=shop', { method: 'PUT', body: { Job } });
    const [alloc] = await runningAllocations(path => get(`${path}?namespace=shop`), 'last', 1);
    cluster.servers[1]?.stop();
    const folder = dirname(cluster.logDir);
    expect(taskPids(alloc)).toHaveLength(1);
    await cluster.stop();
    expect(taskPids(alloc)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(folder);
  });
});

/** The processes of an allocation's tasks, without Nomad's own. */
function taskPids(alloc: Allocation | undefined): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`NOMAD_ALLOC_ID=${alloc?.ID}`);
      } catch {
        return false; // It has ended meanwhile.
      }
    })
    .map(Number);
}

async function leaderOf(cluster: RealCluster): Promise<RealCluster['servers'][number]> {
  return until(
    'a leader',
    async () => {
      const address = await cluster.call<string>('/v1/status/leader');
      return cluster.servers.find(server => server.pid !== undefined && server.rpcAddress === address);
    },
    election,
  );
}
