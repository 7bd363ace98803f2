/** A door before an agent, for tests that shut it: bytes are passed on as they are. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../support/free-ports.ts';

export interface Gateway {
  readonly address: string;
  /** Nobody listens until it is opened, and again after it was shut: connections under way are cut. */
  open(): Promise<void>;
  shut(): Promise<void>;
}

/** A gateway to an agent's HTTP address; shut at first. */
export async function createGateway(to: string): Promise<Gateway> {
  const [port = 0] = await freePorts(1);
  const { hostname, port: target } = new URL(to);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  return {
    address: `http://127.0.0.1:${port}`,
    async open() {
      server = createServer(socket => {
        const onward = connect(Number(target), hostname);
        for (const each of [socket, onward]) keep(each);
        socket.pipe(onward).pipe(socket);
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async shut() {
      if (server === undefined) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      server = undefined;
    },
  };
}

/** Takes connections of an agent until it refuses more from this address; the answer lets them go. */
export async function crowd(address: string, count: number): Promise<() => void> {
  const { hostname, port } = new URL(address);
  const sockets = Array.from({ length: count }, () => connect(Number(port), hostname));
  for (const socket of sockets) socket.on('error', () => socket.destroy());
  await Promise.all(sockets.map(socket => once(socket, 'connect')));
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
