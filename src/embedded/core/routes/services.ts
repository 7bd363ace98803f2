/** `/v1/services`, `/v1/service/NAME`. */

import { Refusal } from '../failure.ts';
import { deleteService } from '../records.ts';
import { type Answer, type Call, listing, namespacesOf, need, param, type Route } from '../route.ts';
import { jobKey } from '../tables.ts';
import type { ServiceRecord } from '../types.ts';
import { commit } from '../write.ts';

function byNamespace(services: readonly ServiceRecord[]): unknown[] {
  const names = new Map<string, Map<string, Set<string>>>();
  for (const service of services) {
    const ofNamespace = names.get(service.Namespace) ?? new Map<string, Set<string>>();
    const tags = ofNamespace.get(service.ServiceName) ?? new Set<string>();
    for (const tag of service.Tags) tags.add(tag);
    names.set(service.Namespace, ofNamespace.set(service.ServiceName, tags));
  }
  return [...names].map(([Namespace, found]) => ({
    Namespace,
    Services: [...found].map(([ServiceName, tags]) => ({ ServiceName, Tags: [...tags] })),
  }));
}

function list(call: Call): Answer {
  const granted = namespacesOf(call, 'read-job');
  const found = [...call.tables.services.values()].filter(service => granted(service.Namespace));
  return listing(call, 'services', { items: byNamespace(found) }, () => true);
}

function readOne(call: Call): Answer {
  need(call, 'read-job');
  const name = param(call, 'name');
  const found = [...call.tables.services.values()].filter(
    service => service.ServiceName === name && service.Namespace === call.namespace,
  );
  return listing(call, 'services', { items: found }, change => change.key === name);
}

/** The registrations of all allocations of one job. */
export function jobServices(call: Call): Answer {
  need(call, 'read-job');
  const id = param(call, 'id');
  if (!call.tables.jobs.has(jobKey(call.namespace, id))) throw new Refusal(404, 'job not found', { index: 0 });
  const found = [...call.tables.services.values()].filter(
    service => service.JobID === id && service.Namespace === call.namespace,
  );
  return listing(call, 'services', { items: found }, change => change.namespace === call.namespace);
}

function remove(call: Call): Answer {
  need(call, 'delete-service-registration');
  const service = call.tables.services.get(param(call, 'id'));
  if (service === undefined || service.Namespace !== call.namespace)
    throw new Refusal(500, 'service registration not found');
  return { body: null, index: commit(call.cluster, 'ServiceDeregistration', write => deleteService(write, service)) };
}

export const serviceRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/services', run: list },
  { method: 'GET', path: '/v1/service/:name', run: readOne },
  { method: 'DELETE', path: '/v1/service/:name/:id', run: remove },
];
