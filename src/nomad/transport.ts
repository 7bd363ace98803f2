/** Nomad over HTTP: one place that has connections, time limits and the token. */

import { type Dispatcher, Pool } from 'undici';
import type { Clock, Timers } from '../world/types.ts';
import type { NomadConfig } from './config.ts';
import { exchange, type Lane, type Reply, textOf } from './exchange.ts';
import { type Failure, outcomeOf, outcomeOfFailure } from './outcome.ts';
import { tlsOptions } from './tls.ts';
import { createTokenSource } from './token.ts';
import type { NomadRequest, NomadResponse, Outcome, StreamRequest } from './types.ts';

export interface TransportDeps {
  readonly clock: Pick<Clock, 'mono'>;
  readonly timers: Timers;
}

/**
 * Connections at once, by kind, so that no kind starves another. In all they stay below the hundred that an agent takes
 * from one client by default; event streams have connections of their own and don't count there.
 */
export interface TransportOptions {
  /** Default 24. */
  readonly connections?: number;
  /** Blocking queries; default 60. */
  readonly blocking?: number;
  /** Taking, renewing and releasing locks; default 4. */
  readonly locks?: number;
  /** Time limit of a request that names none, in milliseconds; default 4000. */
  readonly timeoutMs?: number;
}

export interface SendOptions {
  readonly signal?: AbortSignal;
}

/** A stream's body in pieces as they come, or how opening it ended. Leaving the loop closes the stream. */
export type OpenedStream =
  | { readonly kind: 'open'; readonly chunks: AsyncIterable<Buffer> }
  | Exclude<Outcome, { kind: 'ok' }>;

export interface Transport {
  /** Begins in the tick that it is called in; never rejects. */
  send(request: NomadRequest, options?: SendOptions): Promise<Outcome>;
  /** The event stream from the batch at or after `request.index`. Without time limits: the signal ends it. Never rejects. */
  stream(request: StreamRequest, signal: AbortSignal): Promise<OpenedStream>;
  /** Reads the token's file again, where there is one. */
  reload(): void;
  /** Ends everything under way. */
  close(): Promise<void>;
}

