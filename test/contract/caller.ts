/** Asking a Nomad as one token, in one namespace. */

import { setTimeout as pause } from 'node:timers/promises';
import { createTransport, type Transport } from '../../src/nomad/transport.ts';
import type { NomadRequest, NomadResponse } from '../../src/nomad/types.ts';
import { openStream, type StreamReader } from './stream-reader.ts';

export type Query = Readonly<Record<string, string>>;

export interface Caller {
  readonly address: string;
  readonly namespace: string;
  /** Absent: no token at all. */
  readonly token: string | undefined;
  readonly transport: Transport;
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

/** Any status is an answer to these tests. */
const accept = Array.from({ length: 300 }, (_, n) => 300 + n);

/** A caller whose requests go through the project's own transport. An unreachable server makes it throw. */
export function caller(address: string, namespace: string, token: string | undefined): Caller {
  const transport = transportOf(address, token);
  const send = async (method: NomadRequest['method'], path: string, query: Query = {}, body?: unknown) => {
    const request = { method, path, query, namespace, kind: 'contract', timeoutMs: 60_000, accept };
    const outcome = await transport.send({ ...request, ...(body === undefined ? {} : { body }) });
    if (outcome.kind !== 'ok') throw new Error(`${method} ${path}: ${outcome.kind}: ${outcome.message}`);
    return outcome.response;
  };
  return {
    address,
    namespace,
    token,
    transport,
    get: (path, query) => send('GET', path, query),
    put: (path, body, query) => send('PUT', path, query, body),
    post: (path, body, query) => send('POST', path, query, body),
    delete: (path, query) => send('DELETE', path, query),
    stream: (topics, query = {}) => openStream(address, token, topics, { namespace, ...query }),
    as: other => caller(address, namespace, other),
    in: other => caller(address, other, token),
  };
}

/** Real time, for what of the project is handed its clock. */
export const deps = { clock: { mono: () => performance.now() }, timers: { after } };

const transports = new Map<string, Transport>();

/** One transport a server and token: its connections are kept for the next call. */
function transportOf(address: string, token: string | undefined): Transport {
  const key = `${address} ${token}`;
  const known = transports.get(key);
  if (known !== undefined) return known;
  const config = {
    address: { origin: address },
    token: token === undefined ? {} : { value: token },
    tls: { skipVerify: false },
  };
  const made = createTransport(config, deps);
  transports.set(key, made);
  return made;
}

/** Closes the connections of all callers of a server. */
export async function closeCallers(address: string): Promise<void> {
  for (const [key, transport] of transports) {
    if (!key.startsWith(`${address} `)) continue;
    transports.delete(key);
    await transport.close();
  }
}

function after(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}

/** Time in which whatever a server sends by itself would have come: for what must *not* come there is no condition. */
export const unheard = (): Promise<void> => pause(700);
