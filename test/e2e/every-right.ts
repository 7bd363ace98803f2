import { faults } from '../../src/faults/index.ts';
import type { Rights } from '../support/rights.ts';
import { controllerRights } from './place.ts';

/** What a controller needs for every fault of the list in its one namespace, and no more. */
export function everyRight(namespace: string): Rights {
  const own = controllerRights(namespace);
  const of = own.namespaces?.[namespace];
  const needed = faults.flatMap(({ permissions }) => permissions);
  const capabilities = needed.flatMap(each => (each.scope === 'namespace' ? [each.capability] : []));
  const operator = needed.some(each => each.scope === 'operator');
  return {
    ...own,
    namespaces: { [namespace]: { ...of, capabilities: [...new Set([...(of?.capabilities ?? []), ...capabilities])] } },
    ...(operator ? { operator: 'write' } : {}),
  };
}
