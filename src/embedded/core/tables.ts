/** Tables, and writes to them: one write is one Raft index, and one batch on the event stream. */

import type { StreamEvent, Topic } from '../../nomad/types.ts';
import { appendBatch } from './event-log.ts';
import type {
  AllocEntry,
  Change,
  Cluster,
  DeploymentRecord,
  EvalRecord,
  JobEntry,
  NamespaceRecord,
  NodeRecord,
  ServiceRecord,
  TableName,
  Tables,
  VariableRecord,
} from './types.ts';
import { account } from './usage.ts';

const changesKept = 20_000;

export function createTables(): Tables {
  return {
    index: 1,
    indexes: { jobs: 1, allocs: 1, nodes: 1, deployment: 1, evals: 1, variables: 1, namespaces: 1, services: 1 },
    jobs: new Map(),
    allocs: new Map(),
    allocsByJob: new Map(),
    allocsByNode: new Map(),
    nodes: new Map(),
    deployments: new Map(),
    evals: new Map(),
    evalsByJob: new Map(),
    blockedEvals: new Set(),
    variables: new Map(),
    namespaces: new Map(),
    services: new Map(),
  };
}

const copySets = (sets: Map<string, Set<string>>) => new Map([...sets].map(([key, set]) => [key, new Set(set)]));

/** The tables as they are now: records are shared, since they are never changed. */
export function copyTables(tables: Tables): Tables {
  return {
    index: tables.index,
    indexes: { ...tables.indexes },
    jobs: new Map(tables.jobs),
    allocs: new Map(tables.allocs),
    allocsByJob: copySets(tables.allocsByJob),
    allocsByNode: copySets(tables.allocsByNode),
    nodes: new Map(tables.nodes),
    deployments: new Map(tables.deployments),
    evals: new Map(tables.evals),
    evalsByJob: copySets(tables.evalsByJob),
    blockedEvals: new Set(tables.blockedEvals),
    variables: new Map([...tables.variables].map(([namespace, paths]) => [namespace, new Map(paths)])),
    namespaces: new Map(tables.namespaces),
    services: new Map(tables.services),
  };
}

export function jobKey(namespace: string, id: string): string {
  return `${namespace}/${id}`;
}

/** The allocations of a job, oldest first. */
export function allocsOfJob(tables: Tables, namespace: string, job: string): AllocEntry[] {
  return entriesOf(tables, tables.allocsByJob.get(jobKey(namespace, job)));
}

export function allocsOfNode(tables: Tables, node: string): AllocEntry[] {
  return entriesOf(tables, tables.allocsByNode.get(node));
}

