/** The HTTP API as a function: a request in, an answer out, or something to wait for. */

import type { NomadRequest, NomadResponse } from '../../nomad/types.ts';
import { type Access, accessOf } from './acl.ts';
import { advance } from './advance.ts';
import { parseDuration } from './durations.ts';
import { denied, Refusal } from './failure.ts';
import type { LogRequest } from './log-request.ts';
import { misdeedFor } from './misbehave.ts';
import type { Answer, Call, Watch } from './route.ts';
import { findRoute } from './routes/index.ts';
import { addTimer } from './timers.ts';
import type { Cluster, Tables } from './types.ts';
import { changedSince, changeNumber } from './write.ts';

export type Asked = NomadRequest & { readonly token?: string };

/** A request that isn't answered yet: a blocking query, or one that meets a slow or frozen server. */
export interface Blocked {
  readonly kind: 'block';
  /** When it is answered at the latest, in wall milliseconds. */
  readonly deadline: number;
  readonly request: Asked;
  readonly waits: Waits;
}

type Waits =
  | { readonly for: 'change'; watch: Watch; readonly index: number; since: number; last: NomadResponse }
  | { readonly for: 'time' }
  | { readonly for: 'thaw'; answer: NomadResponse | undefined; readonly error: NomadResponse | undefined };

export type Handled =
  | { readonly kind: 'answer'; readonly response: NomadResponse }
  | Blocked
  /** The shell answers with what a real process wrote. */
  | { readonly kind: 'logs'; readonly logs: LogRequest };

const second = 1000;
const waitDefault = 300 * second;
const waitLongest = 600 * second;

function respond(answer: Answer): NomadResponse {
  return {
    status: answer.status ?? 200,
    index: answer.index ?? 0,
    body: answer.body,
    ...(answer.nextToken === undefined ? {} : { nextToken: answer.nextToken }),
    ...(answer.watch === undefined ? {} : { knownLeader: true }),
  };
}

const failure = (status: number, message: string): NomadResponse => ({ status, index: 0, body: message });

function callOf(cluster: Cluster, tables: Tables, request: Asked, params: Call['params'], access: Access): Call {
  const query = request.query ?? {};
  const namespace = request.namespace ?? query['namespace'] ?? 'default';
  return { cluster, tables, method: request.method, params, query, namespace, access, body: request.body };
}

/** Finds the route and runs it; a refusal is an answer too. */
function run(cluster: Cluster, tables: Tables, request: Asked): Answer {
  const found = findRoute(request.method, request.path);
  if (found === 'no-path') return { status: 404, body: '' };
  if (found === 'no-method') return { status: 405, body: 'Invalid method' };
  const access = accessOf(cluster, request.token);
  try {
    if (access === undefined && found.route.open !== true) throw denied();
    const known = access ?? accessOf(cluster, '');
    if (known === undefined) throw denied();
    return found.route.run(callOf(cluster, tables, request, found.params, known));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: error.body, ...(error.index === undefined ? {} : { index: error.index }) };
  }
}

function waitOf(cluster: Cluster, request: Asked): number {
  const text = request.query?.['wait'];
  const asked = text === undefined ? waitDefault : (parseDuration(text) ?? waitDefault * 1e6) / 1e6;
  const wait = Math.min(asked <= 0 ? waitDefault : asked, waitLongest);
  return wait + Math.floor((cluster.jitter.next() * wait) / 16);
}

function finish(cluster: Cluster, request: Asked, answer: Answer): Handled {
  if (answer.logs !== undefined) return { kind: 'logs', logs: answer.logs };
  const index = Number(request.query?.['index'] ?? 0);
  if (answer.watch === undefined || !(index > 0) || (answer.index ?? 0) > index) {
    return { kind: 'answer', response: respond(answer) };
  }
  const waits: Waits = {
    for: 'change',
    watch: answer.watch,
    index,
    since: changeNumber(cluster),
    last: respond(answer),
  };
  return { kind: 'block', deadline: cluster.now + waitOf(cluster, request), request, waits };
}

/** Holds a request as a frozen server does: it is applied later, whether or not anyone still waits. */
function hang(
  cluster: Cluster,
  request: Asked,
  misdeed: { ms: number; errorAfterMs?: number; message?: string },
): Handled {
  const error = misdeed.errorAfterMs === undefined ? undefined : failure(500, misdeed.message ?? 'rpc error: EOF');
  const waits: Waits & { for: 'thaw' } = { for: 'thaw', answer: undefined, error };
  addTimer(cluster.timers, cluster.now + misdeed.ms, () => {
    waits.answer = respond(run(cluster, cluster.tables, request));
    cluster.version += 1;
  });
  return { kind: 'block', deadline: cluster.now + (misdeed.errorAfterMs ?? misdeed.ms), request, waits };
}

/** Answers a request at `now` (wall milliseconds), after all that is due before. */
export function handle(cluster: Cluster, request: Asked, now: number): Handled {
  advance(cluster, now);
  const misdeed = misdeedFor(cluster, request);
  switch (misdeed?.kind) {
    case undefined:
      return finish(cluster, request, run(cluster, cluster.tables, request));
    case 'stale':
      return { kind: 'answer', response: respond(run(cluster, misdeed.tables, request)) };
    case 'answer':
      return { kind: 'answer', response: failure(misdeed.status, misdeed.message) };
    case 'apply-then-error':
      run(cluster, cluster.tables, request);
      return { kind: 'answer', response: failure(misdeed.status, misdeed.message) };
    case 'slow':
      return { kind: 'block', deadline: cluster.now + misdeed.ms, request, waits: { for: 'time' } };
    case 'hang':
      return hang(cluster, request, misdeed);
  }
}

function pollChange(cluster: Cluster, blocked: Blocked, waits: Waits & { for: 'change' }): Handled {
  const { table, concerns } = waits.watch;
  const woken = changedSince(
    cluster,
    waits.since,
    change => change.table === table && (concerns === undefined || concerns(change)),
  );
  waits.since = changeNumber(cluster);
  const late = cluster.now >= blocked.deadline;
  // At its end a query answers what it saw last: what changed beside it shows neither in the body nor in the index.
  if (!woken) return late ? { kind: 'answer', response: waits.last } : blocked;
  const answer = run(cluster, cluster.tables, blocked.request);
  if (!late && answer.watch !== undefined && (answer.index ?? 0) <= waits.index) {
    waits.watch = answer.watch;
    waits.last = respond(answer);
    return blocked;
  }
  return { kind: 'answer', response: respond(answer) };
}

/** Looks at a waiting request again: its answer, or what is to be polled next. */
export function poll(cluster: Cluster, blocked: Blocked, now: number): Handled {
  advance(cluster, now);
  const { waits } = blocked;
  if (waits.for === 'change') return pollChange(cluster, blocked, waits);
  if (waits.for === 'thaw') {
    if (waits.answer !== undefined) return { kind: 'answer', response: waits.answer };
    if (waits.error !== undefined && cluster.now >= blocked.deadline) return { kind: 'answer', response: waits.error };
    return blocked;
  }
  if (cluster.now < blocked.deadline) return blocked;
  return finish(cluster, blocked.request, run(cluster, cluster.tables, blocked.request));
}
