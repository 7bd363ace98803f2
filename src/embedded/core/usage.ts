/** How full each node is: kept up with every allocation written, so that placing one need not add them all up. */

import type { AllocEntry, Usage } from './types.ts';

const clientTerminal = new Set(['complete', 'failed', 'lost']);

const takesPlace = ({ record }: AllocEntry) =>
  record.DesiredStatus === 'run' && !clientTerminal.has(record.ClientStatus);

export interface Demand {
  readonly cpu: number;
  readonly memory: number;
}

/** What the tasks of an allocation ask for: MHz and MiB. */
export function demandOf({ record, job }: AllocEntry): Demand {
  const group = job.TaskGroups.find(each => each.Name === record.TaskGroup);
  let cpu = 0;
  let memory = 0;
  for (const task of group?.Tasks ?? []) {
    cpu += task.Resources.CPU;
    memory += task.Resources.MemoryMB;
  }
  return { cpu, memory };
}

function shift(usage: Map<string, Usage>, entry: AllocEntry, sign: 1 | -1): void {
  const { NodeID, AllocatedResources } = entry.record;
  const node = usage.get(NodeID) ?? { cpu: 0, memory: 0, allocs: 0, ports: new Set<number>() };
  usage.set(NodeID, node);
  const demand = demandOf(entry);
  node.cpu += sign * demand.cpu;
  node.memory += sign * demand.memory;
  node.allocs += sign;
  for (const { Value } of AllocatedResources.Shared.Ports ?? []) {
    if (sign === 1) node.ports.add(Value);
    else node.ports.delete(Value);
  }
}

/** Notes that an allocation was written: `before` gives its place back, `after` takes it. */
export function account(
  usage: Map<string, Usage>,
  before: AllocEntry | undefined,
  after: AllocEntry | undefined,
): void {
  const took = before !== undefined && takesPlace(before);
  const takes = after !== undefined && takesPlace(after);
  if (took && takes && before.job === after.job) return;
  if (took) shift(usage, before, -1);
  if (takes) shift(usage, after, 1);
}
