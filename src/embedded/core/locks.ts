/** Locks on Variables: who holds one, until when, and how long after its loss nobody may. */

import { formatDuration, parseDuration } from './durations.ts';
import { Refusal } from './failure.ts';
import { nextId } from './ids.ts';
import { putVariable } from './records.ts';
import { addTimer } from './timers.ts';
import type { Cluster, VariableRecord } from './types.ts';
import { blankConflict, checkFree, currentVariable, type VariableWrite } from './variables.ts';
import { commit, type Write } from './write.ts';

const second = 1e9;
const shortest = 10 * second;
const longest = 24 * 3600 * second;
const defaultTtl = 15 * second;

const keyOf = (namespace: string, path: string) => `${namespace}/${path}`;

export interface LockAsk {
  readonly ID?: string;
  readonly TTL?: string;
  readonly LockDelay?: string;
}

function durationOf(text: string | undefined): number {
  if (text === undefined || text === '') return defaultTtl;
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new Refusal(400, `time: invalid duration "${text}"`);
  return parsed;
}

function timesOf(lock: LockAsk): { ttl: number; delay: number } {
  const [ttl, delay] = [durationOf(lock.TTL), durationOf(lock.LockDelay)];
  if (ttl < shortest || ttl > longest) {
    throw new Refusal(400, 'RPC Error:: 400,1 error occurred:\n\t* TTL must be between 10 seconds and 24 hours\n\n', {
      index: 0,
    });
  }
  return { ttl, delay };
}

/** A holder that is silent loses its lock only after twice its TTL. */
const allowedSilence = 2;

function hold(cluster: Cluster, namespace: string, path: string, times: { ttl: number; delay: number }): void {
  const key = keyOf(namespace, path);
  const ttlMs = times.ttl / 1e6;
  const held = { expires: cluster.now + allowedSilence * ttlMs, ttlMs, delayMs: times.delay / 1e6 };
  cluster.locks.set(key, held);
  watch(cluster, namespace, path);
}

function watch(cluster: Cluster, namespace: string, path: string): void {
  const held = cluster.locks.get(keyOf(namespace, path));
  if (held === undefined) return;
  addTimer(cluster.timers, held.expires, () => {
    if (cluster.locks.get(keyOf(namespace, path)) !== held) return;
    if (held.expires > cluster.now) watch(cluster, namespace, path);
    else expire(cluster, namespace, path);
  });
}

function expire(cluster: Cluster, namespace: string, path: string): void {
  const key = keyOf(namespace, path);
  const held = cluster.locks.get(key);
  const variable = currentVariable(cluster, namespace, path);
  cluster.locks.delete(key);
  if (variable?.Lock === undefined) return;
  cluster.lockDelays.set(key, cluster.now + (held?.delayMs ?? 0));
  unlock(cluster, variable);
}

function unlock(cluster: Cluster, variable: VariableRecord): { index: number; variable: VariableRecord } {
  const { Lock: _, ...rest } = variable;
  let next: VariableRecord = rest;
  const index = commit(cluster, 'VariableUpdated', write => {
    next = { ...rest, ModifyIndex: write.index };
    putVariable(write, next);
  });
  return { index, variable: next };
}

/** Whether a lock that ran out keeps others from taking it still. */
function isDelayed(cluster: Cluster, key: string): boolean {
  const until = cluster.lockDelays.get(key);
  if (until === undefined) return false;
  if (until > cluster.now) return true;
  cluster.lockDelays.delete(key);
  return false;
}

function lockedRecord(
  write: Write,
  ask: VariableWrite,
  lock: Required<LockAsk>,
  before: VariableRecord | undefined,
): VariableRecord {
  return {
    Namespace: ask.namespace,
    Path: ask.path,
    Items: Object.keys(ask.items).length === 0 ? null : ask.items,
    Lock: lock,
    CreateIndex: before?.CreateIndex ?? write.index,
    CreateTime: before?.CreateTime ?? write.time,
    ModifyIndex: write.index,
    ModifyTime: write.time,
  };
}

