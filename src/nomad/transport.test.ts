import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nomadConfig } from './config.ts';
import { answer, type FakeNomad, fakeNomad, type HandTime, handTime } from './fake-nomad.ts';
import { createTransport, type Transport, type TransportOptions } from './transport.ts';
import type { NomadRequest } from './types.ts';

const token = 'f3b1c0de-0000-4000-8000-00000000cafe';
const read: NomadRequest = { method: 'GET', path: '/v1/job/web', kind: 'job_read' };
const write: NomadRequest = { method: 'PUT', path: '/v1/var/a', body: { Items: { k: 'v' } }, kind: 'variable_write' };

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

interface Made {
  readonly transport: Transport;
  readonly time: HandTime;
}

function connect(env: Record<string, string>, options: TransportOptions = {}): Made {
  const time = handTime();
  const transport = createTransport(nomadConfig(env), { clock: time, timers: time }, options);
  endings.unshift(() => transport.close());
  return { transport, time };
}

async function serve(...args: Parameters<typeof fakeNomad>): Promise<FakeNomad> {
  const server = await fakeNomad(...args);
  endings.push(() => server.close());
  return server;
}

/** A port, and what it does with each connection. */
async function listen(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer(socket => {
    sockets.push(socket);
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sirocco-'));
  endings.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('a request', () => {
  it('carries token, namespace, region, query and body', async () => {
    const nomad = await serve((_, response) => answer(response, 200, { Items: {} }));
    const { transport } = connect({
      NOMAD_ADDR: nomad.address,
      NOMAD_TOKEN: token,
      NOMAD_NAMESPACE: 'n',
      NOMAD_REGION: 'r',
    });
    await transport.send({ ...write, query: { cas: '0' } });
    await transport.send({ ...read, namespace: 'other', region: 'eu' });
    expect(nomad.seen).toMatchObject([
      {
        method: 'PUT',
        url: '/v1/var/a?cas=0&namespace=n&region=r',
        headers: { 'x-nomad-token': token },
        body: '{"Items":{"k":"v"}}',
      },
      { method: 'GET', url: '/v1/job/web?namespace=other&region=eu', body: '' },
    ]);
  });

  it('carries no token where there is none, and the password of a proxy where there is one', async () => {
    const nomad = await serve((_, response) => answer(response, 200, {}));
    const { transport } = connect({ NOMAD_ADDR: nomad.address, NOMAD_HTTP_AUTH: 'ada:pw' });
    await transport.send(read);
    expect(nomad.seen[0]?.headers).toMatchObject({ authorization: `Basic ${btoa('ada:pw')}` });
    expect(nomad.seen[0]?.headers).not.toHaveProperty('x-nomad-token');
    expect(nomad.seen[0]?.url).toBe('/v1/job/web');
  });

  it('is answered with index, page, leader and the clock of the server', async () => {
    const headers = { 'X-Nomad-Index': '42', 'X-Nomad-KnownLeader': 'true', 'X-Nomad-NextToken': 'n-1' };
    const clock = { ...headers, Date: 'Tue, 24 Nov 2026 10:00:00 GMT' };
    const nomad = await serve((_, response) => answer(response, 200, [1], clock));
    const { transport } = connect({ NOMAD_ADDR: nomad.address });
    expect(await transport.send(read)).toEqual({
      kind: 'ok',
      response: {
        status: 200,
        index: 42,
        knownLeader: true,
        nextToken: 'n-1',
        date: Date.UTC(2026, 10, 24, 10),
        body: [1],
      },
    });
  });

  it('goes through a socket', async () => {
    const socketPath = join(scratch(), 'api.sock');
    const nomad = await serve((_, response) => answer(response, 404, 'job not found'), { socketPath });
    const { transport } = connect({ NOMAD_UNIX_ADDR: nomad.address });
    expect(await transport.send(read)).toMatchObject({
      kind: 'refused',
      reason: 'not-found',
      message: 'job not found',
    });
  });
});

describe('a request that is not answered', () => {
  it('was surely not sent when nobody listens', async () => {
    const nomad = await fakeNomad(() => {});
    await nomad.close();
    const { transport } = connect({ NOMAD_ADDR: nomad.address, NOMAD_TOKEN: token });
    const outcome = await transport.send(write);
    expect(outcome).toMatchObject({
      kind: 'refused',
      status: 0,
      reason: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(JSON.stringify(outcome)).not.toContain(token);
  });

  it('was surely not sent when the socket is not there', async () => {
    const { transport } = connect({ NOMAD_ADDR: `unix://${scratch()}/none.sock` });
    expect(await transport.send(write)).toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('ENOENT'),
    });
  });

  it('may have had its effect when the time is up, and its connection is closed', async () => {
    const nomad = await serve(() => {});
    const { transport, time } = connect({ NOMAD_ADDR: nomad.address });
    const pending = transport.send({ ...write, timeoutMs: 700 });
    await vi.waitUntil(() => nomad.seen.length === 1);
    time.advance(699);
    expect(time.pending()).toBe(1);
    time.advance(1);
    expect(await pending).toEqual({ kind: 'ambiguous', status: 0, message: 'no answer within 700 ms' });
  });

  it('has four seconds unless it says otherwise, its body included', async () => {
    const nomad = await serve((_, response) => response.writeHead(200).write('{"half":'));
    const { transport, time } = connect({ NOMAD_ADDR: nomad.address });
    const pending = transport.send(read);
    await vi.waitUntil(() => nomad.seen.length === 1);
    time.advance(4_000);
    expect(await pending).toMatchObject({ kind: 'ambiguous', message: 'no answer within 4000 ms' });
  });

  it('may have had its effect when the connection breaks', async () => {
    const nomad = await serve((_, response) => response.destroy());
    const { transport } = connect({ NOMAD_ADDR: nomad.address });
    expect(await transport.send(write)).toMatchObject({
      kind: 'ambiguous',
      status: 0,
      message: expect.stringContaining('broke'),
    });
  });

  it('is not sent any more when no connection became free in time', async () => {
    const nomad = await serve((seen, response) => {
      if (seen.method === 'GET') answer(response, 200, {});
    });
    const { transport, time } = connect({ NOMAD_ADDR: nomad.address }, { connections: 1 });
    const first = transport.send({ ...write, timeoutMs: 500 });
    const second = transport.send({ ...write, path: '/v1/var/b', timeoutMs: 400 });
    await vi.waitUntil(() => nomad.seen.length === 1);
    time.advance(400);
    const message = 'not sent: all 1 connections were busy for 400 ms';
    expect(await second).toEqual({ kind: 'refused', status: 0, reason: 'limited', message });
    time.advance(100);
    await first;
    expect((await transport.send(read)).kind).toBe('ok');
    expect(nomad.seen.map(each => each.url)).toEqual(['/v1/var/a', '/v1/job/web']);
  });

  it('ends when its caller gives up', async () => {
    const nomad = await serve(() => {});
    const { transport, time } = connect({ NOMAD_ADDR: nomad.address });
    const abort = new AbortController();
    const pending = transport.send(write, { signal: abort.signal });
    await vi.waitUntil(() => nomad.seen.length === 1);
    abort.abort();
    expect(await pending).toMatchObject({ kind: 'ambiguous', message: 'given up before it was answered' });
    expect(await transport.send(write, { signal: abort.signal })).toMatchObject({
      kind: 'refused',
      message: 'not sent: given up',
    });
    expect(time.pending()).toBe(0);
  });

  it('is limited when the server takes no more connections', async () => {
    const address = await listen(socket =>
      socket.end('HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n'),
    );
    const { transport } = connect({ NOMAD_ADDR: address });
    expect(await transport.send(write)).toMatchObject({ kind: 'refused', status: 429, reason: 'limited' });
  });

  it('is ambiguous when the transport is closed under it, and refused afterwards', async () => {
    const nomad = await serve(() => {});
    const { transport } = connect({ NOMAD_ADDR: nomad.address });
    const pending = transport.send(write);
    await vi.waitUntil(() => nomad.seen.length === 1);
    await transport.close();
    expect(await pending).toMatchObject({ kind: 'ambiguous' });
    expect(await transport.send(write)).toMatchObject({ kind: 'refused', reason: 'unreachable' });
  });

  it('is refused when its body is no JSON', async () => {
    const nomad = await serve((_, response) => answer(response, 200, {}));
    const { transport } = connect({ NOMAD_ADDR: nomad.address });
    expect(await transport.send({ ...write, body: { n: 1n } })).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('BigInt'),
    });
    expect(nomad.seen).toHaveLength(0);
  });
});

describe('connections', () => {
  it('of blocking queries and of locks are apart from those of calls', async () => {
    const nomad = await serve((seen, response) => {
      if (seen.url.includes('lock-renew')) answer(response, 200, {});
    });
    const { transport } = connect({ NOMAD_ADDR: nomad.address }, { connections: 1, blocking: 1 });
    void transport.send({ method: 'GET', path: '/v1/vars', query: { index: '7', wait: '60s' }, kind: 'variable_list' });
    void transport.send(write);
    const renewed = await transport.send({ ...write, query: { 'lock-renew': '' } });
    await vi.waitUntil(() => nomad.seen.length === 3);
    expect(renewed.kind).toBe('ok');
  });

  it('are used again', async () => {
    let connections = 0;
    const counted = await listen(socket => {
      connections += 1;
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
    });
    const { transport } = connect({ NOMAD_ADDR: counted });
    for (let i = 0; i < 5; i += 1) expect((await transport.send(read)).kind).toBe('ok');
    // The one just used may not be free yet when the next call begins.
    expect(connections).toBeLessThanOrEqual(2);
  });
});

describe('a token that is rotated', () => {
  it('is read again where the old one is denied, and the call is made once more', async () => {
    const file = join(scratch(), 'nomad_token');
    writeFileSync(file, 'old\n');
    const nomad = await serve((seen, response) =>
      seen.headers['x-nomad-token'] === 'new' ? answer(response, 200, {}) : answer(response, 403, 'Permission denied'),
    );
    const { transport } = connect({ NOMAD_ADDR: nomad.address, NOMAD_TOKEN_FILE: file });
    expect(await transport.send(write)).toMatchObject({ kind: 'refused', reason: 'denied' });
    expect(nomad.seen).toHaveLength(1);
    writeFileSync(file, 'new\n');
    expect(await transport.send(write)).toMatchObject({ kind: 'ok' });
    expect(nomad.seen.map(each => each.headers['x-nomad-token'])).toEqual(['old', 'old', 'new']);
  });

  it('is read again when told to', async () => {
    const file = join(scratch(), 'nomad_token');
    writeFileSync(file, 'old');
    const nomad = await serve((_, response) => answer(response, 200, {}));
    const { transport } = connect({ NOMAD_ADDR: nomad.address, NOMAD_TOKEN_FILE: file });
    writeFileSync(file, 'new');
    transport.reload();
    await transport.send(read);
    expect(nomad.seen[0]?.headers['x-nomad-token']).toBe('new');
  });
});

describe('a stream', () => {
  it('asks for its topics one by one, and gives the body as it comes', async () => {
    const nomad = await serve((_, response) => {
      response.writeHead(200).write('{}\n');
      setImmediate(() => response.end('{"Index":1}\n'));
    });
    const { transport } = connect({ NOMAD_ADDR: nomad.address, NOMAD_REGION: 'eu' });
    const opened = await transport.stream(
      { namespace: 'n', topics: ['Job:a/b', 'Node:*'], index: 9 },
      new AbortController().signal,
    );
    let text = '';
    if (opened.kind === 'open') for await (const chunk of opened.chunks) text += chunk.toString();
    expect(nomad.seen[0]?.url).toBe('/v1/event/stream?index=9&namespace=n&region=eu&topic=Job%3Aa%2Fb&topic=Node%3A*');
    expect(text).toBe('{}\n{"Index":1}\n');
  });

  it('that is refused says why', async () => {
    const nomad = await serve((_, response) => answer(response, 403, 'Permission denied'));
    const { transport } = connect({ NOMAD_ADDR: nomad.address });
    const opened = await transport.stream({ topics: ['Node:*'], index: 0 }, new AbortController().signal);
    expect(opened).toEqual({ kind: 'refused', status: 403, reason: 'denied', message: 'Permission denied' });
  });

  it('that can not be opened is unreachable', async () => {
    const { transport } = connect({ NOMAD_ADDR: `unix://${scratch()}/none.sock` });
    const opened = await transport.stream({ topics: ['Node:*'], index: 0 }, new AbortController().signal);
    expect(opened).toMatchObject({ kind: 'refused', reason: 'unreachable' });
  });
});
