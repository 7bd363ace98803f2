/** The embedded cluster behind a socket: HTTP with blocking queries, event streams and logs, as Nomad serves them. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { NomadRequest } from '../nomad/types.ts';
import type { World } from '../world/types.ts';
import { advance, nextDue, report, takeOrders } from './core/advance.ts';
import { type Asked, type Blocked, type Handled, handle, poll } from './core/handle.ts';
import { setHttpAddress } from './core/nodes.ts';
import { type Subscription, streamDue, subscribe, take } from './core/subscription.ts';
import type { Cluster } from './core/types.ts';
import { methods, type Parsed, parseRequest, readBody, sendAnswer } from './http-message.ts';
import { sendLogs } from './log-stream.ts';
import { createProcesses, type Processes } from './processes.ts';

export interface ServeOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly world: Pick<World, 'wall' | 'after' | 'log'>;
}

export interface Served {
  /** Such as `http://127.0.0.1:4646`. */
  readonly address: string;
  readonly processes: Processes;
  /** Runs a change of the cluster from outside, such as a misdeed, and tells who waits for it. */
  change<T>(make: (cluster: Cluster, now: number) => T): T;
  /** Ends every connection and every process. */
  close(): Promise<void>;
}

interface Waiting {
  blocked: Blocked;
  readonly done: (handled: Handled) => void;
}

interface OpenStream {
  readonly subscription: Subscription;
  readonly response: ServerResponse;
}

/** Serves a cluster. Fails as `listen` does when the port is taken. */
export async function serve(cluster: Cluster, options: ServeOptions): Promise<Served> {
  const { world } = options;
  const waiting = new Set<Waiting>();
  const streams = new Set<OpenStream>();
  const sockets = new Set<Socket>();
  let seen = -1;
  let cancelTimer: () => void = () => undefined;
  let closed = false;

  const processes = createProcesses(told => {
    report(cluster, told, world.wall());
    turn();
  });

  function answerWaiting(now: number): void {
    for (const each of [...waiting]) {
      const handled = poll(cluster, each.blocked, now);
      if (handled.kind === 'block') each.blocked = handled;
      else {
        waiting.delete(each);
        each.done(handled);
      }
    }
  }

  function feed(stream: OpenStream): void {
    for (const line of take(cluster, stream.subscription)) {
      stream.response.write(line.kind === 'beat' ? '{}\n' : `${JSON.stringify(line.batch)}\n`);
    }
    if (stream.subscription.ended === undefined) return;
    streams.delete(stream);
    stream.response.destroy();
  }

  /** Lets time pass, carries out orders, and tells everyone who waits. */
  function turn(): void {
    if (closed) return;
    const now = world.wall();
    advance(cluster, now);
    for (const order of takeOrders(cluster)) processes.perform(order);
    if (cluster.version !== seen || isDue(now)) {
      seen = cluster.version;
      answerWaiting(now);
      for (const stream of [...streams]) feed(stream);
    }
    cancelTimer();
    const due = soonest();
    if (due !== undefined) cancelTimer = world.after(Math.max(0, due - world.wall()), turn);
  }

  const isDue = (now: number) =>
    [...waiting].some(({ blocked }) => blocked.deadline <= now) ||
    [...streams].some(({ subscription }) => (streamDue(subscription) ?? Number.POSITIVE_INFINITY) <= now);

  function soonest(): number | undefined {
    const times = [
      nextDue(cluster),
      ...[...waiting].map(({ blocked }) => blocked.deadline),
      ...[...streams].map(({ subscription }) => streamDue(subscription)),
    ];
    const known = times.filter(time => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  function openStream(request: IncomingMessage, response: ServerResponse, { params, token }: Parsed): void {
    const index = params.get('index') ?? '0';
    if (!/^-?\d+$/.test(index)) {
      sendAnswer(
        response,
        { status: 400, index: 0, body: `Unable to parse index: strconv.Atoi: parsing "${index}": invalid syntax` },
        false,
      );
      return;
    }
    advance(cluster, world.wall());
    const opened = subscribe(cluster, {
      namespace: params.get('namespace') ?? 'default',
      topics: params.getAll('topic'),
      index: Number(index),
      token,
    });
    if ('status' in opened) {
      sendAnswer(response, { status: opened.status, index: 0, body: opened.message }, false);
      return;
    }
    const stream = { subscription: opened, response };
    streams.add(stream);
    request.on('close', () => streams.delete(stream));
    response.on('close', () => streams.delete(stream));
    response.on('error', () => streams.delete(stream));
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', Connection: 'close' });
    response.flushHeaders();
    feed(stream);
    turn();
  }

  function ask(request: Asked, response: ServerResponse, pretty: boolean): void {
    const finish = (handled: Handled) => {
      if (handled.kind === 'answer') sendAnswer(response, handled.response, pretty);
      else if (handled.kind === 'logs') void sendLogs(response, handled.logs, processes, world);
    };
    const handled = handle(cluster, request, world.wall());
    if (handled.kind === 'block') {
      const entry: Waiting = { blocked: handled, done: finish };
      waiting.add(entry);
      response.on('close', () => waiting.delete(entry));
    } else finish(handled);
    turn();
  }

  async function serveOne(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parsed = parseRequest(request);
    const text = await readBody(request);
    if (parsed.path === '/v1/event/stream' && request.method === 'GET') {
      openStream(request, response, parsed);
      return;
    }
    if (!methods.has(request.method ?? '')) {
      sendAnswer(response, { status: 405, index: 0, body: 'Invalid method' }, false);
      return;
    }
    let body: unknown;
    try {
      body = text === '' ? undefined : JSON.parse(text);
    } catch (error) {
      sendAnswer(
        response,
        { status: 400, index: 0, body: error instanceof Error ? error.message : String(error) },
        false,
      );
      return;
    }
    const query = Object.fromEntries(parsed.params);
    const method = request.method as NomadRequest['method'];
    ask(
      { method, path: parsed.path, query, kind: 'http', body, token: parsed.token },
      response,
      parsed.params.has('pretty'),
    );
  }

  const server = createServer((request, response) => {
    serveOne(request, response).catch((error: unknown) => {
      world.log.error({ err: error, path: request.url }, 'the embedded Nomad failed to answer');
      if (!response.headersSent)
        sendAnswer(
          response,
          { status: 500, index: 0, body: error instanceof Error ? error.message : String(error) },
          false,
        );
      else response.destroy();
    });
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const address = await listen(server, options.host ?? '127.0.0.1', options.port);
  setHttpAddress(cluster, address);
  turn();

  return {
    address: `http://${address}`,
    processes,
    change(make) {
      const now = world.wall();
      advance(cluster, now);
      const made = make(cluster, now);
      turn();
      return made;
    },
    async close() {
      closed = true;
      cancelTimer();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
      await processes.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const bound = server.address();
      if (bound === null || typeof bound === 'string') reject(new Error('the server has no port'));
      else resolve(`${host}:${bound.port}`);
    });
  });
}
