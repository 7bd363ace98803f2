/** Bad days of a whole cluster, made of single misdeeds: elections, frozen leaders, restarted servers, cut streams. */

import { renewAllLocks } from './locks.ts';
import { misbehave } from './misbehave.ts';
import { copyTables } from './tables.ts';
import { addTimer } from './timers.ts';
import type { Cluster } from './types.ts';

/** Ends every stream that is open: their readers see an end of file. */
export function cutStreams(cluster: Cluster): void {
  cluster.streamCuts += 1;
  cluster.version += 1;
}

/**
 * How a leader goes. `killed`: writes are refused until another leads, and its streams end. `left`: what was under way is
 * applied and answered with an error. `frozen`: what is sent to it hangs, and is applied when it thaws. `transferred`: a
 * moment of refusals.
 */
export type Election = 'killed' | 'left' | 'frozen' | 'transferred';

export interface ElectionOptions {
  /** Until another server leads; default 2500, for a transfer 200. */
  readonly ms?: number;
  /** Until a frozen leader thaws; default 15000. */
  readonly thawMs?: number;
}

const refused = 'rpc error: failed to get conn: dial tcp 127.0.0.1:4647: connect: connection refused';

/** Has another server lead. Streams are silent meanwhile, and each lock's time starts anew. */
export function electLeader(cluster: Cluster, how: Election, options: ElectionOptions = {}): void {
  const ms = options.ms ?? (how === 'transferred' ? 200 : 2500);
  const until = cluster.now + ms;
  const on = { method: 'PUT' } as const;
  const writes = [on, { method: 'POST' }, { method: 'DELETE' }] as const;
  if (how === 'frozen') {
    for (const write of writes)
      misbehave(cluster, { on: write, misdeed: { kind: 'hang', ms: options.thawMs ?? 15_000 }, until });
  } else if (how === 'left') {
    const misdeed = { kind: 'apply-then-error', status: 500, message: 'leadership lost while committing log' } as const;
    for (const write of writes) misbehave(cluster, { on: write, misdeed, until });
  } else {
    const message = how === 'killed' ? refused : 'leadership transfer in progress';
    for (const write of writes)
      misbehave(cluster, { on: write, misdeed: { kind: 'answer', status: 500, message }, until });
  }
  if (how === 'killed') cutStreams(cluster);
  else if (how !== 'transferred') cluster.streamsPausedUntil = until;
  renewAllLocks(cluster, until);
  addTimer(cluster.timers, until, () => {
    cluster.leader = (cluster.leader + 1) % cluster.servers.length;
    cluster.version += 1;
  });
}

/** Reads are answered from how things are now, for `ms` or until taken back. */
export function answerStale(cluster: Cluster, ms?: number): () => void {
  const misdeed = { kind: 'stale', tables: copyTables(cluster.tables) } as const;
  return misbehave(cluster, {
    on: { method: 'GET' },
    misdeed,
    ...(ms === undefined ? {} : { until: cluster.now + ms }),
  });
}

/** A server comes back and catches up: streams end, and those opened meanwhile get old events as if they were new. */
export function restartServer(cluster: Cluster, catchUpMs = 3000): void {
  cutStreams(cluster);
  const until = cluster.now + catchUpMs;
  misbehave(cluster, { on: {}, misdeed: { kind: 'replay' }, until });
  answerStale(cluster, catchUpMs);
}
