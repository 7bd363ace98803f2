/** Event streams: what each line of one is, and when it falls silent or ends. */

import type { EventBatch, StreamEvent } from '../../nomad/types.ts';
import { type Access, accessOf } from './acl.ts';
import { batchAt, batchClosest, nextBatch } from './event-log.ts';
import { takeMisbehaviour } from './misbehave.ts';
import type { Cluster } from './types.ts';

export interface Subscribe {
  /** Default: `default`. */
  readonly namespace?: string;
  /** Such as `Allocation:web` or `Node`; empty: all topics. */
  readonly topics: readonly string[];
  /** 0: the whole buffer first. */
  readonly index: number;
  readonly token?: string;
}

export type StreamLine = { readonly kind: 'beat' } | { readonly kind: 'batch'; readonly batch: EventBatch };

export interface Subscription {
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  readonly namespaces: ReadonlySet<string>;
  readonly token: string | undefined;
  /** Number of the next batch to look at. */
  next: number;
  nextBeat: number;
  /** No line at all, until it is over: denied, or the server is frozen. */
  silent: boolean;
  /** The cuts before it was opened: one more ends it. */
  readonly cuts: number;
  /** When it ends by itself; its reader lost the right. */
  endsAt: number | undefined;
  ended: string | undefined;
}

const beatMs = 30_000;

/** `{}` or a text that says what is wrong with a topic. */
function parseTopics(topics: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> | string {
  const wanted = new Map<string, Set<string>>();
  for (const topic of topics.length === 0 ? ['*'] : topics) {
    const parts = topic.split(':');
    if (parts.length > 2) {
      return `Invalid topic query: error parsing topics: Invalid key value pair for topic, topic: ${topic}`;
    }
    const [name = '', key = '*'] = parts;
    const keys = wanted.get(name) ?? new Set<string>();
    wanted.set(name, keys.add(key));
  }
  return wanted;
}

const ofJobs = new Set(['Allocation', 'Job', 'Deployment', 'Evaluation', 'Service']);

function mayRead(access: Access | undefined, topics: Iterable<string>, namespace: string): boolean {
  if (access === undefined) return false;
  for (const topic of topics) {
    if (access.management) continue;
    if (ofJobs.has(topic)) {
      if (!access.allows(namespace, 'read-job')) return false;
    } else if (topic === 'Node') {
      if (!access.node('read')) return false;
    } else if (topic !== 'Variable' || !access.anyVariable(namespace)) {
      return false;
    }
  }
  return true;
}

const stillMay = (cluster: Cluster, subscription: Subscription): boolean => {
  const access = accessOf(cluster, subscription.token);
  return [...subscription.namespaces].every(namespace => mayRead(access, subscription.wanted.keys(), namespace));
};

/**
 * Opens a stream. A bad topic is refused with status 400; a denied or unknown one opens and stays silent.
 * `namespace` `*` stands for the namespaces that exist now.
 */
export function subscribe(cluster: Cluster, ask: Subscribe): Subscription | { status: number; message: string } {
  const wanted = parseTopics(ask.topics);
  if (typeof wanted === 'string') return { status: 400, message: wanted };
  const namespace = ask.namespace ?? 'default';
  const namespaces = new Set(namespace === '*' ? cluster.tables.namespaces.keys() : [namespace]);
  const replay = takeMisbehaviour(cluster, 'replay') !== undefined;
  const subscription: Subscription = {
    wanted,
    namespaces,
    token: ask.token,
    next: replay ? cluster.events.first : batchClosest(cluster.events, ask.index),
    nextBeat: cluster.now,
    silent: false,
    cuts: cluster.streamCuts,
    endsAt: undefined,
    ended: undefined,
  };
  subscription.silent = takeMisbehaviour(cluster, 'silent-stream') !== undefined || !stillMay(cluster, subscription);
  return subscription;
}

function concerns(subscription: Subscription, access: Access, event: StreamEvent): boolean {
  if (event.Namespace !== undefined && event.Namespace !== '' && !subscription.namespaces.has(event.Namespace)) {
    return false;
  }
  const keys = subscription.wanted.get(event.Topic) ?? subscription.wanted.get('*');
  if (keys === undefined) return false;
  const named = keys.has('*') || keys.has(event.Key) || event.FilterKeys?.some(key => keys.has(key)) === true;
  if (!named) return false;
  return event.Topic !== 'Variable' || access.variable(event.Namespace ?? '', event.Key, 'list');
}

function filterBatch(subscription: Subscription, access: Access, batch: EventBatch): EventBatch | undefined {
  const events = batch.Events.filter(event => concerns(subscription, access, event));
  if (events.length === 0) return undefined;
  return events.length === batch.Events.length ? batch : { Index: batch.Index, Events: events };
}

function losesRight(cluster: Cluster, subscription: Subscription): void {
  subscription.silent = true;
  subscription.endsAt = cluster.now + 1000 + cluster.jitter.below(44_000);
}

/**
 * The lines that a stream has for its reader now. Afterwards `ended` tells whether it is over: a reader more than the
 * buffer behind, one that lost its right some seconds ago, or a cut.
 */
export function take(cluster: Cluster, subscription: Subscription): StreamLine[] {
  if (subscription.ended !== undefined) return [];
  if (subscription.cuts !== cluster.streamCuts) {
    subscription.ended = 'eof';
    return [];
  }
  if (subscription.endsAt !== undefined && subscription.endsAt <= cluster.now) {
    subscription.ended = 'eof';
    return [];
  }
  if (subscription.silent || cluster.streamsPausedUntil > cluster.now) return [];
  if (cluster.acl && !stillMay(cluster, subscription)) {
    losesRight(cluster, subscription);
    return [];
  }
  const lines: StreamLine[] = [];
  const access = accessOf(cluster, subscription.token);
  if (cluster.now >= subscription.nextBeat) {
    lines.push({ kind: 'beat' });
    subscription.nextBeat = cluster.now + beatMs;
  }
  if (subscription.next < cluster.events.first) {
    subscription.ended = 'event dropped from buffer';
    return lines;
  }
  while (access !== undefined && subscription.next < nextBatch(cluster.events)) {
    const held = batchAt(cluster.events, subscription.next);
    const batch = held === undefined ? undefined : filterBatch(subscription, access, held);
    if (batch !== undefined) lines.push({ kind: 'batch', batch });
    subscription.next += 1;
  }
  return lines;
}

/** When a stream has something to say by itself: its next heartbeat, or its end. */
export function streamDue(subscription: Subscription): number | undefined {
  if (subscription.ended !== undefined) return undefined;
  if (subscription.silent) return subscription.endsAt;
  return subscription.nextBeat;
}
