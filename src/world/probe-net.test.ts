import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, closed, dial, get, names, serveHttp, serveTcp } from './probe-net.fixture.ts';

afterEach(closeAll);

/** A port that nothing listens on: one that was just given back. */
async function freePort(): Promise<number> {
  const { port } = await serveTcp();
  closeAll();
  return port;
}

describe('connecting', () => {
  it('is all that a tcp probe does', async () => {
    const { port, sockets } = await serveTcp();
    expect(await ask(dial(`127.0.0.1:${port}`))).toEqual({ kind: 'tcp', latencyMs: expect.any(Number) });
    await closed(sockets[0]);
    expect(sockets.map(({ bytesRead }) => bytesRead)).toEqual([0]);
  });

  it('works by IPv6, and by the address of several that listens', async () => {
    const { port } = await serveTcp(() => undefined, '::1');
    expect(await ask(dial(`[::1]:${port}`))).toMatchObject({ kind: 'tcp' });
    const { resolve } = names({ 'web.test': ['127.0.0.1', '::1'] });
    expect(await ask(dial(`web.test:${port}`), { resolve })).toMatchObject({ kind: 'tcp' });
  });

  it.each<[string, (port: number) => string]>([
    ['tcp', port => `127.0.0.1:${port}`],
    ['http', port => `http://127.0.0.1:${port}/`],
  ])('by %s to a port that nobody listens on is unreachable', async (kind, where) => {
    const at = where(await freePort());
    expect(await ask(kind === 'tcp' ? dial(at) : get(at))).toMatchObject({
      kind: 'failed',
      reason: 'unreachable',
      message: expect.stringContaining('nothing listens there'),
    });
  });

  it('to a name that there is not says so', async () => {
    expect(await ask(dial('no.test:80'), names({}))).toMatchObject({
      reason: 'unresolved',
      message: 'no.test has no address (ENOTFOUND)',
    });
    expect(await ask(dial('no.test:80'), names({ 'no.test': [] }))).toMatchObject({ reason: 'unresolved' });
  });

  it('to what is no address is invalid', async () => {
    expect(await ask(dial('/run/nomad.sock'))).toMatchObject({ reason: 'invalid' });
  });
});

describe('the address rules', () => {
  it.each<[string, (port: number) => string]>([
    ['its address', port => `127.0.0.1:${port}`],
    ['its name', port => `localhost:${port}`],
    ['a name for it', port => `web.test:${port}`],
    ['one number', port => `2130706433:${port}`],
    ['a short form', port => `127.1:${port}`],
    ['hexadecimal', port => `0x7f000001:${port}`],
    ['octal', port => `0177.0.0.1:${port}`],
    ['no address at all', port => `0.0.0.0:${port}`],
    ['IPv6', port => `[::1]:${port}`],
    ['a mapped address', port => `[::ffff:127.0.0.1]:${port}`],
    ['unspecified IPv6', port => `[::]:${port}`],
  ])('keep both probes from this machine by %s', async (_, at) => {
    const { port, sockets } = await serveHttp((_, response) => response.end(), '::');
    const table = names({ 'web.test': ['127.0.0.1'], localhost: ['::1', '127.0.0.1'] });
    // What is no plain name goes to the machine's own lookup, which knows these forms.
    const resolve = /^(?:web|local)/.test(at(port)) ? { resolve: table.resolve } : {};
    for (const call of [get(`http://${at(port)}/`), dial(at(port))]) {
      const answer = await ask(call, { hosts: null, ...resolve });
      expect(answer).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/^(?:forbidden|unresolved)$/) });
    }
    expect(sockets).toEqual([]);
  });

  it('judge the addresses that are connected to: a name is looked up once, whatever it says later', async () => {
    const { port, sockets } = await serveHttp((_, response) => response.end());
    for (const call of [get(`http://rebind.test:${port}/`), dial(`rebind.test:${port}`)]) {
      const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.1']];
      const resolve = async () => answers.shift() ?? [];
      // Nothing listens at the first; what the name says afterwards is not even asked for.
      expect(await ask(call, { hosts: '127.0.0.2', resolve })).toMatchObject({ reason: 'unreachable' });
      expect(answers).toHaveLength(2);
      expect(await ask(call, { hosts: '127.0.0.2', resolve })).toMatchObject({ reason: 'forbidden' });
    }
    expect(sockets).toEqual([]);
  });

  it('leave out those of several addresses that may not be reached', async () => {
    const { port, sockets } = await serveTcp(() => undefined, '127.0.0.2');
    const { resolve } = names({ 'web.test': ['127.0.0.1', '169.254.169.254', '127.0.0.2'] });
    expect(await ask(dial(`web.test:${port}`), { resolve, hosts: '127.0.0.2' })).toMatchObject({ kind: 'tcp' });
    expect(sockets).toHaveLength(1);
    expect(await ask(dial(`web.test:${port}`), { resolve, hosts: '127.0.0.3' })).toMatchObject({ reason: 'forbidden' });
  });

  it('keep probes from Nomad, also by another name, and where its own can’t be looked up', async () => {
    const { port, sockets } = await serveTcp();
    const denied = (host: string) => ({ denied: { endpoints: [{ what: 'Nomad', host, port }] } });
    const { resolve } = names({ 'web.test': ['127.0.0.1'], 'nomad.test': ['127.0.0.1'] });
    const call = dial(`web.test:${port}`);
    for (const host of ['nomad.test', 'Nomad.test.', '127.0.0.1', 'gone.test']) {
      expect(await ask(call, { resolve, ...denied(host) })).toMatchObject({
        reason: 'forbidden',
        message: expect.stringContaining('Nomad'),
      });
    }
    expect(sockets).toEqual([]);
    expect(await ask(call, { resolve, ...denied('127.0.0.2') })).toMatchObject({ kind: 'tcp' });
  });
});

