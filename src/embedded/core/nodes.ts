/** Nodes: what they are made of, their status and eligibility. */

import type { NodeEvent } from '../../nomad/types.ts';
import { pull } from './client/delivery.ts';
import { nodeSignals } from './client/signals.ts';
import { syncNode } from './client/sync.ts';
import { createEval, unblockEvals } from './evals.ts';
import { Refusal } from './failure.ts';
import { nextId } from './ids.ts';
import { isClientTerminal } from './job-status.ts';
import type { JobSpec } from './job-types.ts';
import { putNode } from './records.ts';
import { allocsOfNode } from './tables.ts';
import { addTimer } from './timers.ts';
import type { AllocRecord, Cluster, NodeRecord } from './types.ts';
import { commit, timestamp, type Write } from './write.ts';

const eventsKept = 10;

export interface NodeOptions {
  /** Drawn from the seed when absent. */
  readonly id?: string;
  readonly name: string;
  readonly datacenter?: string;
  readonly class?: string;
  readonly pool?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly meta?: Readonly<Record<string, string>>;
  /** MHz; default 4000. */
  readonly cpu?: number;
  /** MiB; default 8192. */
  readonly memory?: number;
}

const drivers = (time: string) =>
  Object.fromEntries(
    ['raw_exec', 'exec', 'mock_driver'].map(name => [
      name,
      {
        Attributes: { [`driver.${name}`]: 'true' },
        Detected: true,
        Healthy: true,
        HealthDescription: 'Healthy',
        UpdateTime: time,
      },
    ]),
  );

const attributes = (name: string): Readonly<Record<string, string>> => ({
  'cpu.arch': 'amd64',
  'driver.exec': '1',
  'driver.mock_driver': '1',
  'driver.raw_exec': '1',
  'kernel.name': 'linux',
  'nomad.service_discovery': 'true',
  'nomad.version': '2.0.6',
  'os.name': 'debian',
  'os.signals': nodeSignals,
  'unique.hostname': name,
  'unique.network.ip-address': '127.0.0.1',
});

function nodeEvent(write: Write, subsystem: string, message: string, index = write.index): NodeEvent {
  const event = {
    Message: message,
    Subsystem: subsystem,
    Timestamp: timestamp(write.cluster.now),
    Details: null,
    CreateIndex: index,
  };
  return event;
}

/** Writes a changed node, with an event of its own where one is given. */
export function changeNode(
  write: Write,
  node: NodeRecord,
  change: Partial<NodeRecord>,
  event?: { subsystem: string; message: string },
): NodeRecord {
  const added = event === undefined ? [] : [nodeEvent(write, event.subsystem, event.message)];
  const next: NodeRecord = {
    ...node,
    ...change,
    Events: [...node.Events, ...added].slice(-eventsKept),
    ModifyIndex: write.index,
  };
  putNode(write, next);
  return next;
}

/** Registers a node, ready and eligible. Answers its id. */
export function addNode(cluster: Cluster, options: NodeOptions): string {
  const id = options.id ?? nextId(cluster.ids);
  const cpu = options.cpu ?? 4000;
  const memory = options.memory ?? 8192;
  const time = timestamp(cluster.now);
  commit(cluster, 'NodeRegistration', write => {
    const record = {
      ID: id,
      Name: options.name,
      Datacenter: options.datacenter ?? cluster.datacenter,
      NodeClass: options.class ?? '',
      NodePool: options.pool ?? 'default',
      Status: 'ready' as const,
      StatusDescription: '',
      StatusUpdatedAt: Math.floor(cluster.now / 1000),
      SchedulingEligibility: 'eligible' as const,
      Drain: false,
      DrainStrategy: null,
      LastDrain: null,
      Attributes: { ...attributes(options.name), ...options.attributes },
      Meta: options.meta ?? {},
      Drivers: drivers(time),
      Links: {},
      HostVolumes: {},
      HostNetworks: null,
      CSIControllerPlugins: {},
      CSINodePlugins: {},
      ComputedClass: 'v1:1',
      HTTPAddr: cluster.httpAddress,
      TLSEnabled: false,
      NodeResources: {
        Cpu: { CpuShares: cpu, TotalCpuCores: 4, ReservableCpuCores: null },
        Memory: { MemoryMB: memory },
        Disk: { DiskMB: 100_000 },
        Networks: [{ Device: 'lo', IP: '127.0.0.1', CIDR: '127.0.0.1/32', Mode: 'host', MBits: 1000 }],
        NodeNetworks: null,
        Devices: null,
        MinDynamicPort: 20_000,
        MaxDynamicPort: 32_000,
      },
      ReservedResources: {
        Cpu: { CpuShares: 0, ReservedCpuCores: null },
        Memory: { MemoryMB: 0 },
        Disk: { DiskMB: 0 },
        Networks: { ReservedHostPorts: '' },
      },
      Resources: { CPU: cpu, MemoryMB: memory, DiskMB: 100_000, IOPS: 0, Cores: 0, Networks: null, Devices: null },
      Reserved: { CPU: 0, MemoryMB: 0, DiskMB: 0, IOPS: 0, Cores: 0, Networks: null, Devices: null },
      Events: [nodeEvent(write, 'Cluster', 'Node registered', 0)],
      CreateIndex: write.index,
      ModifyIndex: write.index,
    };
    putNode(write, record);
  });
  cluster.clients.set(id, {
    id,
    allocs: new Map(),
    connected: true,
    syncBase: cluster.now + cluster.jitter.below(200),
    syncTimer: undefined,
    dirty: new Set(),
  });
  nodeUsable(cluster, id);
  return id;
}

