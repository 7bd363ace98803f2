/** Ways to misbehave, as data: what a real cluster was seen to do on a bad day, asked for by tests. */

import type { NomadRequest, StreamEvent } from '../../nomad/types.ts';
import type { Cluster, Tables } from './types.ts';
import { wildcardMatches } from './wildcard.ts';

/** Which requests are meant; what is absent, is not asked. Patterns take `*` for any characters. */
export interface Match {
  readonly method?: NomadRequest['method'];
  readonly path?: string;
  readonly kind?: string;
  readonly token?: string;
}

export type Misdeed =
  /** Answers with this status and text instead of doing anything. */
  | { readonly kind: 'answer'; readonly status: number; readonly message: string }
  /** Does it, and answers with an error all the same. */
  | { readonly kind: 'apply-then-error'; readonly status: number; readonly message: string }
  /** Waits before it does it. */
  | { readonly kind: 'slow'; readonly ms: number }
  /**
   * A frozen server: the request is applied after `ms`, whether its caller still waits or not. With `errorAfterMs` the
   * caller is answered an error by then.
   */
  | { readonly kind: 'hang'; readonly ms: number; readonly errorAfterMs?: number; readonly message?: string }
  /** Reads are answered from how things were when this was asked for. */
  | { readonly kind: 'stale'; readonly tables: Tables }
  /** Streams that open are silent: no line at all. */
  | { readonly kind: 'silent-stream' }
  /** A stream that opens gets the whole buffer again, whatever index it asked for. */
  | { readonly kind: 'replay' }
  /** Event batches of these topics (all, when absent) are lost. */
  | { readonly kind: 'lose-events'; readonly topics?: readonly string[] };

export interface Misbehaviour {
  readonly on: Match;
  readonly misdeed: Misdeed;
  /** How many more times; absent: until `until`, or for good. */
  times?: number;
  /** Wall milliseconds. */
  readonly until?: number;
}

/** Adds a misbehaviour; the answer takes it back. */
export function misbehave(cluster: Cluster, misbehaviour: Misbehaviour): () => void {
  const mine = { ...misbehaviour };
  cluster.misbehaviours.push(mine);
  return () => {
    cluster.misbehaviours = cluster.misbehaviours.filter(other => other !== mine);
    cluster.version += 1;
  };
}

const matches = (on: Match, request: { method: string; path: string; kind: string; token?: string }): boolean =>
  (on.method === undefined || on.method === request.method) &&
  (on.path === undefined || wildcardMatches(on.path, request.path)) &&
  (on.kind === undefined || wildcardMatches(on.kind, request.kind)) &&
  (on.token === undefined || on.token === request.token);

function use(cluster: Cluster, misbehaviour: Misbehaviour): Misdeed {
  if (misbehaviour.times !== undefined) {
    misbehaviour.times -= 1;
    if (misbehaviour.times <= 0) cluster.misbehaviours = cluster.misbehaviours.filter(other => other !== misbehaviour);
  }
  return misbehaviour.misdeed;
}

function inForce(cluster: Cluster): readonly Misbehaviour[] {
  if (cluster.misbehaviours.some(each => each.until !== undefined && each.until <= cluster.now)) {
    cluster.misbehaviours = cluster.misbehaviours.filter(each => each.until === undefined || each.until > cluster.now);
  }
  return cluster.misbehaviours;
}

type Requested = Exclude<Misdeed['kind'], 'silent-stream' | 'replay' | 'lose-events'>;

const ofRequests: ReadonlySet<string> = new Set<Requested>(['answer', 'apply-then-error', 'slow', 'hang', 'stale']);

/** The misdeed that this request meets, if any: the one asked for first. Counts it. */
export function misdeedFor(
  cluster: Cluster,
  request: Pick<NomadRequest, 'method' | 'path' | 'kind'> & { readonly token?: string },
): Extract<Misdeed, { kind: Requested }> | undefined {
  if (cluster.misbehaviours.length === 0) return undefined;
  const found = inForce(cluster).find(
    each =>
      ofRequests.has(each.misdeed.kind) &&
      (each.misdeed.kind !== 'stale' || request.method === 'GET') &&
      matches(each.on, request),
  );
  return found === undefined ? undefined : (use(cluster, found) as Extract<Misdeed, { kind: Requested }>);
}

/** Whether a misdeed of streams is in force, for these events where it asks for topics. Counts it. */
export function takeMisbehaviour(
  cluster: Cluster,
  kind: 'silent-stream' | 'replay' | 'lose-events',
  events: readonly StreamEvent[] = [],
): Misdeed | undefined {
  if (cluster.misbehaviours.length === 0) return undefined;
  const found = inForce(cluster).find(each => {
    const { misdeed } = each;
    if (misdeed.kind !== kind) return false;
    if (misdeed.kind !== 'lose-events' || misdeed.topics === undefined) return true;
    return events.some(event => misdeed.topics?.includes(event.Topic));
  });
  return found === undefined ? undefined : use(cluster, found);
}
