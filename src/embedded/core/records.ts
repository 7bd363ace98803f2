/** Putting and deleting records within a write: table, index, watchers and the event of each. */

import { jobKey } from './tables.ts';
import type {
  AllocEntry,
  DeploymentRecord,
  EvalRecord,
  JobEntry,
  NamespaceRecord,
  NodeRecord,
  ServiceRecord,
  VariableRecord,
} from './types.ts';
import { account } from './usage.ts';
import { emit, touch, type Write } from './write.ts';

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
  if (job.ParentID !== '') countForgotten(write, job);
}

/** A parent counts the children that are gone, too. */
function countForgotten(write: Write, { Namespace, ParentID }: JobEntry['job']): void {
  const key = jobKey(Namespace, ParentID);
  const parent = write.tables.jobs.get(key);
  if (parent === undefined) return;
  write.tables.jobs.set(key, { ...parent, forgotten: parent.forgotten + 1, summaryIndex: write.index });
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
