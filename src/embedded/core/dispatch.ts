/** Parameterized jobs: one dispatch is one child, known by its idempotency token. */

import { createEval } from './evals.ts';
import { Refusal } from './failure.ts';
import { nextId } from './ids.ts';
import type { JobSpec, ParameterizedSpec } from './job-types.ts';
import { evalOf, findJob, putVersion } from './jobs.ts';
import { indexScaling, nameScaling } from './scaling-policies.ts';
import type { Cluster } from './types.ts';
import { commit, flushBatch } from './write.ts';

/** Bytes of a payload. */
const largestPayload = 16 * 1024;

export interface DispatchRequest {
  /** Base64, as it came. */
  readonly payload: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly idPrefix: string;
  /** 0: the parent's. */
  readonly priority: number;
  /** Empty: none. */
  readonly token: string;
}

export interface Dispatched {
  readonly child: string;
  /** Empty where the child was there already. */
  readonly evalId: string;
  readonly evalIndex: number;
  readonly createIndex: number;
  readonly index: number;
}

const bytesOf = (base64: string) => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

function checkPayload(parameters: ParameterizedSpec, payload: string): void {
  const size = bytesOf(payload);
  if (parameters.Payload === 'required' && size === 0)
    throw new Refusal(500, 'Payload is not provided but required by parameterized job');
  if (parameters.Payload === 'forbidden' && size > 0)
    throw new Refusal(500, 'Payload provided but forbidden by parameterized job');
  if (size > largestPayload) throw new Refusal(500, `Payload exceeds maximum size; ${size} > ${largestPayload}`);
}

function checkMeta(parameters: ParameterizedSpec, meta: Readonly<Record<string, string>>): void {
  const required = parameters.MetaRequired ?? [];
  const allowed = new Set([...required, ...(parameters.MetaOptional ?? [])]);
  const unknown = Object.keys(meta).filter(key => !allowed.has(key));
  if (unknown.length > 0)
    throw new Refusal(500, `Dispatch request included unpermitted metadata keys: [${unknown.join(' ')}]`);
  const missing = required.filter(key => !Object.hasOwn(meta, key));
  if (missing.length > 0) throw new Refusal(500, `Dispatch did not provide required meta keys: [${missing.join(' ')}]`);
}

/** The parent, if it takes this dispatch; a refusal otherwise, also where the token's child is there already. */
function parentFor(
  cluster: Cluster,
  namespace: string,
  id: string,
  ask: DispatchRequest,
): { readonly parent: JobSpec; readonly priority: number } {
  const parent = findJob(cluster, namespace, id)?.job;
  if (parent === undefined) throw new Refusal(500, 'parameterized job not found');
  if (parent.ParameterizedJob === null || parent.Dispatched)
    throw new Refusal(500, `Specified job "${id}" is not a parameterized job`);
  if (parent.Stop) throw new Refusal(500, `Specified job "${id}" is stopped`);
  checkPayload(parent.ParameterizedJob, ask.payload);
  checkMeta(parent.ParameterizedJob, ask.meta);
  const priority = ask.priority === 0 ? parent.Priority : ask.priority;
  if (priority < 1 || priority > 100) throw new Refusal(500, 'dispatch job priority must be between [1, 100]');
  return { parent, priority };
}

function childOf(cluster: Cluster, parent: JobSpec, token: string): JobSpec | undefined {
  if (token === '') return undefined;
  for (const { job } of cluster.tables.jobs.values()) {
    if (job.ParentID === parent.ID && job.Namespace === parent.Namespace && job.DispatchIdempotencyToken === token)
      return job;
  }
  return undefined;
}

function newId(cluster: Cluster, parent: JobSpec, idPrefix: string): string {
  const prefix = idPrefix === '' ? '' : `${idPrefix}-`;
  const seconds = Math.floor(cluster.now / 1000);
  return `${parent.ID}/dispatch-${prefix}${seconds}-${nextId(cluster.ids).slice(0, 8)}`;
}

/** Dispatches a child of a parameterized job; the same token answers the child that it made before, dead or not. */
export function dispatchJob(cluster: Cluster, namespace: string, id: string, ask: DispatchRequest): Dispatched {
  const { parent, priority } = parentFor(cluster, namespace, id, ask);
  const twin = childOf(cluster, parent, ask.token);
  if (twin !== undefined) {
    return { child: twin.ID, evalId: '', evalIndex: 0, createIndex: twin.CreateIndex, index: twin.ModifyIndex };
  }
  const child = newId(cluster, parent, ask.idPrefix);
  const job = nameScaling(cluster, undefined, {
    ...parent,
    ID: child,
    Name: child,
    ParentID: id,
    Dispatched: true,
    DispatchIdempotencyToken: ask.token,
    Payload: ask.payload === '' ? null : ask.payload,
    Meta: { ...parent.Meta, ...ask.meta },
    Priority: priority,
    Stable: false,
    VersionTag: null,
  });
  let evalId = '';
  const index = commit(cluster, 'JobRegistered', write => {
    const entry = putVersion(write, undefined, indexScaling(write.index, undefined, job));
    flushBatch(write);
    evalId = createEval(write, evalOf(entry.job, 'job-register')).ID;
  });
  return { child, evalId, evalIndex: index, createIndex: index, index };
}
