import { describe, expect, it, vi } from 'vitest';
import { openStream, type StreamOptions } from './event-stream.ts';
import { type HandTime, handTime } from './fake-nomad.ts';
import type { OpenedStream } from './transport.ts';
import type { NomadRequest, Outcome, StreamRequest, StreamSignal } from './types.ts';

const topics = ['Allocation:web', 'Job:web'];

/** A body that gives what it is told to, and sees how far it was read. */
function body() {
  const chunks: (Buffer | undefined)[] = [];
  let wake: () => void = () => {};
  let taken = 0;
  const push = (chunk: Buffer | undefined) => {
    chunks.push(chunk);
    wake();
  };
  return {
    push: (text: string) => push(Buffer.from(text)),
    bytes: push,
    end: () => push(undefined),
    taken: () => taken,
    async *read(signal: AbortSignal): AsyncGenerator<Buffer> {
      while (true) {
        signal.throwIfAborted();
        if (chunks.length === 0) {
          await new Promise<void>(resolve => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve());
          });
          continue;
        }
        const chunk = chunks.shift();
        if (chunk === undefined) return;
        taken += 1;
        yield chunk;
      }
    },
  };
}

interface Start extends StreamOptions {
  /** Default 0. */
  readonly index?: number;
  readonly fails?: OpenedStream;
  readonly onBatch?: () => void;
  /** What each look at the clock costs. */
  readonly lookMs?: number;
}

function start({ index = 0, fails, onBatch, lookMs = 0, ...options }: Start = {}) {
  const time: HandTime = handTime();
  let looks = 0;
  const clock = {
    mono: () => {
      looks += 1;
      return time.mono() + looks * lookMs;
    },
  };
  const stream = body();
  const told: StreamSignal[] = [];
  const asked: StreamRequest[] = [];
  const listed: NomadRequest[] = [];
  const transport = {
    send: async (one: NomadRequest): Promise<Outcome> => {
      listed.push(one);
      return { kind: 'ok', response: { status: 200, index: 100, body: [] } };
    },
    stream: async (one: StreamRequest, signal: AbortSignal): Promise<OpenedStream> => {
      asked.push(one);
      return fails ?? { kind: 'open', chunks: stream.read(signal) };
    },
  };
  const request = { namespace: 'shop', topics, index };
  const onSignal = (signal: StreamSignal) => {
    told.push(signal);
    if (signal.kind === 'batch') onBatch?.();
  };
  const handle = openStream(transport, request, onSignal, { clock, timers: time }, options);
  const seen = (count: number) => vi.waitUntil(() => told.length >= count);
  const words = () => told.map(signal => (signal.kind === 'batch' ? `batch ${signal.batch.Index}` : signal.kind));
  return { time, stream, told, words, asked, listed, handle, seen };
}

const batch = (index: number, key = 'a') =>
  `{"Events":[{"FilterKeys":null,"Index":${index},"Key":"${key}","Namespace":"shop","Payload":{},"Topic":"Job","Type":"JobRegistered"}],"Index":${index}}\n`;

/** Lets everything that is under way happen. */
const settle = () => new Promise(resolve => setImmediate(resolve));

