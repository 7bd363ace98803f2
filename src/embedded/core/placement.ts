/** Chooses nodes for a group's new allocations: the emptiest of the group first, then the emptiest of all. */

import { constraintsOf, type Feasible, feasibleNodes } from './feasibility.ts';
import type { GroupSpec, JobSpec, PortSpec } from './job-types.ts';
import type { Cluster, NodeRecord, Port, Usage } from './types.ts';

const dynamicPorts = { first: 20_000, count: 12_000 };

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

const less = (a: Candidate, b: Candidate) =>
  a.ofGroup !== b.ofGroup ? a.ofGroup < b.ofGroup : a.allocs !== b.allocs ? a.allocs < b.allocs : a.order < b.order;

/** Prepares to place allocations of one group in one plan. `onNode` counts those that the plan keeps. */
export function createChooser(
  cluster: Cluster,
  job: JobSpec,
  group: GroupSpec,
  onNode: ReadonlyMap<string, number>,
): Chooser {
  const feasible = feasibleNodes(cluster.tables, job, group);
  const distinct = constraintsOf(job, group).some(
    ({ Operand, RTarget }) => Operand === 'distinct_hosts' && RTarget !== 'false',
  );
  const need = {
    cpu: group.Tasks.reduce((sum, task) => sum + task.Resources.CPU, 0),
    memory: group.Tasks.reduce((sum, task) => sum + task.Resources.MemoryMB, 0),
  };
  const planned = new Map<string, Usage>();
  const exhausted: Record<string, number> = {};
  const candidates: Candidate[] = feasible.nodes.map((node, order) => ({
    node,
    order,
    ofGroup: onNode.get(node.ID) ?? 0,
    allocs: cluster.usage.get(node.ID)?.allocs ?? 0,
  }));

  const roomOn = (candidate: Candidate): Place | string => {
    const { node } = candidate;
    if (distinct && candidate.ofGroup > 0) return 'distinct_hosts';
    const used = cluster.usage.get(node.ID) ?? noUsage;
    const more = planned.get(node.ID) ?? noUsage;
    if (used.cpu + more.cpu + need.cpu > node.NodeResources.Cpu.CpuShares) return 'cpu';
    if (used.memory + more.memory + need.memory > node.NodeResources.Memory.MemoryMB) return 'memory';
    const ports = assignPorts(
      cluster,
      group,
      node,
      port => used.ports.has(port) || more.ports.has(port) || isTaken(port),
    );
    return ports === undefined ? 'network: reserved port collision' : { node, ports };
  };

  const sharedTaken = cluster.sharedHost ? portsInUse(cluster) : new Set<number>();
  const isTaken = (port: number) => sharedTaken.has(port);

  const reserve = (candidate: Candidate, place: Place) => {
    const more = planned.get(place.node.ID) ?? { cpu: 0, memory: 0, allocs: 0, ports: new Set<number>() };
    more.cpu += need.cpu;
    more.memory += need.memory;
    for (const { Value } of place.ports) {
      more.ports.add(Value);
      if (cluster.sharedHost) sharedTaken.add(Value);
    }
    planned.set(place.node.ID, more);
    candidate.ofGroup += 1;
    candidate.allocs += 1;
  };

  const best = (refused: ReadonlySet<Candidate>, avoid: string | undefined): Candidate | undefined => {
    let least: Candidate | undefined;
    for (const candidate of candidates) {
      if (refused.has(candidate) || candidate.node.ID === avoid) continue;
      if (least === undefined || less(candidate, least)) least = candidate;
    }
    return least ?? candidates.find(candidate => candidate.node.ID === avoid && !refused.has(candidate));
  };

  return {
    choose(avoid) {
      const refused = new Set<Candidate>();
      for (;;) {
        const candidate = best(refused, avoid);
        if (candidate === undefined) {
          for (const each of refused) {
            const why = roomOn(each);
            if (typeof why === 'string') exhausted[why] = (exhausted[why] ?? 0) + 1;
          }
          return undefined;
        }
        const place = roomOn(candidate);
        if (typeof place !== 'string') {
          reserve(candidate, place);
          return place;
        }
        refused.add(candidate);
      }
    },
    failure: () => describeFailure(job, feasible, exhausted),
  };
}

function portsInUse(cluster: Cluster): Set<number> {
  const taken = new Set<number>();
  for (const { ports } of cluster.usage.values()) for (const port of ports) taken.add(port);
  return taken;
}

function assignPorts(
  cluster: Cluster,
  group: GroupSpec,
  node: NodeRecord,
  taken: (port: number) => boolean,
): readonly Port[] | undefined {
  const ports: Port[] = [];
  const hostIp = node.Attributes['unique.network.ip-address'] ?? '127.0.0.1';
  const isTaken = (port: number) => taken(port) || ports.some(({ Value }) => Value === port);
  const add = ({ Label, To }: PortSpec, value: number) => ports.push({ Label, Value: value, To, HostIP: hostIp });
  for (const network of group.Networks ?? []) {
    for (const port of network.ReservedPorts ?? []) {
      if (isTaken(port.Value)) return undefined;
      add(port, port.Value);
    }
  }
  for (const network of group.Networks ?? []) {
    for (const port of network.DynamicPorts ?? []) {
      const start = cluster.ports.below(dynamicPorts.count);
      let tried = 0;
      while (tried < dynamicPorts.count && isTaken(dynamicPorts.first + ((start + tried) % dynamicPorts.count)))
        tried += 1;
      if (tried === dynamicPorts.count) return undefined;
      add(port, dynamicPorts.first + ((start + tried) % dynamicPorts.count));
    }
  }
  return ports;
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
    DimensionExhausted: orNull({ ...exhausted }),
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
