/** Nomad's own service registrations: those of a group live with the allocation, those of a task with each of its runs. */

import type { ServiceSpec } from './job-types.ts';
import { deleteService, putService } from './records.ts';
import type { AllocRecord, Cluster, ServiceRecord } from './types.ts';
import { commit } from './write.ts';

function serviceId(record: AllocRecord, service: ServiceSpec, task: string | undefined): string {
  const owner = task ?? `group-${record.TaskGroup}`;
  return `_nomad-task-${record.ID}-${owner}-${service.Name}-${service.PortLabel}`;
}

const ours = (services: readonly ServiceSpec[] | null) =>
  (services ?? []).filter(service => service.Provider === 'nomad');

/** Registers services of a group (no `task`) or of a task; one that is there already is left alone. */
export function registerServices(
  cluster: Cluster,
  record: AllocRecord,
  services: readonly ServiceSpec[] | null,
  task?: string,
): void {
  for (const service of ours(services)) {
    const ID = serviceId(record, service, task);
    if (cluster.tables.services.has(ID)) continue;
    const port = record.AllocatedResources.Shared.Ports?.find(each => each.Label === service.PortLabel);
    commit(cluster, 'ServiceRegistration', write => {
      const registration: ServiceRecord = {
        ID,
        ServiceName: service.Name,
        Namespace: record.Namespace,
        NodeID: record.NodeID,
        Datacenter: cluster.tables.nodes.get(record.NodeID)?.Datacenter ?? cluster.datacenter,
        JobID: record.JobID,
        AllocID: record.ID,
        Tags: service.Tags ?? [],
        Address: port?.HostIP ?? '127.0.0.1',
        Port: port?.Value ?? 0,
        CreateIndex: write.index,
        ModifyIndex: write.index,
      };
      putService(write, registration);
    });
  }
}

export function removeServices(
  cluster: Cluster,
  record: AllocRecord,
  services: readonly ServiceSpec[] | null,
  task?: string,
): void {
  for (const service of ours(services)) {
    const registration = cluster.tables.services.get(serviceId(record, service, task));
    if (registration !== undefined)
      commit(cluster, 'ServiceDeregistration', write => deleteService(write, registration));
  }
}
