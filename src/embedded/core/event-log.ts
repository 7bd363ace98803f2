/** The event buffer: the last batches, in the order of their indexes. */

import type { EventBatch } from '../../nomad/types.ts';
import { takeMisbehaviour } from './misbehave.ts';
import type { Cluster, EventLog } from './types.ts';

/** Nomad's default `event_buffer_size`, in batches. */
export const eventBufferSize = 100;

export function createEventLog(size: number): EventLog {
  return { first: 0, batches: [], size };
}

/** Adds a batch, and drops the oldest past the size. A misbehaving server loses it. */
export function appendBatch(cluster: Cluster, batch: EventBatch): void {
  if (takeMisbehaviour(cluster, 'lose-events', batch.Events) !== undefined) return;
  const { events } = cluster;
  events.batches.push(batch);
  if (events.batches.length > events.size) {
    events.batches.shift();
    events.first += 1;
  }
}

/** The number that the next batch gets. */
export function nextBatch(events: EventLog): number {
  return events.first + events.batches.length;
}

/**
 * Where a stream that asked for `index` begins: at that batch, else at the closest one held, which is the newest
 * where the index is yet to come. 0 asks for the whole buffer.
 */
export function batchClosest(events: EventLog, index: number): number {
  if (index === 0) return events.first;
  const at = events.batches.findIndex(batch => batch.Index >= index);
  if (at >= 0) return events.first + at;
  return Math.max(events.first, nextBatch(events) - 1);
}

export function batchAt(events: EventLog, number: number): EventBatch | undefined {
  return events.batches[number - events.first];
}