function entriesOf(tables: Tables, ids: Iterable<string> | undefined): AllocEntry[] {
  const found: AllocEntry[] = [];
  for (const id of ids ?? []) {
    const entry = tables.allocs.get(id);
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

/** Evaluations of a job, oldest first. */
export function evalsOfJob(tables: Tables, namespace: string, job: string): EvalRecord[] {
  const found: EvalRecord[] = [];
  for (const id of tables.evalsByJob.get(jobKey(namespace, job)) ?? []) {
    const evaluation = tables.evals.get(id);
    if (evaluation !== undefined) found.push(evaluation);
  }
  return found;
}

/** One write under way. */
export interface Write {
  readonly cluster: Cluster;
  readonly tables: Tables;
  readonly index: number;
  /** Nanoseconds since the epoch. */
  readonly time: number;
  readonly type: string;
  readonly events: StreamEvent[];
}

/** Wall milliseconds as Nomad's nanoseconds. */
export function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}

/** Wall milliseconds as Nomad writes a point in time. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** Makes one write: `change` puts records, and what it put is told to watchers and streams. Answers its index. */
export function commit(cluster: Cluster, type: string, change: (write: Write) => void): number {
  const { tables } = cluster;
  tables.index += 1;
  const write: Write = { cluster, tables, index: tables.index, time: nanoseconds(cluster.now), type, events: [] };
  change(write);
  flushBatch(write);
  cluster.version += 1;
  return write.index;
}

/** Closes the batch so far: what follows in this write is a batch of its own with the same index. */
export function flushBatch(write: Write): void {
  if (write.events.length === 0) return;
  appendBatch(write.cluster, { Index: write.index, Events: write.events.slice() });
  write.events.length = 0;
}

/** Tells watchers that `key` of a table changed in this write. */
export function touch(write: Write, table: TableName, namespace: string, key: string): void {
  write.tables.indexes[table] = write.index;
  const { changes } = write.cluster;
  changes.entries.push({ table, namespace, key });
  if (changes.entries.length > 2 * changesKept) {
    changes.entries.splice(0, changesKept);
    changes.first += changesKept;
  }
}

/** Adds an event to the batch of this write. */
export function emit(
  write: Write,
  topic: Topic,
  event: { key: string; namespace?: string; filter?: readonly string[]; payload: Readonly<Record<string, unknown>> },
): void {
  write.events.push({
    Topic: topic,
    Type: write.type,
    Key: event.key,
    Namespace: event.namespace ?? '',
    FilterKeys: event.filter ?? null,
    Index: write.index,
    Payload: event.payload,
  });
}

export function putJob(write: Write, entry: JobEntry): void {
  const { job } = entry;
  write.tables.jobs.set(jobKey(job.Namespace, job.ID), entry);
  touch(write, 'jobs', job.Namespace, job.ID);
  emit(write, 'Job', { key: job.ID, namespace: job.Namespace, payload: { Job: job } });
}

export function deleteJob(write: Write, entry: JobEntry): void {
  const { job } = entry;
  write.tables.jobs.delete(jobKey(job.Namespace, job.ID));
  touch(write, 'jobs', job.Namespace, job.ID);
  emit(write, 'Job', { key: job.ID, namespace: job.Namespace, payload: { Job: job } });
}

function link(sets: Map<string, Set<string>>, key: string, id: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([id]));
  else set.add(id);
}

function unlink(sets: Map<string, Set<string>>, key: string, id: string): void {
  const set = sets.get(key);
  set?.delete(id);
  if (set?.size === 0) sets.delete(key);
}

export function putAlloc(write: Write, entry: AllocEntry): void {
  const { record } = entry;
  const { tables } = write;
  if (!tables.allocs.has(record.ID)) {
    link(tables.allocsByJob, jobKey(record.Namespace, record.JobID), record.ID);
    link(tables.allocsByNode, record.NodeID, record.ID);
  }
  account(write.cluster.usage, tables.allocs.get(record.ID), entry);
  tables.allocs.set(record.ID, entry);
  touch(write, 'allocs', record.Namespace, record.ID);
  touch(write, 'allocs', record.Namespace, `job:${record.JobID}`);
  const filter = [record.JobID, record.DeploymentID ?? ''];
  emit(write, 'Allocation', { key: record.ID, namespace: record.Namespace, filter, payload: { Allocation: record } });
}

/** Forgets an allocation: no event tells of it. */
export function deleteAlloc(write: Write, record: AllocEntry['record']): void {
  account(write.cluster.usage, write.tables.allocs.get(record.ID), undefined);
  write.tables.allocs.delete(record.ID);
  unlink(write.tables.allocsByJob, jobKey(record.Namespace, record.JobID), record.ID);
  unlink(write.tables.allocsByNode, record.NodeID, record.ID);
  touch(write, 'allocs', record.Namespace, record.ID);
  touch(write, 'allocs', record.Namespace, `job:${record.JobID}`);
}

export function putNode(write: Write, node: NodeRecord): void {
  write.tables.nodes.set(node.ID, node);
  touch(write, 'nodes', '', node.ID);
  emit(write, 'Node', { key: node.ID, payload: { Node: node } });
}

