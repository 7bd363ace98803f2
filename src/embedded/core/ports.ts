/** Ports for a new allocation: those it reserves, and free ones for its dynamic labels. */

import type { Random } from '../../base/random.ts';
import type { GroupSpec, PortSpec } from './job-types.ts';
import type { NodeRecord, Port } from './types.ts';

const dynamic = { first: 20_000, count: 12_000 };

/** A dynamic port that is not taken, beginning to look at a drawn one; undefined when there is none. */
function freePort(random: Random, taken: (port: number) => boolean): number | undefined {
  const start = random.below(dynamic.count);
  for (let tried = 0; tried < dynamic.count; tried += 1) {
    const port = dynamic.first + ((start + tried) % dynamic.count);
    if (!taken(port)) return port;
  }
  return undefined;
}

/** All ports of a group on a node; undefined when a reserved one is taken, or no dynamic one is left. */
export function assignPorts(
  random: Random,
  group: GroupSpec,
  node: NodeRecord,
  isUsed: (port: number) => boolean,
): readonly Port[] | undefined {
  const networks = group.Networks ?? [];
  if (networks.length === 0) return [];
  const HostIP = node.Attributes['unique.network.ip-address'] ?? '127.0.0.1';
  const ports: Port[] = [];
  const taken = (port: number) => isUsed(port) || ports.some(({ Value }) => Value === port);
  const take = ({ Label, To }: PortSpec, Value: number | undefined): boolean => {
    if (Value === undefined || taken(Value)) return false;
    ports.push({ Label, Value, To, HostIP });
    return true;
  };
  const reserved = networks.flatMap(network => network.ReservedPorts ?? []);
  const free = networks.flatMap(network => network.DynamicPorts ?? []);
  if (!reserved.every(port => take(port, port.Value))) return undefined;
  return free.every(port => take(port, freePort(random, taken))) ? ports : undefined;
}