describe('openStream', () => {
  it('begins at the present, tells of its opening, its heartbeats and its batches', async () => {
    const { stream, words, asked, listed, seen } = start();
    stream.push(`{}\n${batch(101)}`);
    stream.push('{}\n');
    await seen(4);
    expect(words()).toEqual(['open', 'beat', 'batch 101', 'beat']);
    expect(listed).toMatchObject([{ path: '/v1/allocations', query: { per_page: '1' }, namespace: 'shop' }]);
    expect(asked).toMatchObject([{ namespace: 'shop', topics, index: 100 }]);
  });

  it('drops what happened before it began', async () => {
    const { stream, words, seen } = start();
    stream.push(`{}\n${batch(99)}${batch(100)}${batch(102)}`);
    await seen(3);
    expect(words()).toEqual(['open', 'beat', 'batch 102']);
  });

  it('resumes without a list, and without a gap where the last batch comes again', async () => {
    const { stream, words, asked, listed, seen } = start({ index: 50 });
    stream.push(`{}\n${batch(50)}${batch(51)}`);
    await seen(3);
    expect(words()).toEqual(['open', 'beat', 'batch 51']);
    expect(asked).toMatchObject([{ index: 50 }]);
    expect(listed).toEqual([]);
  });

  it('tells of a gap where it does not', async () => {
    const { stream, words, told, seen } = start({ index: 50 });
    stream.push(`{}\n${batch(60)}${batch(61)}`);
    await seen(5);
    expect(words()).toEqual(['open', 'beat', 'gap', 'batch 60', 'batch 61']);
    expect(told[2]).toEqual({ kind: 'gap', reason: 'batch 50 did not come again: events may be lost before 60' });
  });

  it('reads lines that are cut anywhere, within characters too', async () => {
    const { stream, told, seen } = start();
    const bytes = Buffer.from(`{}\n${batch(101, 'größe-\u{1F42B}')}`);
    for (const byte of bytes) stream.bytes(Buffer.from([byte]));
    await seen(3);
    expect(told[2]).toMatchObject({ batch: { Events: [{ Key: 'größe-\u{1F42B}' }] } });
  });

  it('leaves out what nobody wants, and still tells the index', async () => {
    const { stream, told, seen } = start({ wants: head => head.Key === 'b' });
    stream.push(`{}\n${batch(101, 'a')}${batch(102, 'b')}`);
    await seen(4);
    expect(told.slice(2)).toMatchObject([
      { batch: { Index: 101, Events: [] } },
      { batch: { Index: 102, Events: [{ Key: 'b' }] } },
    ]);
  });

  it('ends as silent when no line comes within five seconds', async () => {
    const { time, told, asked, seen } = start();
    await vi.waitUntil(() => asked.length === 1);
    time.advance(4_999);
    expect(told).toEqual([]);
    time.advance(1);
    await seen(1);
    expect(told).toEqual([
      {
        kind: 'closed',
        reason: 'silent',
        message: expect.stringMatching(/within 5 s: .*namespace shop.*Allocation:web, Job:web$/),
      },
    ]);
    expect(time.pending()).toBe(0);
  });

  it('ends as silent when it is closed before its first line', async () => {
    const { stream, told, seen } = start();
    stream.end();
    await seen(1);
    expect(told).toMatchObject([{ kind: 'closed', reason: 'silent' }]);
  });

  it('ends when no line comes for 35 seconds, each line beginning them anew', async () => {
    const { time, stream, words, told, seen } = start();
    stream.push('{}\n');
    await seen(2);
    time.advance(34_000);
    stream.push('{}\n');
    await seen(3);
    time.advance(34_999);
    expect(words()).toEqual(['open', 'beat', 'beat']);
    time.advance(1);
    expect(told.at(-1)).toMatchObject({ kind: 'closed', reason: 'timeout' });
  });

  it.each([
    ['eof', '{}\n', 'the server ended the stream'],
    ['eof', '{}\n{"Ev', 'the server ended the stream, in the middle of a line'],
  ])('ends as %s after %j', async (reason, text, message) => {
    const { stream, told, time, seen } = start();
    stream.push(text);
    stream.end();
    await seen(3);
    expect(told.at(-1)).toEqual({ kind: 'closed', reason, message });
    expect(time.pending()).toBe(0);
  });

  it.each(['nonsense\n', '{"Index":"x"}\n', 'x'.repeat(50)])(
    'ends as an error where Nomad does not speak: %j',
    async text => {
      const { stream, told } = start({ longestLine: 40 });
      stream.push(text);
      await vi.waitUntil(() => told.some(signal => signal.kind === 'closed'));
      expect(told.at(-1)).toMatchObject({ kind: 'closed', reason: 'error' });
    },
  );

  it.each<[OpenedStream, string]>([
    [{ kind: 'refused', status: 403, reason: 'denied', message: 'Permission denied' }, 'refused'],
    [{ kind: 'refused', status: 0, reason: 'unreachable', message: 'no connection' }, 'error'],
    [{ kind: 'ambiguous', status: 500, message: 'msgpack decode error [pos 0]: EOF' }, 'error'],
  ])('ends where it is not opened: %o', async (fails, reason) => {
    const { told, seen } = start({ fails });
    await seen(1);
    expect(told).toEqual([{ kind: 'closed', reason, message: expect.stringContaining('GET /v1/event/stream: ') }]);
  });

  it('tells nothing more once it was closed, and sets no timer', async () => {
    const { stream, told, handle, time, seen } = start();
    stream.push('{}\n');
    await seen(2);
    handle.close();
    stream.push(batch(101));
    stream.end();
    await settle();
    time.advance(60_000);
    expect(told).toHaveLength(2);
    expect(time.pending()).toBe(0);
  });

  it('is not opened at all when it is closed at once', async () => {
    const { handle, asked, told } = start();
    handle.close();
    await settle();
    expect([asked, told]).toEqual([[], []]);
  });

  it('reads no chunk before the one at hand is done, and lets others have their turn within it', async () => {
    // Each look at the clock costs 30 ms: after every line the others have a turn, and here one closes the stream.
    const { stream, words, handle, time } = start({ lookMs: 30, onBatch: () => setImmediate(() => handle.close()) });
    stream.push([101, 102, 103, 104].map(each => batch(each)).join(''));
    stream.push(batch(105));
    await vi.waitUntil(() => words().includes('batch 101') && time.pending() === 0);
    expect(words()).not.toContain('batch 103');
    expect(stream.taken()).toBe(1);
  });
});
