/** The name of a fault, as a spec gives it. */

import type { Problem } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { shown } from '../base/reading.ts';
import type { FaultCatalog } from '../faults/fault.ts';

/** `key` names no fault at all. */
export function missingFault(key: string, catalog: FaultCatalog): Problem {
  return { code: 'SIR-103', key, message: `${key}: the harm to do is missing`, allowed: allNames(catalog) };
}

/** `key` names a fault that there is not. */
export function unknownFault(key: string, name: unknown, catalog: FaultCatalog): Problem {
  const names = [...catalog.keys()].sort();
  const found = shown(name);
  const didYouMean = nearest(found, names) ?? endingIn(found, names);
  return {
    code: 'SIR-105',
    key,
    message: `${key}: no fault is called \`${found}\``,
    found,
    allowed: allNames(catalog),
    ...(didYouMean === undefined ? {} : { didYouMean }),
  };
}

function allNames(catalog: FaultCatalog): string {
  return [...catalog.keys()].sort().join(', ') || 'no fault is built in';
}

/** `kill`, `pod-kill` and `container_kill` are an `alloc-kill` here. */
function endingIn(found: string, names: readonly string[]): string | undefined {
  const act = found
    .toLowerCase()
    .split(/[-_.\s]/)
    .at(-1);
  return act === undefined || act === '' ? undefined : names.find(name => name.split('-').at(-1) === act);
}
