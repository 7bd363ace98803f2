/** Writes to the tables: one is one Raft index, and one batch on the event stream. */

import type { StreamEvent, Topic } from '../../nomad/types.ts';
import { appendBatch } from './event-log.ts';
import type { Change, Cluster, TableName, Tables } from './types.ts';

const changesKept = 20_000;

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
