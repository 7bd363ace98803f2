/** What the tests of this folder share: a server that answers as told, and time by hand. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Timers } from '../world/types.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeNomad {
  readonly address: string;
  /** Requests so far, in order. */
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

type Handler = (seen: Seen, response: ServerResponse) => void;

/** Listens on loopback, or on a socket; with `tls` as https. */
export async function fakeNomad(
  handle: Handler,
  { socketPath, tls }: { readonly socketPath?: string; readonly tls?: ServerOptions } = {},
): Promise<FakeNomad> {
  const seen: Seen[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      seen.push(one);
      handle(one, response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  if (socketPath === undefined) server.listen(0, '127.0.0.1');
  else server.listen(socketPath);
  await once(server, 'listening');
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    address:
      socketPath === undefined
        ? `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
        : `unix://${socketPath}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers as Nomad does: JSON, or the plain words of an error. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, headers);
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export interface HandTime extends Timers {
  mono(): number;
  /** Lets time pass: due timers fire in order, each at its instant. */
  advance(ms: number): void;
  /** Timers that are set. */
  pending(): number;
}

/** Time that stands still until it is told to pass. */
export function handTime(): HandTime {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  return {
    mono: () => now,
    after: (ms, fn) => {
      const timer = { at: now + ms, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: ms => {
      const until = now + ms;
      for (;;) {
        const due = [...timers].filter(timer => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = due.at;
        due.fn();
      }
      now = until;
    },
    pending: () => timers.size,
  };
}
