import { createServer } from 'node:net';

/** Below the kernel's own range for outgoing connections and below Nomad's dynamic ports: nobody takes one by chance. */
const first = 10_000;
const last = 19_999;

/** `count` different loopback TCP ports on which nobody listens now. Another process may still be faster. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries > 1000) throw new Error(`no ${count} free ports between ${first} and ${last}`);
    const port = first + Math.floor(Math.random() * (last - first));
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
