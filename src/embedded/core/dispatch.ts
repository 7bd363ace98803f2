/** Parameterized jobs: one dispatch is one child, known by its idempotency token. */

import { Refusal } from './failure.ts';
import { nextId } from './ids.ts';
import type { JobSpec, ParameterizedSpec } from './job-types.ts';
import { findJob, type JobWrite, registerJob } from './jobs.ts';
import { evalsOfJob } from './tables.ts';
import type { Cluster } from './types.ts';

/** Bytes of a payload. */
const largestPayload = 16 * 1024;

export interface DispatchRequest {
  /** Base64, as it came. */
  readonly payload: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly idPrefix: string;
  readonly priority: number;
  readonly token: string;
}

const bytesOf = (base64: string) => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

function checkMeta(parameters: ParameterizedSpec, meta: Readonly<Record<string, string>>): void {
  const required = parameters.MetaRequired ?? [];
  const allowed = new Set([...required, ...(parameters.MetaOptional ?? [])]);
  const unknown = Object.keys(meta).filter(key => !allowed.has(key));
  if (unknown.length > 0)
    throw new Refusal(500, `Dispatch request included unpermitted metadata keys: [${unknown.join(' ')}]`);
  const missing = required.filter(key => !Object.hasOwn(meta, key));
  if (missing.length > 0) throw new Refusal(500, `Dispatch did not provide required meta keys: [${missing.join(' ')}]`);
}

function checkPayload(parameters: ParameterizedSpec, payload: string): void {
  const size = bytesOf(payload);
  if (size > largestPayload) throw new Refusal(500, `Payload exceeds maximum size; ${size} > ${largestPayload}`);
  if (parameters.Payload === 'required' && size === 0)
    throw new Refusal(500, 'Payload is not provided but required by parameterized job');
  if (parameters.Payload === 'forbidden' && size > 0)
    throw new Refusal(500, 'Payload provided but forbidden by parameterized job');
}

function childOf(cluster: Cluster, parent: JobSpec, token: string): JobSpec | undefined {
  for (const { job } of cluster.tables.jobs.values()) {
    if (job.ParentID === parent.ID && job.Namespace === parent.Namespace && job.DispatchIdempotencyToken === token)
      return job;
  }
  return undefined;
}

/** Dispatches a child of a parameterized job; the same token answers the child that it made before, dead or not. */
export function dispatchJob(
  cluster: Cluster,
  namespace: string,
  id: string,
  ask: DispatchRequest,
): JobWrite & { child: string } {
  const parent = findJob(cluster, namespace, id)?.job;
  if (parent === undefined) throw new Refusal(500, 'parameterized job not found');
  if (parent.ParameterizedJob === null || parent.Dispatched)
    throw new Refusal(500, `Specified job "${id}" is not a parameterized job`);
  if (parent.Stop) throw new Refusal(500, `Specified job "${id}" is stopped`);
  checkMeta(parent.ParameterizedJob, ask.meta);
  checkPayload(parent.ParameterizedJob, ask.payload);
  const twin = ask.token === '' ? undefined : childOf(cluster, parent, ask.token);
  if (twin !== undefined) {
    const evaluation = evalsOfJob(cluster.tables, namespace, twin.ID)[0];
    return {
      child: twin.ID,
      index: twin.CreateIndex,
      evalId: evaluation?.ID ?? '',
      evalIndex: evaluation?.CreateIndex ?? 0,
      jobModifyIndex: twin.JobModifyIndex,
    };
  }
  const prefix = ask.idPrefix === '' ? '' : `${ask.idPrefix}-`;
  const child = `${id}/dispatch-${prefix}${Math.floor(cluster.now / 1000)}-${nextId(cluster.ids).slice(0, 8)}`;
  const written = registerJob(cluster, {
    ...parent,
    ID: child,
    Name: child,
    ParentID: id,
    Dispatched: true,
    DispatchIdempotencyToken: ask.token,
    Payload: ask.payload === '' ? null : ask.payload,
    Meta: { ...parent.Meta, ...ask.meta },
    Priority: ask.priority > 0 ? ask.priority : parent.Priority,
    Stable: false,
    VersionTag: null,
  });
  return { ...written, child };
}