export function putDeployment(write: Write, deployment: DeploymentRecord): void {
  write.tables.deployments.set(deployment.ID, deployment);
  touch(write, 'deployment', deployment.Namespace, deployment.ID);
  touch(write, 'deployment', deployment.Namespace, `job:${deployment.JobID}`);
  const { ID: key, Namespace: namespace, JobID } = deployment;
  emit(write, 'Deployment', { key, namespace, filter: [JobID], payload: { Deployment: deployment } });
}

export function putEval(write: Write, evaluation: EvalRecord): void {
  const { tables } = write;
  tables.evals.set(evaluation.ID, evaluation);
  link(tables.evalsByJob, jobKey(evaluation.Namespace, evaluation.JobID), evaluation.ID);
  if (evaluation.Status === 'blocked') tables.blockedEvals.add(evaluation.ID);
  else tables.blockedEvals.delete(evaluation.ID);
  touch(write, 'evals', evaluation.Namespace, evaluation.ID);
  const { ID: key, Namespace: namespace, JobID } = evaluation;
  const filter = [JobID, evaluation.DeploymentID ?? ''];
  emit(write, 'Evaluation', { key, namespace, filter, payload: { Evaluation: evaluation } });
}

/** Forgets an evaluation: no event tells of it. */
export function deleteEval(write: Write, evaluation: EvalRecord): void {
  const { tables } = write;
  tables.evals.delete(evaluation.ID);
  unlink(tables.evalsByJob, jobKey(evaluation.Namespace, evaluation.JobID), evaluation.ID);
  tables.blockedEvals.delete(evaluation.ID);
  touch(write, 'evals', evaluation.Namespace, evaluation.ID);
}

export function putVariable(write: Write, variable: VariableRecord): void {
  const { Namespace, Path } = variable;
  const paths = write.tables.variables.get(Namespace);
  if (paths === undefined) write.tables.variables.set(Namespace, new Map([[Path, variable]]));
  else paths.set(Path, variable);
  tellVariable(write, variable, false);
}

export function deleteVariable(write: Write, variable: VariableRecord): void {
  write.tables.variables.get(variable.Namespace)?.delete(variable.Path);
  tellVariable(write, variable, true);
}

function tellVariable(write: Write, variable: VariableRecord, deleted: boolean): void {
  const { Items: _, ...metadata } = variable;
  touch(write, 'variables', variable.Namespace, variable.Path);
  const payload = { Deleted: deleted, Metadata: metadata };
  emit(write, 'Variable', { key: variable.Path, namespace: variable.Namespace, payload });
}

export function putNamespace(write: Write, namespace: NamespaceRecord): void {
  write.tables.namespaces.set(namespace.Name, namespace);
  touch(write, 'namespaces', '', namespace.Name);
}

export function deleteNamespace(write: Write, name: string): void {
  write.tables.namespaces.delete(name);
  touch(write, 'namespaces', '', name);
}

export function putService(write: Write, service: ServiceRecord): void {
  write.tables.services.set(service.ID, service);
  tellService(write, service);
}

export function deleteService(write: Write, service: ServiceRecord): void {
  write.tables.services.delete(service.ID);
  tellService(write, service);
}

function tellService(write: Write, service: ServiceRecord): void {
  touch(write, 'services', service.Namespace, service.ServiceName);
  const filter = [service.JobID, service.ServiceName];
  emit(write, 'Service', { key: service.ID, namespace: service.Namespace, filter, payload: { Service: service } });
}

/** Whether a change since number `from` concerns a watcher. Changes no longer held count as concerning everyone. */
export function changedSince(cluster: Cluster, from: number, concerns: (change: Change) => boolean): boolean {
  const { first, entries } = cluster.changes;
  if (from < first) return true;
  for (let at = from - first; at < entries.length; at += 1) {
    const change = entries[at];
    if (change !== undefined && concerns(change)) return true;
  }
  return false;
}

/** The number that the next change gets. */
export function changeNumber(cluster: Cluster): number {
  return cluster.changes.first + cluster.changes.entries.length;
}
