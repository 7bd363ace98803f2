/** Servers on loopback and an asker that may reach them, for tests of probes. */

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { parseHostRules } from '../base/host-rules.ts';
import type { NetCall, ProbeAnswer } from '../probes/probe.ts';
import { askProbe, type ProbeNetOptions } from './probe-net.ts';
import { realClock, realTimers } from './real.ts';

const endings: (() => void)[] = [];

/** Closes what the tests opened. */
export function closeAll(): void {
  for (const end of endings.splice(0)) end();
}

/** A port, and the connections that came to it. */
export interface Listening {
  readonly port: number;
  readonly sockets: readonly Socket[];
}

async function listen(server: Server, host: string): Promise<Listening> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  server.listen(0, host);
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { sockets, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

export function serveHttp(listener: RequestListener, host = '127.0.0.1'): Promise<Listening> {
  return listen(createServer(listener), host);
}

/** Over TLS, with a certificate and its key. */
export function serveTls(pair: { readonly cert: string; readonly key: string }): Promise<Listening> {
  return listen(
    createTlsServer({ ...pair }, (_, response) => response.end('safe')),
    '127.0.0.1',
  );
}

export function serveTcp(onSocket: (socket: Socket) => void = () => undefined, host = '127.0.0.1'): Promise<Listening> {
  return listen(createTcpServer(onSocket), host);
}

/** Asks with loopback allowed, unless told otherwise. */
export function ask(
  call: NetCall,
  over: Partial<ProbeNetOptions> & { hosts?: string | null } = {},
): Promise<ProbeAnswer> {
  const { hosts = '127.0.0.0/8, ::1', ...options } = over;
  const rules = parseHostRules(hosts ?? '');
  if (!rules.ok) throw new Error(`${hosts} can't be read`);
  const allow = hosts === null ? {} : { allow: rules.value };
  return askProbe(call, { denied: { endpoints: [] }, clock: realClock, timers: realTimers, ...allow, ...options });
}

/** A question for a URL. */
export function get(url: string, over: Partial<Extract<NetCall, { op: 'http' }>> = {}): NetCall {
  return { op: 'http', method: 'GET', url, headers: {}, timeoutMs: 5_000, ...over };
}

export function dial(address: string, timeoutMs = 5_000): NetCall {
  return { op: 'tcp', address, timeoutMs };
}

/** Once the other side has closed it; what it had sent is thrown away. */
export function closed(socket: Socket | undefined): Promise<void> {
  if (socket === undefined || socket.destroyed) return Promise.resolve();
  socket.resume();
  return new Promise(resolve => socket.once('close', () => resolve()));
}

/** A name for each list of addresses; each asked name is noted. */
export function names(table: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return table[host] ?? Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  };
  return { asked, resolve };
}
