/**
 * A process of its own that serves one recorded stream to whoever asks, the same bytes each time, and tells how long the
 * reader took: from the first byte sent until it says that it has handled the last event. One clock for all readers.
 * Argument: the file. It writes its address as the first line, and ends when its input ends.
 */

import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const newline = 0x0a;

function linesOf(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(newline, from) + 1;
    lines.push(bytes.subarray(from, end === 0 ? bytes.length : end));
    from = end === 0 ? bytes.length : end;
  }
  return lines;
}

const lines = linesOf(readFileSync(process.argv[2] ?? ''));
let begun = 0;

/** One write a line, as Nomad does, and no faster than the reader takes them. Then silence: it is the reader who leaves. */
async function send(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  begun = performance.now();
  response.write('{}\n');
  await pipeline(Readable.from(lines), response, { end: false });
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/v1/event/stream') {
    send(response).catch(error => response.destroy(error));
    return;
  }
  const answer = pathname === '/handled' ? { ms: performance.now() - begun } : [];
  // Reads are answered as of an index before the stream's first.
  response.setHeader('x-nomad-index', '1');
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
});

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
