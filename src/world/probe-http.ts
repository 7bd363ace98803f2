/** One HTTP question over a connection of its own: no proxy, no redirect, no cookie, nothing kept. */

import { buildConnector, Client, type Dispatcher } from 'undici';
import type { HttpCall } from '../probes/probe.ts';
import { type Failure, failureOf } from './probe-failure.ts';
import type { Route } from './probe-lookup.ts';

/** Of a body more is neither read nor waited for. */
const longestBody = 64 * 1024;
const longestHeaders = 16 * 1024;

export interface HttpReply {
  readonly status: number;
  readonly body: string;
  readonly truncated: boolean;
  readonly encoding?: string;
}

/** Told what is being waited for. */
export type Progress = (waitingFor: string) => void;

/** Asks; never rejects. The signal closes the connection. */
export async function askHttp(
  call: HttpCall,
  url: URL,
  route: Route,
  signal: AbortSignal,
  progress: Progress,
): Promise<HttpReply | Failure> {
  const place = `${route.to.host}:${route.to.port}`;
  const client = new Client(url.origin, {
    connect: connectorOf(route, signal),
    // One limit for the whole is kept by the caller.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: longestHeaders,
    allowH2: false,
  });
  const close = () => void client.destroy().catch(() => undefined);
  signal.addEventListener('abort', close);
  try {
    progress(`${place} to connect`);
    return await exchange(client, call, url, place, progress);
  } catch (error) {
    return failureOf(error, place);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function connectorOf({ lookup, isAt }: Route, signal: AbortSignal): buildConnector.connector {
  // A client that is destroyed forgets a connection that is still being made: the signal ends that one.
  const connect = buildConnector({ signal, lookup, autoSelectFamily: true, allowH2: false, timeout: 0 });
  return (options, done) => {
    connect(options, (...[error, socket]) => {
      if (socket === null || error !== null) return done(error ?? new Error('no connection'), null);
      if (isAt(socket)) return done(null, socket);
      socket.destroy();
      done(new Error('connected to an address that was not judged'), null);
    });
  };
}

function exchange(
  client: Client,
  { method, headers, body: sent }: HttpCall,
  url: URL,
  place: string,
  progress: Progress,
): Promise<HttpReply> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpReply>();
  const chunks: Buffer[] = [];
  let length = 0;
  let head: { readonly status: number; readonly encoding?: string } = { status: 0 };
  const finish = (truncated: boolean) => {
    // A sign that was cut in two at the end is left out, not shown as broken.
    const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, longestBody), { stream: truncated });
    resolve({ ...head, body: text, truncated });
  };
  const options: Dispatcher.DispatchOptions = {
    method,
    path: `${url.pathname}${url.search}`,
    headers: { 'user-agent': 'sirocco', 'accept-encoding': 'identity', ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  };
  client.dispatch(options, {
    onRequestStart: () => progress(`an answer of ${place}`),
    onResponseStart: (_, status, answered) => {
      const encoding = answered['content-encoding'];
      const isEncoded = typeof encoding === 'string' && encoding !== '' && encoding !== 'identity';
      head = { status, ...(isEncoded ? { encoding: encoding.slice(0, 20) } : {}) };
      progress(`the rest of the answer of ${place}`);
    },
    onResponseData: (controller, chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= longestBody) return;
      finish(true);
      controller.abort(new Error('the rest is not wanted'));
    },
    onResponseEnd: () => finish(false),
    onResponseError: (_, error) => reject(error),
  });
  return promise;
}
