/** Faults by name, and the probes beside them, as specs, help and forms look them up. */

import type { Probes } from '../probes/probe.ts';
import type { AnyFault, FaultCatalog } from './fault.ts';

/** The catalogue of a list. A RangeError where two faults bear one name: that is a bug of the list. */
export function catalogOf(list: readonly AnyFault[], probes?: Probes): FaultCatalog {
  const catalog = new Map<string, AnyFault>();
  for (const fault of list) {
    if (catalog.has(fault.name)) throw new RangeError(`two faults are called ${fault.name}`);
    catalog.set(fault.name, fault);
  }
  return probes === undefined ? catalog : Object.assign(catalog, { probes });
}
