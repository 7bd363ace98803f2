/**
 * One event stream, from opening to its end, told as signals. It never opens a second one: a client node has few places
 * for streams and a closed one holds its own for half a minute, so the caller decides when to try again.
 */

import { setImmediate } from 'node:timers/promises';
import type { Clock, Timers } from '../world/types.ts';
import { createContinuity } from './continuity.ts';
import { decodeLine, peekIndex, type Wants } from './decode.ts';
import { createLines } from './lines.ts';
import { describe } from './outcome.ts';
import { startIndex } from './stream-start.ts';
import type { Transport } from './transport.ts';
import type { StreamRequest, StreamSignal } from './types.ts';

export interface StreamDeps {
  readonly clock: Pick<Clock, 'mono'>;
  readonly timers: Timers;
}

export interface StreamOptions {
  /** Until the first line, in milliseconds; default 5 s. A topic that is not permitted opens and stays silent. */
  readonly openWithinMs?: number;
  /** Between two lines; default 35 s. Nomad sends a heartbeat every 30. */
  readonly silentMs?: number;
  /** Longest line, in bytes; default 64 MiB. */
  readonly longestLine?: number;
  /** Events that it refuses are left out of their batch, mostly unparsed. Default: all are wanted. */
  readonly wants?: Wants;
}

/** `close` ends the stream; nothing is told after it. */
export interface EventStream {
  close(): void;
}

type Closed = Extract<StreamSignal, { kind: 'closed' }>['reason'];

/** Others get their turn after so many milliseconds of decoding. */
const turnMs = 20;

/**
 * Opens a stream. With `request.index` 0 it begins at the present (see `startIndex`), and the caller lists at `open`;
 * else it resumes, and tells `gap` before the first batch when the one of that index didn't come again. Batches at or
 * below the highest index handled are dropped. `open` comes at the first line, `closed` once, at the end. Chunks are
 * taken one at a time, and no more is read while one is worked on.
 */
export function openStream(
  transport: Pick<Transport, 'send' | 'stream'>,
  request: StreamRequest,
  onSignal: (signal: StreamSignal) => void,
  deps: StreamDeps,
  options: StreamOptions = {},
): EventStream {
  const { openWithinMs = 5_000, silentMs = 35_000, longestLine = 64 * 2 ** 20, wants } = options;
  const abort = new AbortController();
  let done = false;
  let opened = false;
  let cancelWatch: () => void = () => {};

  const end = () => {
    done = true;
    cancelWatch();
    abort.abort();
  };
  const finish = (reason: Closed, message: string) => {
    if (done) return;
    end();
    onSignal({ kind: 'closed', reason, message });
  };
  const watch = (ms: number, reason: Closed, message: string) => {
    cancelWatch();
    cancelWatch = deps.timers.after(ms, () => finish(reason, message));
  };

  /** One line, unless the stream has ended meanwhile. */
  const take = (line: Buffer, judge: ReturnType<typeof createContinuity>) => {
    if (done || line.length === 0) return;
    watch(silentMs, 'timeout', `no line for ${silentMs / 1000} s: the token may have ended, or the server is gone`);
    if (!opened) {
      opened = true;
      onSignal({ kind: 'open' });
      if (done) return;
    }
    const peeked = peekIndex(line);
    const early = peeked === undefined ? undefined : judge(peeked);
    if (early === 'drop') return;
    const decoded = decodeLine(line, wants);
    if (decoded.kind === 'bad') return finish('error', `the stream is not what Nomad sends: ${decoded.message}`);
    if (decoded.kind === 'beat') return onSignal({ kind: 'beat' });
    const verdict = early ?? judge(decoded.batch.Index);
    if (verdict === 'drop') return;
    if (verdict === 'gap') {
      onSignal({
        kind: 'gap',
        reason: `batch ${request.index} did not come again: events may be lost before ${decoded.batch.Index}`,
      });
      if (done) return;
    }
    onSignal({ kind: 'batch', batch: decoded.batch });
  };

  const read = async (chunks: AsyncIterable<Buffer>, from: number) => {
    const lines = createLines(longestLine);
    const judge = createContinuity(from, request.index > 0);
    let turn = deps.clock.mono();
    for await (const chunk of chunks) {
      for (const line of lines.push(chunk)) {
        take(line, judge);
        if (done) return;
        if (deps.clock.mono() - turn < turnMs) continue;
        await setImmediate();
        turn = deps.clock.mono();
      }
    }
    if (!opened) finish('silent', `the server ended the stream before its first line: ${notPermitted(request)}`);
    else finish('eof', `the server ended the stream${lines.pending() > 0 ? ', in the middle of a line' : ''}`);
  };

  const run = async () => {
    const { signal } = abort;
    const from =
      request.index > 0 ? request.index : await startIndex(each => transport.send(each, { signal }), request);
    if (done) return;
    watch(openWithinMs, 'silent', `no line within ${openWithinMs / 1000} s: ${notPermitted(request)}`);
    const opening = await transport.stream({ ...request, index: from }, signal);
    if (done) return;
    if (opening.kind === 'open') return read(opening.chunks, from);
    const refused = opening.kind === 'refused' && !['unreachable', 'no-leader'].includes(opening.reason);
    finish(refused ? 'refused' : 'error', describe(opening, { method: 'GET', path: '/v1/event/stream' }));
  };

  run().catch(error => finish('error', `the stream broke: ${error instanceof Error ? error.message : String(error)}`));
  return { close: end };
}

/** Nomad opens a stream that is not permitted all the same, and says nothing in it. */
function notPermitted({ namespace, topics }: StreamRequest): string {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  return `the token may not read these topics${where}, or this Nomad does not have them: ${topics.join(', ')}`;
}
