/** Asking a Nomad as one token, in one namespace. */

import { setTimeout as pause } from 'node:timers/promises';
import type { NomadRequest, NomadResponse } from '../../src/nomad/types.ts';
import { openStream, type StreamReader } from './stream-reader.ts';

export interface Caller {
  readonly address: string;
  readonly namespace: string;
  /** Absent: no token at all. */
  readonly token: string | undefined;
  get(path: string, query?: Query): Promise<NomadResponse>;
  put(path: string, body?: unknown, query?: Query): Promise<NomadResponse>;
  post(path: string, body?: unknown, query?: Query): Promise<NomadResponse>;
  delete(path: string, query?: Query): Promise<NomadResponse>;
  /** The event stream; `query` may replace the namespace and give an index. */
  stream(topics: readonly string[], query?: Query): StreamReader;
  /** The same token in another namespace. */
  in(namespace: string): Caller;
  /** Another token in the same namespace. */
  as(token: string): Caller;
}

export type Query = Readonly<Record<string, string>>;

/** Any status is an answer here; only an unreachable server throws. */
export function caller(address: string, namespace: string, token: string | undefined): Caller {
  const send = (method: NomadRequest['method'], path: string, query: Query = {}, body?: unknown) =>
    ask(address, token, method, path, { namespace, ...query }, body);
  return {
    address,
    namespace,
    token,
    get: (path, query) => send('GET', path, query),
    put: (path, body, query) => send('PUT', path, query, body),
    post: (path, body, query) => send('POST', path, query, body),
    delete: (path, query) => send('DELETE', path, query),
    stream: (topics, query = {}) => openStream(address, token, topics, { namespace, ...query }),
    as: other => caller(address, namespace, other),
    in: other => caller(address, other, token),
  };
}

async function ask(
  address: string,
  token: string | undefined,
  method: string,
  path: string,
  query: Query,
  body: unknown,
): Promise<NomadResponse> {
  const response = await fetch(`${address}${path}?${new URLSearchParams(query)}`, {
    method,
    signal: AbortSignal.timeout(60_000),
    headers: token === undefined ? {} : { 'x-nomad-token': token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const nextToken = response.headers.get('x-nomad-nexttoken');
  return {
    status: response.status,
    index: Number(response.headers.get('x-nomad-index') ?? 0),
    ...(nextToken === null ? {} : { nextToken }),
    body: parsed(text),
  };
}

/** JSON, or the text: Nomad's errors are plain words. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}

/** Time in which whatever a server sends by itself would have come: for what must *not* come there is no condition. */
export const unheard = (): Promise<void> => pause(700);
