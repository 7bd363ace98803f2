/** A small made-up cluster for tests: plain values behind a `View`. */

import type {
  AllocView,
  DeploymentView,
  GroupView,
  JobView,
  NodeView,
  RegionView,
  ServiceView,
  TaskView,
  VersionView,
  View,
} from '../cluster/types.ts';
import type { TargetSpec } from '../spec/experiment.ts';

export interface SampleCluster {
  readonly jobs?: readonly JobView[];
  readonly allocs?: readonly AllocView[];
  readonly nodes?: readonly NodeView[];
  readonly deployments?: readonly DeploymentView[];
  readonly services?: readonly ServiceView[];
  /** Of every job. */
  readonly versions?: readonly VersionView[];
  readonly region?: RegionView;
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

export function sampleView(cluster: SampleCluster): View {
  const { jobs = [], allocs = [], nodes = [], deployments = [], services, versions, region } = cluster;
  return {
    job: (namespace, id) => jobs.find(job => job.namespace === namespace && job.id === id),
    isGone: () => false,
    jobsIn: namespace => jobs.filter(job => job.namespace === namespace).sort(byId),
    alloc: id => allocs.find(alloc => alloc.id === id),
    allocsOf: (namespace, job) => allocs.filter(alloc => alloc.namespace === namespace && alloc.job === job).sort(byId),
    node: id => nodes.find(node => node.id === id),
    nodes: () => [...nodes].sort(byId),
    deployment: (namespace, job) => deployments.find(each => each.namespace === namespace && each.job === job),
    services: (namespace, job) =>
      services && { services: services.filter(each => each.namespace === namespace && each.job === job), index: 200 },
    versions: () => versions,
    region: () => region,
  };
}

export function sampleNode(n: number, over: Partial<NodeView> = {}): NodeView {
  return {
    id: `${String(n).padStart(8, '0')}-aaaa-bbbb-cccc-dddddddddddd`,
    name: `node-${n}`,
    datacenter: 'dc1',
    nodeClass: '',
    nodePool: 'default',
    status: 'ready',
    eligible: true,
    draining: false,
    createIndex: 10 + n,
    modifyIndex: 10 + n,
    ...over,
  };
}

export const runningTask: TaskView = { state: 'running', failed: false, restarts: 0, startedAt: 1000, events: [] };

/** Allocation number `n` of job `web`, group `app`, with one running task `server`, on node `n`. */
export function sampleAlloc(n: number, over: Partial<AllocView> = {}): AllocView {
  const job = over.job ?? 'web';
  const group = over.group ?? 'app';
  const node = sampleNode(n);
  return {
    id: `${String(n).padStart(8, '0')}-1111-2222-3333-444444444444`,
    name: `${job}.${group}[${n}]`,
    namespace: 'default',
    job,
    jobVersion: 0,
    group,
    node: node.id,
    nodeName: node.name,
    desired: 'run',
    client: 'running',
    healthy: true,
    migrating: false,
    reschedules: [],
    tasks: { server: runningTask },
    createIndex: 100 + n,
    modifyIndex: 100 + n,
    createTime: 1000 + n,
    modifyTime: 1000 + n,
    ...over,
  };
}

const minute = 60e9;

/** A group as Nomad's defaults for a service make it. */
export function sampleGroup(count: number, over: Partial<GroupView> = {}): GroupView {
  const restart = { Attempts: 2, Interval: 30 * minute, Delay: 15e9, Mode: 'fail' } as const;
  return {
    name: 'app',
    count,
    tasks: [{ name: 'server', driver: 'raw_exec', sidecar: false, restart }],
    restart,
    reschedule: { Attempts: 0, Interval: 0, Delay: 30e9, Unlimited: true },
    ...over,
  };
}

export function sampleJob(count: number, over: Partial<JobView> = {}): JobView {
  return {
    namespace: 'default',
    id: 'web',
    type: 'service',
    status: 'running',
    stop: false,
    version: 0,
    meta: {},
    groups: [sampleGroup(count)],
    isTemplate: false,
    submitTime: 1000,
    createIndex: 80,
    modifyIndex: 90,
    jobModifyIndex: 90,
    ...over,
  };
}

export function sampleTarget(over: Partial<TargetSpec> = {}): TargetSpec {
  return { job: 'web', pick: { amount: { count: 1 }, mode: 'random' }, ifEmpty: 'fail', ...over };
}

/** Job `web` with `count` allocations, each on a node of its own. */
export function sampleWeb(count: number): Required<Pick<SampleCluster, 'jobs' | 'allocs' | 'nodes' | 'deployments'>> {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  return {
    jobs: [sampleJob(count)],
    allocs: numbers.map(n => sampleAlloc(n)),
    nodes: numbers.map(n => sampleNode(n)),
    deployments: [],
  };
}

/** Deployment number `n` of job `web`, under way. */
export function sampleDeployment(n: number, over: Partial<DeploymentView> = {}): DeploymentView {
  return {
    id: `${String(n).padStart(8, '0')}-5555-6666-7777-888888888888`,
    namespace: 'default',
    job: 'web',
    jobVersion: 0,
    status: 'running',
    createIndex: 200 + n,
    modifyIndex: 200 + n,
    ...over,
  };
}

/** The registration of service `web-http` by allocation number `n` of job `web`. */
export function sampleService(n: number, over: Partial<ServiceView> = {}): ServiceView {
  const { id: alloc, node } = sampleAlloc(n);
  return {
    id: `_nomad-task-${n}`,
    name: 'web-http',
    namespace: 'default',
    job: 'web',
    alloc,
    node,
    createIndex: 150 + n,
    modifyIndex: 150 + n,
    ...over,
  };
}

export function sampleRegion(over: Partial<RegionView> = {}): RegionView {
  return { name: 'global', paused: false, configuration: { PauseEvalBroker: false }, modifyIndex: 5, ...over };
}
