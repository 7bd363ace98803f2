/** Chooses nodes for a group's new allocations: the emptiest of the group first, then the emptiest of all. */

import { constraintsOf, type Feasible, feasibleNodes } from './feasibility.ts';
import { popHeap, pushHeap } from './heap.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';
import { assignPorts } from './ports.ts';
import type { AllocEntry, Cluster, NodeRecord, Port, Usage } from './types.ts';
import { demandOf } from './usage.ts';

export interface Place {
  readonly node: NodeRecord;
  readonly ports: readonly Port[];
}

interface Candidate {
  readonly node: NodeRecord;
  readonly order: number;
  /** Allocations of this group there, those placed by this chooser included. */
  ofGroup: number;
  allocs: number;
}

export interface Chooser {
  /** A place, or undefined when no node has room. `avoid`: a node to take only when there is no other. */
  choose(avoid?: string): Place | undefined;
  /** Why the last choice found none, in the form of an evaluation's `FailedTGAllocs`. */
  failure(): Readonly<Record<string, unknown>>;
}

const noUsage: Usage = { cpu: 0, memory: 0, allocs: 0, ports: new Set() };

const better = (a: Candidate, b: Candidate) =>
  a.ofGroup !== b.ofGroup ? a.ofGroup < b.ofGroup : a.allocs !== b.allocs ? a.allocs < b.allocs : a.order < b.order;

/** What the plan gives back: its stops make room for what replaces them. */
function freedBy(stops: readonly AllocEntry[]): Map<string, Usage> {
  const freed = new Map<string, Usage>();
  for (const entry of stops) {
    const { NodeID, AllocatedResources, ClientStatus } = entry.record;
    if (ClientStatus !== 'pending' && ClientStatus !== 'running') continue;
    const usage = freed.get(NodeID) ?? { cpu: 0, memory: 0, allocs: 0, ports: new Set<number>() };
    const demand = demandOf(entry);
    usage.cpu += demand.cpu;
    usage.memory += demand.memory;
    for (const { Value } of AllocatedResources.Shared.Ports ?? []) usage.ports.add(Value);
    freed.set(NodeID, usage);
  }
  return freed;
}

function portsInUse(cluster: Cluster): Set<number> {
  const taken = new Set<number>();
  for (const { ports } of cluster.usage.values()) for (const port of ports) taken.add(port);
  return taken;
}

export interface GroupChange {
  /** Allocations of the group that stay, by node. */
  readonly onNode: ReadonlyMap<string, number>;
  readonly stops: readonly AllocEntry[];
}

/** Prepares to place allocations of one group in one plan. */
export function createChooser(cluster: Cluster, job: JobSpec, group: GroupSpec, change: GroupChange): Chooser {
  const feasible = feasibleNodes(cluster.tables, job, group);
  const distinct = constraintsOf(job, group).some(
    ({ Operand, RTarget }) => Operand === 'distinct_hosts' && RTarget !== 'false',
  );
  const need = {
    cpu: group.Tasks.reduce((sum, task) => sum + task.Resources.CPU, 0),
    memory: group.Tasks.reduce((sum, task) => sum + task.Resources.MemoryMB, 0),
  };
  const freed = freedBy(change.stops);
  const planned = new Map<string, Usage>();
  const onHost = cluster.sharedHost ? portsInUse(cluster) : new Set<number>();
  const exhausted: Record<string, number> = {};
  const heap: Candidate[] = [];
  for (const [order, node] of feasible.nodes.entries()) {
    const allocs = cluster.usage.get(node.ID)?.allocs ?? 0;
    pushHeap(heap, { node, order, ofGroup: change.onNode.get(node.ID) ?? 0, allocs }, better);
  }

  const roomOn = ({ node, ofGroup }: Candidate): Place | string => {
    if (distinct && ofGroup > 0) return 'distinct_hosts';
    const used = cluster.usage.get(node.ID) ?? noUsage;
    const more = planned.get(node.ID) ?? noUsage;
    const less = freed.get(node.ID) ?? noUsage;
    const { Cpu, Memory } = node.NodeResources;
    if (used.cpu + more.cpu - less.cpu + need.cpu > Cpu.CpuShares) return 'cpu';
    if (used.memory + more.memory - less.memory + need.memory > Memory.MemoryMB) return 'memory';
    const isUsed = (port: number) =>
      more.ports.has(port) || ((used.ports.has(port) || onHost.has(port)) && !less.ports.has(port));
    const ports = assignPorts(cluster.ports, group, node, isUsed);
    return ports === undefined ? 'network: reserved port collision' : { node, ports };
  };

  const reserve = (candidate: Candidate, { node, ports }: Place) => {
    const more = planned.get(node.ID) ?? { cpu: 0, memory: 0, allocs: 0, ports: new Set<number>() };
    more.cpu += need.cpu;
    more.memory += need.memory;
    for (const { Value } of ports) {
      more.ports.add(Value);
      if (cluster.sharedHost) onHost.add(Value);
    }
    planned.set(node.ID, more);
    candidate.ofGroup += 1;
    candidate.allocs += 1;
  };

  const tryOne = (candidate: Candidate): Place | undefined => {
    const place = roomOn(candidate);
    if (typeof place === 'string') {
      exhausted[place] = (exhausted[place] ?? 0) + 1;
      return undefined;
    }
    reserve(candidate, place);
    return place;
  };

  return {
    choose(avoid) {
      for (const why of Object.keys(exhausted)) delete exhausted[why];
      const aside: Candidate[] = [];
      let found: Place | undefined;
      for (let next = popHeap(heap, better); next !== undefined; next = popHeap(heap, better)) {
        aside.push(next);
        found = next.node.ID === avoid ? undefined : tryOne(next);
        if (found !== undefined) break;
      }
      const avoided = aside.find(({ node }) => node.ID === avoid);
      if (found === undefined && avoided !== undefined) found = tryOne(avoided);
      for (const candidate of aside) pushHeap(heap, candidate, better);
      return found;
    },
    failure: () => describeFailure(job, feasible, { ...exhausted }),
  };
}

function describeFailure(
  job: JobSpec,
  feasible: Feasible,
  exhausted: Readonly<Record<string, number>>,
): Readonly<Record<string, unknown>> {
  const count = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, each) => sum + each, 0);
  const orNull = (counts: Readonly<Record<string, number>>) => (count(counts) === 0 ? null : counts);
  return {
    NodePool: job.NodePool,
    NodesInPool: feasible.inPool,
    NodesAvailable: feasible.available,
    NodesEvaluated: feasible.evaluated,
    NodesFiltered: count(feasible.filtered),
    ConstraintFiltered: orNull(feasible.filtered),
    NodesExhausted: count(exhausted),
    DimensionExhausted: orNull(exhausted),
    ClassFiltered: null,
    ClassExhausted: null,
    QuotaExhausted: null,
    ResourcesExhausted: null,
    Scores: null,
    ScoreMetaData: null,
    AllocationTime: 0,
    CoalescedFailures: 0,
  };
}