/** The nodes' own HTTP address, once it is known where the cluster listens. */
export function setHttpAddress(cluster: Cluster, address: string): void {
  cluster.httpAddress = address;
  for (const [id, node] of cluster.tables.nodes) {
    const moved = { ...node, HTTPAddr: address };
    cluster.tables.nodes.set(id, moved);
  }
}

/** A service's allocation that the server has given up concerns it until the client is done with it too. */
function isConcerned(record: AllocRecord, job: JobSpec): boolean {
  if (job.Type === 'service') return record.DesiredStatus === 'run' || !isClientTerminal(record);
  return job.Type === 'batch' && !isClientTerminal(record);
}

/** Evaluations for the jobs that run on a node, and the system jobs. */
function evaluateNode(write: Write, id: string): string[] {
  const jobs = new Map<string, JobSpec>();
  for (const { record, job } of allocsOfNode(write.tables, id)) {
    if (isConcerned(record, job)) jobs.set(`${record.Namespace}/${record.JobID}`, job);
  }
  for (const [key, { job }] of write.tables.jobs) {
    if (job.Type === 'system' && !job.Stop) jobs.set(key, job);
  }
  return [...jobs.values()].map(job => {
    const { Namespace: namespace, ID, Type: type, Priority: priority } = job;
    return createEval(write, { namespace, job: ID, type, priority, trigger: 'node-update', node: id }).ID;
  });
}

/** Lets jobs look at a node that takes work again. Answers their evaluations. */
export function nodeUsable(cluster: Cluster, id: string): string[] {
  let evals: string[] = [];
  const concerned =
    allocsOfNode(cluster.tables, id).length > 0 ||
    [...cluster.tables.jobs.values()].some(({ job }) => job.Type === 'system' && !job.Stop);
  if (concerned) {
    commit(cluster, 'EvaluationUpdated', write => {
      evals = evaluateNode(write, id);
    });
  }
  addTimer(cluster.timers, cluster.now + 1, () => unblockEvals(cluster));
  return evals;
}

/** Sets a node's eligibility. The value that it has already changes nothing and answers index 0. */
export function setEligibility(
  cluster: Cluster,
  node: NodeRecord,
  wanted: string,
): { index: number; evals: readonly string[] } {
  if (wanted !== 'eligible' && wanted !== 'ineligible')
    throw new Refusal(500, `invalid scheduling eligibility "${wanted}"`);
  if (node.Drain && wanted === 'eligible') {
    throw new Refusal(500, "can not set node's scheduling eligibility to eligible while it is draining");
  }
  if (node.SchedulingEligibility === wanted) return { index: 0, evals: [] };
  const message = `Node marked as ${wanted} for scheduling`;
  const index = commit(cluster, 'NodeEligibility', write => {
    changeNode(write, node, { SchedulingEligibility: wanted }, { subsystem: 'Cluster', message });
  });
  return { index, evals: wanted === 'eligible' ? nodeUsable(cluster, node.ID) : [] };
}

/** Changes a node's meta, as its client's API does: null takes a key away. Answers all of its meta. */
export function changeMeta(
  cluster: Cluster,
  node: NodeRecord,
  change: Readonly<Record<string, string | null>>,
): NodeRecord['Meta'] {
  const changed = Object.entries({ ...node.Meta, ...change });
  const Meta = Object.fromEntries(changed.filter((entry): entry is [string, string] => entry[1] !== null));
  commit(cluster, 'NodeRegistration', write => changeNode(write, node, { Meta }));
  return Meta;
}

/** A node's client vanishes: what runs there goes on, but nobody hears of it. The servers notice after `noticedAfterMs`. */
export function loseNode(cluster: Cluster, id: string, noticedAfterMs: number): void {
  const client = cluster.clients.get(id);
  if (client === undefined) throw new Refusal(404, `node "${id}" is not one of the cluster`);
  client.connected = false;
  addTimer(cluster.timers, cluster.now + noticedAfterMs, () => {
    const node = cluster.tables.nodes.get(id);
    if (client.connected || node === undefined || node.Status === 'down') return;
    commit(cluster, 'NodeStreamEvent', write => {
      const change = { Status: 'down' as const, StatusUpdatedAt: Math.floor(cluster.now / 1000) };
      changeNode(write, node, change, { subsystem: 'Cluster', message: 'Node heartbeat missed' });
    });
    commit(cluster, 'EvaluationUpdated', write => evaluateNode(write, id));
  });
}

/** The client is back: it tells what it has, stops what was given up meanwhile, and takes new work. */
export function returnNode(cluster: Cluster, id: string): void {
  const client = cluster.clients.get(id);
  const node = cluster.tables.nodes.get(id);
  if (client === undefined || node === undefined) throw new Refusal(404, `node "${id}" is not one of the cluster`);
  client.connected = true;
  if (node.Status === 'down') {
    commit(cluster, 'NodeStreamEvent', write => {
      const change = { Status: 'ready' as const, StatusUpdatedAt: Math.floor(cluster.now / 1000) };
      changeNode(write, node, change, { subsystem: 'Cluster', message: 'Node reregistered by heartbeat' });
    });
  }
  syncNode(cluster, client);
  pull(cluster, client);
  nodeUsable(cluster, id);
}
