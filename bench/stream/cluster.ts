/**
 * A made-up busy cluster whose allocations restart, in the shape that Nomad's own event stream has: the same keys in the
 * same order, task events of the same length, ten kept a task. Everything comes from one seed.
 */

import { type Random, stream } from '../../src/base/random.ts';

type Json = Record<string, unknown>;

export interface Member {
  readonly id: string;
  readonly job: string;
  readonly deployment: string;
  /** Its last ten task events, oldest first. */
  readonly events: Json[];
  readonly object: Json;
  restarts: number;
}

export interface Cluster {
  readonly jobs: readonly string[];
  readonly members: readonly Member[];
  readonly nodes: readonly string[];
  readonly random: Random;
  /** Nanoseconds since the epoch; each event is a little later than the one before. */
  now: number;
}

/** Long enough that all digits of nanoseconds are there, as in life. */
const begin = 1.795502834722327e18;
const eventsKept = 10;

export function createCluster(seed: string, size: { jobs: number; allocations: number; nodes: number }): Cluster {
  const random = stream(seed, 'cluster');
  const jobs = Array.from({ length: size.jobs }, (_, n) => `service-${n}`);
  const nodes = Array.from({ length: size.nodes }, () => uuid(random));
  const deployments = jobs.map(() => uuid(random));
  const cluster: Cluster = { jobs, nodes, random, now: begin, members: [] };
  const members = Array.from({ length: size.allocations }, (_, n): Member => {
    const at = n % jobs.length;
    const [job = '', deployment = ''] = [jobs[at], deployments[at]];
    const member: Member = {
      id: uuid(random),
      job,
      deployment,
      events: [],
      restarts: 0,
      object: {},
    };
    const node = nodes[n % nodes.length] ?? '';
    Object.assign(member.object, allocation(cluster, member, `${job}.web[${Math.floor(n / jobs.length)}]`, node));
    for (let i = random.below(3); i < 3; i += 1) restart(cluster, member);
    return member;
  });
  return { ...cluster, members };
}

export function uuid(random: Random): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => random.below(16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
}

/** Lets a task end and start again: three task events, as Nomad tells of a restart within the policy. */
export function restart(cluster: Cluster, member: Member): void {
  const delay = 500_000_000 + cluster.random.below(200_000_000);
  const words = 'Restart within policy';
  member.restarts += 1;
  push(cluster, member, 'Terminated', 'Exit Code: 0', { exit_code: '0', signal: '0', oom_killed: 'false' });
  push(
    cluster,
    member,
    'Restarting',
    `Task restarting in ${delay / 1e6}ms`,
    { restart_reason: words, start_delay: String(delay) },
    { RestartReason: words, StartDelay: delay },
  );
  push(cluster, member, 'Started', 'Task started by client', {});
}

function push(cluster: Cluster, member: Member, Type: string, DisplayMessage: string, Details: Json, more: Json = {}) {
  cluster.now += 1_000_000 + cluster.random.below(4_000_000);
  member.events.push({
    Details,
    DiskLimit: 0,
    DisplayMessage,
    DownloadError: '',
    DriverError: '',
    DriverMessage: '',
    ExitCode: 0,
    FailedSibling: '',
    FailsTask: false,
    GenericSource: '',
    KillError: '',
    KillReason: '',
    KillTimeout: 0,
    Message: '',
    RestartReason: '',
    SetupError: '',
    Signal: 0,
    StartDelay: 0,
    TaskSignal: '',
    TaskSignalReason: '',
    Time: cluster.now,
    Type,
    ValidationError: '',
    VaultError: '',
    ...more,
  });
  if (member.events.length > eventsKept) member.events.shift();
}

const share = { Cores: 0, Devices: null, IOPS: 0, NUMA: null, Networks: null, SecretsMB: 0 };

/** All of an allocation but its task states. */
function allocation(cluster: Cluster, { id, job, deployment }: Member, name: string, node: string): Json {
  const { random, nodes } = cluster;
  return {
    AllocModifyIndex: 15,
    AllocatedResources: {
      Shared: { DiskMB: 10, Networks: null, Ports: null },
      TaskLifecycles: { server: null },
      Tasks: {
        server: {
          Cpu: { CpuShares: 20, ReservedCores: null },
          Devices: null,
          Memory: { MemoryMB: 16, MemoryMaxMB: 0 },
          Networks: null,
        },
      },
    },
    ClientDescription: 'Tasks are running',
    ClientStatus: 'running',
    CreateIndex: 15,
    CreateTime: cluster.now,
    DeploymentID: deployment,
    DeploymentStatus: { Canary: false, Healthy: true, ModifyIndex: 19, Timestamp: '2026-11-24T06:47:16.062387143Z' },
    DesiredStatus: 'run',
    EvalID: uuid(random),
    ID: id,
    JobID: job,
    Metrics: {
      AllocationTime: 20_000 + random.below(100_000),
      ClassExhausted: null,
      ClassFiltered: null,
      CoalescedFailures: 0,
      ConstraintFiltered: null,
      DimensionExhausted: null,
      NodePool: 'default',
      NodesAvailable: { dc1: nodes.length },
      NodesEvaluated: 4,
      NodesExhausted: 0,
      NodesFiltered: 0,
      NodesInPool: nodes.length,
      QuotaExhausted: null,
      ResourcesExhausted: null,
      ScoreMetaData: [node, nodes[0]].map(each => ({
        NodeID: each,
        NormScore: random.next() - 0.5,
        Scores: {
          binpack: random.next(),
          'job-anti-affinity': -0.75,
          'node-reschedule-penalty': 0,
          'node-affinity': 0,
        },
      })),
      Scores: null,
    },
    ModifyIndex: 15,
    ModifyTime: cluster.now,
    Name: name,
    Namespace: 'default',
    NetworkStatus: { Address: '', AddressIPv6: '', DNS: null, InterfaceName: '' },
    NodeID: node,
    NodeName: `client-${nodes.indexOf(node)}`,
    Resources: { CPU: 20, DiskMB: 10, MemoryMB: 16, MemoryMaxMB: 16, ...share },
    SharedResources: { CPU: 0, DiskMB: 10, MemoryMB: 0, MemoryMaxMB: 0, ...share },
    SigningKeyID: uuid(random),
    TaskGroup: 'web',
    TaskResources: { server: { CPU: 20, DiskMB: 0, MemoryMB: 16, MemoryMaxMB: 0, ...share } },
  };
}