/**
 * Takes the lock, making the Variable where there is none; its holder, naming the lock's id, sets items and times anew.
 * 409 while another holds it, or its delay has not passed.
 */
export function acquireLock(
  cluster: Cluster,
  ask: VariableWrite,
  lock: LockAsk,
): { index: number; variable: VariableRecord } {
  const times = timesOf(lock);
  const before = currentVariable(cluster, ask.namespace, ask.path);
  const key = keyOf(ask.namespace, ask.path);
  const isOurs = before?.Lock !== undefined && before.Lock.ID === lock.ID;
  if (!isOurs && (before?.Lock !== undefined || isDelayed(cluster, key))) {
    cluster.tables.index += 1;
    throw blankConflict(ask.namespace, ask.path, undefined);
  }
  const ID = isOurs && lock.ID !== undefined ? lock.ID : nextId(cluster.ids);
  const made = { ID, TTL: formatDuration(times.ttl), LockDelay: formatDuration(times.delay) };
  return writeLocked(cluster, ask, made, times, before);
}

function writeLocked(
  cluster: Cluster,
  ask: VariableWrite,
  lock: Required<LockAsk>,
  times: { ttl: number; delay: number },
  before: VariableRecord | undefined,
): { index: number; variable: VariableRecord } {
  let variable: VariableRecord | undefined;
  const index = commit(cluster, 'VariableUpdated', write => {
    variable = lockedRecord(write, ask, lock, before);
    putVariable(write, variable);
  });
  hold(cluster, ask.namespace, ask.path, times);
  if (variable === undefined) throw new Error('a commit runs its change at once');
  return { index, variable };
}

/** A plain write of the holder: the lock stays, its times are those given or the defaults. */
export function writeAsHolder(
  cluster: Cluster,
  ask: VariableWrite,
  lock: LockAsk,
  before: VariableRecord,
): { index: number; variable: VariableRecord } {
  const times = timesOf(lock);
  const kept = { ID: before.Lock?.ID ?? '', TTL: formatDuration(times.ttl), LockDelay: formatDuration(times.delay) };
  return writeLocked(cluster, ask, kept, times, before);
}

/** Renews the lock: nothing is written. 409 means that it is lost. */
export function renewLock(cluster: Cluster, namespace: string, path: string, id: string): VariableRecord {
  if (id === '') throw new Refusal(500, '1 error occurred:\n\t* missing lock ID\n\n');
  const variable = currentVariable(cluster, namespace, path);
  if (variable === undefined) throw new Refusal(404, "variable doesn't exist");
  const held = cluster.locks.get(keyOf(namespace, path));
  if (variable.Lock === undefined || held === undefined) throw new Refusal(409, "variable doesn't hold a lock");
  if (variable.Lock.ID !== id) throw new Refusal(409, 'attempting to modify locked variable');
  held.expires = cluster.now + allowedSilence * held.ttlMs;
  return variable;
}

/** Gives the lock back: no delay follows, and the items stay. */
export function releaseLock(
  cluster: Cluster,
  ask: VariableWrite,
  id: string,
): { index: number; variable: VariableRecord } {
  if (Object.keys(ask.items).length > 0) {
    throw new Refusal(400, "RPC Error:: 400,lock release operation doesn't take variable items", { index: 0 });
  }
  const variable = currentVariable(cluster, ask.namespace, ask.path);
  if (variable?.Lock === undefined) throw new Refusal(500, "variable doesn't hold a lock", { index: 0 });
  checkFree(cluster, variable, id);
  cluster.locks.delete(keyOf(ask.namespace, ask.path));
  return unlock(cluster, variable);
}

/** A new leader starts each lock's TTL anew, once it leads. */
export function renewAllLocks(cluster: Cluster, from: number): void {
  for (const held of cluster.locks.values()) held.expires = from + allowedSilence * held.ttlMs;
}