/** Connects on the first call. A SiroccoError (SIR-501) where a file of the configuration can't be read. */
export function createTransport(
  config: NomadConfig,
  { clock, timers }: TransportDeps,
  { connections = 24, blocking = 60, locks = 4, timeoutMs = 4_000 }: TransportOptions = {},
): Transport {
  const { origin, socketPath } = config.address;
  const connect = origin.startsWith('https:') ? { connect: tlsOptions(config.tls) } : {};
  const shared = {
    ...connect,
    ...(socketPath === undefined ? {} : { socketPath }),
    // Each request has one limit of its own for the whole of it.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: 10_000,
    allowH2: false,
  };
  const lane = (most: number): Lane => ({
    dispatcher: new Pool(origin, { ...shared, connections: most }),
    connections: most,
    running: 0,
  });
  const lanes = { calls: lane(connections), blocking: lane(blocking), locks: lane(locks) };
  const streams = new Pool(origin, { ...shared, connections: null });
  const tokens = createTokenSource(config.token, clock);

  const headers = (body: boolean): Record<string, string> => {
    const token = tokens.current();
    return {
      'user-agent': 'sirocco',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { 'x-nomad-token': token }),
      ...(config.httpAuth === undefined ? {} : { authorization: basic(config.httpAuth) }),
    };
  };

  const once = async (request: NomadRequest, limitMs: number, signal: AbortSignal | undefined) => {
    let body: string | undefined;
    try {
      body = request.body === undefined ? undefined : JSON.stringify(request.body);
    } catch (error) {
      const failure: Failure = { started: false, cause: 'socket', message: `not sent: ${textOf(error)}` };
      return failure;
    }
    const options: Dispatcher.DispatchOptions = {
      method: request.method,
      path: pathOf(request, config),
      headers: headers(body !== undefined),
      ...(body === undefined ? {} : { body }),
    };
    return exchange(lanes[laneOf(request)], options, { timeoutMs: limitMs, timers, signal });
  };

  const send = async (request: NomadRequest, { signal }: SendOptions = {}): Promise<Outcome> => {
    const begun = clock.mono();
    const limitMs = request.timeoutMs ?? timeoutMs;
    let result = await once(request, limitMs, signal);
    const left = limitMs - (clock.mono() - begun);
    // Denied is never done: where the token was rotated meanwhile, the new one may ask again.
    if ('status' in result && [401, 403].includes(result.status) && left > 0 && tokens.refresh()) {
      result = await once(request, left, signal);
    }
    return 'status' in result ? outcomeOf(request, responseOf(result)) : outcomeOfFailure(hinted(result));
  };

  /** A server that wants a certificate closes the connection after TLS was set up, without a word. */
  const hinted = (failure: Failure): Failure =>
    failure.started && failure.cause === 'socket' && origin.startsWith('https:') && config.tls.clientCert === undefined
      ? { ...failure, message: `${failure.message}; does it ask for a client certificate (NOMAD_CLIENT_CERT)?` }
      : failure;

  const stream = async (request: StreamRequest, signal: AbortSignal): Promise<OpenedStream> => {
    const path = streamPath(request, config);
    let begun = false;
    try {
      const {
        statusCode,
        body,
        headers: answered,
      } = await streams.request({
        method: 'GET',
        path,
        headers: headers(false),
        signal,
      });
      begun = true;
      if (statusCode === 200) return { kind: 'open', chunks: body };
      const text = Buffer.from(await body.arrayBuffer());
      const response = responseOf({ status: statusCode, headers: answered, body: text });
      const outcome = outcomeOf({ method: 'GET', path: '/v1/event/stream', kind: 'stream' }, response);
      if (outcome.kind !== 'ok') return outcome;
      return {
        kind: 'refused',
        status: statusCode,
        reason: 'error',
        message: `it answered ${statusCode} and no stream`,
      };
    } catch (error) {
      const failure: Failure = { started: begun, cause: 'socket', message: `no stream: ${textOf(error)}` };
      return outcomeOfFailure(failure) as OpenedStream;
    }
  };

  return {
    send,
    stream,
    reload: () => void tokens.refresh(),
    close: async () => {
      const all = [...Object.values(lanes).map(each => each.dispatcher), streams];
      await Promise.all(all.map(each => each.destroy()));
    },
  };
}

function laneOf({ method, query = {} }: NomadRequest): 'calls' | 'blocking' | 'locks' {
  if (method !== 'GET') return Object.keys(query).some(key => key.startsWith('lock-')) ? 'locks' : 'calls';
  return Number(query['index'] ?? 0) > 0 ? 'blocking' : 'calls';
}

type Place = Pick<NomadConfig, 'namespace' | 'region'>;

function pathOf(request: NomadRequest, config: Place): string {
  const search = new URLSearchParams(request.query);
  place(search, request.namespace ?? config.namespace, request.region ?? config.region);
  return search.size === 0 ? request.path : `${request.path}?${search}`;
}

function streamPath({ namespace, topics, index }: StreamRequest, config: Place): string {
  const search = new URLSearchParams();
  if (index > 0) search.set('index', String(index));
  place(search, namespace ?? config.namespace, config.region);
  for (const topic of topics) search.append('topic', topic);
  return `/v1/event/stream?${search}`;
}

function place(search: URLSearchParams, namespace: string | undefined, region: string | undefined): void {
  if (namespace !== undefined) search.set('namespace', namespace);
  if (region !== undefined) search.set('region', region);
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function responseOf({ status, headers, body }: Reply): NomadResponse {
  const index = Number(headers['x-nomad-index'] ?? 0);
  const next = headers['x-nomad-nexttoken'];
  const leader = headers['x-nomad-knownleader'];
  const date = Date.parse(String(headers['date'] ?? ''));
  return {
    status,
    index: Number.isSafeInteger(index) ? index : 0,
    ...(typeof next === 'string' && next !== '' ? { nextToken: next } : {}),
    ...(leader === undefined ? {} : { knownLeader: leader === 'true' }),
    ...(Number.isNaN(date) ? {} : { date }),
    body: parsed(body),
  };
}

function parsed(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
