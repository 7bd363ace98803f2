/** Reads an event stream line by line; tests ask it for what they wait for. */

import type { EventBatch, StreamEvent } from '../../src/nomad/types.ts';
import { until } from '../support/until.ts';

export type StreamLine =
  | { readonly kind: 'beat'; readonly after: number }
  | { readonly kind: 'batch'; readonly after: number; readonly batch: EventBatch };

export interface StreamReader {
  /** All lines so far; `after` is in milliseconds since it was opened. */
  readonly lines: readonly StreamLine[];
  /** HTTP status, once there is one. */
  readonly status: number | undefined;
  /** Whether the server has ended it. */
  readonly ended: boolean;
  /** All events so far, in order. */
  events(): StreamEvent[];
  /** The first event that fits, waiting for it. */
  event(what: string, fits: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  /** Waits for the first `{}`: from then on nothing is missed. */
  opened(): Promise<void>;
  close(): Promise<void>;
}

export function openStream(
  address: string,
  token: string | undefined,
  topics: readonly string[],
  query: Readonly<Record<string, string>>,
): StreamReader {
  const search = new URLSearchParams(query);
  for (const topic of topics) search.append('topic', topic);
  const abort = new AbortController();
  const begun = performance.now();
  const lines: StreamLine[] = [];
  const state: { status: number | undefined; ended: boolean } = { status: undefined, ended: false };
  const take = (text: string): void => {
    if (text.trim() === '') return;
    const value = JSON.parse(text) as Partial<EventBatch>;
    const after = performance.now() - begun;
    const { Index, Events } = value;
    if (Index === undefined) lines.push({ kind: 'beat', after });
    else lines.push({ kind: 'batch', after, batch: { Index, Events: Events ?? [] } });
  };
  const reading = read(`${address}/v1/event/stream?${search}`, token, abort.signal, state, take);
  const events = (): StreamEvent[] => lines.flatMap(line => (line.kind === 'batch' ? line.batch.Events : []));
  return {
    lines,
    get status() {
      return state.status;
    },
    get ended() {
      return state.ended;
    },
    events,
    event: (what, fits) => until(what, () => events().find(fits), { every: 10 }),
    async opened() {
      await until('the first {} of the stream', () => lines.some(line => line.kind === 'beat'), { every: 5 });
    },
    async close() {
      abort.abort();
      await reading;
    },
  };
}

async function read(
  url: string,
  token: string | undefined,
  signal: AbortSignal,
  state: { status: number | undefined; ended: boolean },
  take: (line: string) => void,
): Promise<void> {
  try {
    const response = await fetch(url, { signal, headers: token === undefined ? {} : { 'x-nomad-token': token } });
    state.status = response.status;
    let rest = '';
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      const pieces = (rest + new TextDecoder().decode(chunk, { stream: true })).split('\n');
      rest = pieces.pop() ?? '';
      if (response.ok) for (const piece of pieces) take(piece);
    }
    state.ended = true;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