describe('the time limit', () => {
  it.each<[string, (port: number) => Parameters<typeof ask>, string]>([
    ['a lookup', port => [dial(`web.test:${port}`, 30), { resolve: () => new Promise(() => undefined) }], 'the lookup'],
    ['an answer', port => [get(`http://127.0.0.1:${port}/`, { timeoutMs: 80 })], 'an answer'],
    ['a slow body', port => [get(`http://127.0.0.1:${port}/slow`, { timeoutMs: 80 })], 'the rest of the answer'],
    ['a TLS handshake', port => [get(`https://127.0.0.1:${port}/`, { timeoutMs: 80 })], 'to connect'],
  ])('ends %s, and closes the connection', async (_, make, message) => {
    const { port, sockets } = await serveTcp(socket => {
      socket.on('data', data => {
        if (!String(data).includes('/slow')) return;
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
        const drip = () => socket.writable && socket.write('.', () => setTimeout(drip, 5));
        drip();
      });
    });
    const answer = await ask(...make(port));
    expect(answer).toMatchObject({ kind: 'failed', reason: 'timeout', message: expect.stringContaining(message) });
    await Promise.all(sockets.map(closed));
  });

  it('leaves no timer behind an answer', async () => {
    const { port } = await serveTcp();
    const cancelled = vi.fn();
    const timers = { after: () => cancelled };
    expect(await ask(dial(`127.0.0.1:${port}`), { timers })).toMatchObject({ kind: 'tcp' });
    expect(cancelled).toHaveBeenCalledOnce();
  });
});

describe('giving up', () => {
  it('ends a question under way', async () => {
    const { port, sockets } = await serveTcp();
    const given = new AbortController();
    const asked = ask(get(`http://127.0.0.1:${port}/`), { signal: given.signal });
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    given.abort();
    expect(await asked).toMatchObject({ kind: 'failed', reason: 'cancelled' });
    await Promise.all(sockets.map(closed));
  });

  it('beforehand asks nothing, not even for an address', async () => {
    const { resolve, asked } = names({ 'web.test': ['127.0.0.1'] });
    const answer = await ask(dial('web.test:80'), { resolve, signal: AbortSignal.abort() });
    expect(answer).toMatchObject({ kind: 'failed', reason: 'cancelled' });
    expect(asked).toEqual([]);
  });

  it('while a name is looked up connects to nothing afterwards', async () => {
    const { port, sockets } = await serveTcp();
    const found = Promise.withResolvers<readonly string[]>();
    const given = new AbortController();
    const asked = ask(dial(`web.test:${port}`), { signal: given.signal, resolve: () => found.promise });
    given.abort();
    expect(await asked).toMatchObject({ reason: 'cancelled' });
    found.resolve(['127.0.0.1']);
    // Connections are taken in order: once ours is there, an earlier one would be.
    const mine = connect(port, '127.0.0.1');
    await vi.waitFor(() => expect(sockets.length).toBeGreaterThan(0));
    expect(sockets.map(({ remotePort }) => remotePort)).toEqual([mine.localPort]);
    mine.destroy();
  });
});
