/** The environment of a task, and what `${…}` stands for in its arguments. */

import { nameIndex } from '../reconcile.ts';
import type { Cluster } from '../types.ts';
import type { TaskRun } from './types.ts';

const variableName = (text: string) => text.replace(/[^A-Za-z0-9_]/g, '_');

/** The variables that Nomad gives a task, those of the job file laid over them; directories are the shell's to add. */
export function processEnv(cluster: Cluster, task: TaskRun): Record<string, string> {
  const { record, job, group } = task.alloc;
  const node = cluster.tables.nodes.get(record.NodeID);
  const env: Record<string, string> = {
    NOMAD_ALLOC_ID: record.ID,
    NOMAD_SHORT_ALLOC_ID: record.ID.slice(0, 8),
    NOMAD_ALLOC_NAME: record.Name,
    NOMAD_ALLOC_INDEX: String(nameIndex(record.Name)),
    NOMAD_TASK_NAME: task.spec.Name,
    NOMAD_GROUP_NAME: group.Name,
    NOMAD_JOB_ID: job.ID,
    NOMAD_JOB_NAME: job.Name,
    NOMAD_NAMESPACE: job.Namespace,
    NOMAD_REGION: cluster.region,
    NOMAD_DC: node?.Datacenter ?? cluster.datacenter,
    NOMAD_CPU_LIMIT: String(task.spec.Resources.CPU),
    NOMAD_MEMORY_LIMIT: String(task.spec.Resources.MemoryMB),
  };
  if (job.ParentID !== '') env['NOMAD_JOB_PARENT_ID'] = job.ParentID;
  for (const { Label, Value, HostIP } of record.AllocatedResources.Shared.Ports ?? []) {
    const label = variableName(Label);
    env[`NOMAD_PORT_${label}`] = String(Value);
    env[`NOMAD_HOST_PORT_${label}`] = String(Value);
    env[`NOMAD_ALLOC_PORT_${label}`] = String(Value);
    env[`NOMAD_IP_${label}`] = HostIP;
    env[`NOMAD_HOST_IP_${label}`] = HostIP;
    env[`NOMAD_ADDR_${label}`] = `${HostIP}:${Value}`;
    env[`NOMAD_HOST_ADDR_${label}`] = `${HostIP}:${Value}`;
  }
  for (const [key, value] of Object.entries({ ...job.Meta, ...group.Meta, ...task.spec.Meta })) {
    env[`NOMAD_META_${variableName(key)}`] = value;
    env[`NOMAD_META_${variableName(key).toUpperCase()}`] = value;
  }
  const nodeValues = nodeVariables(cluster, task);
  for (const [key, value] of Object.entries(task.spec.Env ?? {})) {
    env[key] = interpolate(String(value), { ...nodeValues, ...env });
  }
  return env;
}

function nodeVariables(cluster: Cluster, task: TaskRun): Record<string, string> {
  const node = cluster.tables.nodes.get(task.alloc.record.NodeID);
  if (node === undefined) return {};
  return {
    'node.unique.id': node.ID,
    'node.unique.name': node.Name,
    'node.datacenter': node.Datacenter,
    'node.class': node.NodeClass,
    'node.pool': node.NodePool,
  };
}

/** Replaces each `${name}` that is known; others stay as they are. */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(?:env\[")?([A-Za-z0-9_.]+)(?:"\])?\}/g, (whole, name: string) => values[name] ?? whole);
}
