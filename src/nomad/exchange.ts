/** One request over a pool of connections, with one time limit for the whole of it. */

import type { Dispatcher } from 'undici';
import type { Timers } from '../world/types.ts';
import type { Failure } from './outcome.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A pool, and how many of its connections are taken. */
export interface Lane {
  readonly dispatcher: Dispatcher;
  readonly connections: number;
  running: number;
}

export interface ExchangeLimits {
  /** From now to the last byte of the answer, waiting for a connection included. */
  readonly timeoutMs: number;
  readonly timers: Timers;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends before it returns where a connection is free, and never rejects. What had not begun to be written when the time
 * was up is never written. A limit that passes afterwards closes the connection.
 */
export function exchange(
  lane: Lane,
  options: Dispatcher.DispatchOptions,
  { timeoutMs, timers, signal }: ExchangeLimits,
): Promise<Reply | Failure> {
  const { promise, resolve } = Promise.withResolvers<Reply | Failure>();
  const chunks: Buffer[] = [];
  let controller: Dispatcher.DispatchController | undefined;
  let reply: Omit<Reply, 'body'> = { status: 0, headers: {} };
  let started = false;
  let settled = false;

  const settle = (result: Reply | Failure) => {
    if (settled) return;
    settled = true;
    if (started) lane.running -= 1;
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
    resolve(result);
  };
  const giveUp = (failure: Failure) => {
    settle(failure);
    controller?.abort(new Error(failure.message));
  };
  const onAbort = () => {
    giveUp({
      started,
      cause: 'cancelled',
      message: started ? 'given up before it was answered' : 'not sent: given up',
    });
  };
  const onTimeout = () => {
    if (started) return giveUp({ started, cause: 'timeout', message: `no answer within ${timeoutMs} ms` });
    const busy = lane.running >= lane.connections;
    const why = busy ? `all ${lane.connections} connections were busy` : 'no connection';
    giveUp({ started, cause: busy ? 'busy' : 'timeout', message: `not sent: ${why} for ${timeoutMs} ms` });
  };
  const onError = (error: Error) => {
    const message = started ? `the connection broke: ${textOf(error)}` : `no connection: ${textOf(error)}`;
    settle({ started, cause: 'socket', message });
  };

  const cancelTimer = timers.after(timeoutMs, onTimeout);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) {
    onAbort();
    return promise;
  }
  try {
    lane.dispatcher.dispatch(options, {
      onRequestStart: begun => {
        controller = begun;
        if (settled) return begun.abort(new Error('not sent: its time was up'));
        started = true;
        lane.running += 1;
      },
      onResponseStart: (_, status, headers) => {
        reply = { status, headers };
      },
      onResponseData: (_, chunk) => {
        chunks.push(chunk);
      },
      onResponseEnd: () => settle({ ...reply, body: Buffer.concat(chunks) }),
      onResponseError: (_, error) => onError(error),
    });
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
  }
  return promise;
}

/** An error's code, or that of the first of several (one for each address that was tried). */
function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? codeOf(first) : undefined;
}

/** An error in words: that of several addresses has none of its own. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message === '' && error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  const code = codeOf(error);
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
