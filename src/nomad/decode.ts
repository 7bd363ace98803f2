/** Lines of an event stream: heartbeats and batches. Events that nobody wants are passed over unparsed where that is safe. */

import { endOfValue } from './scan.ts';
import type { EventBatch, StreamEvent } from './types.ts';

/** What is known of an event without parsing what it carries. */
export type EventHead = Omit<StreamEvent, 'Payload'>;

/** Whether an event is worth parsing. */
export type Wants = (head: EventHead) => boolean;

export type Line =
  | { readonly kind: 'beat' }
  | { readonly kind: 'batch'; readonly batch: EventBatch }
  /** Not what Nomad sends. */
  | { readonly kind: 'bad'; readonly message: string };

/**
 * Decodes one line. With `wants`, only events that it takes are in the batch; a batch without any is still one, since its
 * index counts. Never throws.
 */
export function decodeLine(line: Buffer, wants?: Wants): Line {
  try {
    if (wants !== undefined) {
      const batch = sifted(line, wants);
      if (batch !== undefined) return { kind: 'batch', batch };
    }
    return whole(JSON.parse(line.toString()), wants);
  } catch (error) {
    return { kind: 'bad', message: error instanceof Error ? error.message : String(error) };
  }
}

function whole(value: unknown, wants: Wants | undefined): Line {
  if (typeof value !== 'object' || value === null) return { kind: 'bad', message: 'a line that is no object' };
  const { Index, Events } = value as { readonly Index?: unknown; readonly Events?: unknown };
  if (Index === undefined && Events === undefined) return { kind: 'beat' };
  if (typeof Index !== 'number' || !(Array.isArray(Events) || Events === null || Events === undefined)) {
    return { kind: 'bad', message: 'a line that is neither a batch nor a heartbeat' };
  }
  const events = (Events ?? []) as readonly StreamEvent[];
  return { kind: 'batch', batch: { Index, Events: wants === undefined ? events : events.filter(wants) } };
}

/** A batch's own index stands at either end of its line, by the order in which the server writes keys. */
const indexAtEnd = /\],"Index":(\d{1,16})\}\s*$/;
const indexAtStart = /^\{"Index":(\d{1,16}),"Events":\[/;
const eventsAtStart = '{"Events":[';
const peeked = 40;

/** The index of a batch without parsing it; undefined where the line must be parsed to know. */
export function peekIndex(line: Buffer): number | undefined {
  const found =
    indexAtEnd.exec(line.toString('latin1', Math.max(0, line.length - peeked))) ??
    indexAtStart.exec(line.toString('latin1', 0, peeked));
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/**
 * A batch with the wanted events only. The bounds of each event are found by its brackets, so nothing inside of one can
 * pass for another; where a line is not laid out as expected it is undefined, and the line is parsed as a whole.
 */
function sifted(line: Buffer, wants: Wants): EventBatch | undefined {
  const start = indexAtStart.exec(line.toString('latin1', 0, peeked));
  const begins =
    start?.[0] ?? (line.toString('latin1', 0, eventsAtStart.length) === eventsAtStart ? eventsAtStart : '');
  const Index = peekIndex(line);
  if (begins === '' || Index === undefined) return undefined;
  const Events: StreamEvent[] = [];
  let at = begins.length;
  if (line[at] === closing) return { Index, Events };
  while (true) {
    const end = endOfValue(line, at, line.length);
    if (end < 0) return undefined;
    const head = peekHead(line, at, end);
    if (head === undefined || wants(head)) {
      const event = JSON.parse(line.toString('utf8', at, end)) as StreamEvent;
      if (head !== undefined || wants(event)) Events.push(event);
    }
    if (line[end] === closing) return { Index, Events };
    if (line[end] !== comma) return undefined;
    at = end + 1;
  }
}

const closing = 0x5d;
const comma = 0x2c;
/** Longer than any head but one of a job with a very long name, which is then parsed. */
const headLength = 600;
const tailLength = 100;

/** Strings here have no escapes: an event whose head has any is parsed. */
const plain = String.raw`"([^"\\]*)"`;
const headSorted = new RegExp(
  String.raw`^\{"FilterKeys":(null|\[[^\]\\]*\]),"Index":(\d{1,16}),"Key":${plain},"Namespace":${plain},"Payload":`,
);
const tailSorted = new RegExp(String.raw`,"Topic":${plain},"Type":${plain}\}$`);
const headDeclared = new RegExp(
  String.raw`^\{"Topic":${plain},"Type":${plain},"Key":${plain},"Namespace":${plain},"FilterKeys":(null|\[[^\]\\]*\]),"Index":(\d{1,16}),"Payload":`,
);

/** The head of the event in these bytes; undefined: it must be parsed to know. */
function peekHead(line: Buffer, from: number, end: number): EventHead | undefined {
  const head = line.toString('utf8', from, Math.min(end, from + headLength));
  const sorted = headSorted.exec(head);
  if (sorted !== null) {
    const [, keys = '', index = '', key = '', namespace = ''] = sorted;
    const [, topic = '', type = ''] =
      tailSorted.exec(line.toString('latin1', Math.max(from, end - tailLength), end)) ?? [];
    return topic === '' ? undefined : headOf(topic, type, key, namespace, keys, index);
  }
  const [, topic = '', type = '', key = '', namespace = '', keys = '', index = ''] = headDeclared.exec(head) ?? [];
  return topic === '' ? undefined : headOf(topic, type, key, namespace, keys, index);
}

function headOf(topic: string, type: string, key: string, namespace: string, keys: string, index: string): EventHead {
  return {
    Topic: topic as StreamEvent['Topic'],
    Type: type,
    Key: key,
    Namespace: namespace,
    FilterKeys: JSON.parse(keys) as readonly string[] | null,
    Index: Number(index),
  };
}
