import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { selfSigned } from '../../test/support/tls/self-signed.ts';
import { ask, closeAll, closed, get, names, serveHttp, serveTcp, serveTls } from './probe-net.fixture.ts';

afterEach(closeAll);

describe('asking a URL', () => {
  it('sends what the call says, by a connection of its own, and gives status and body', async () => {
    const seen: unknown[] = [];
    const { port, sockets } = await serveHttp((request, response) => {
      request.on('data', chunk => seen.push(String(chunk)));
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers);
        response.writeHead(201).end('fine');
      });
    });
    const call = get(`http://127.0.0.1:${port}/a%20b?c=d#e`, { method: 'POST', headers: { 'x-a': 'b' }, body: 'hi' });
    const answer = await ask(call);
    expect(answer).toEqual({
      kind: 'http',
      status: 201,
      body: 'fine',
      truncated: false,
      latencyMs: expect.any(Number),
    });
    expect(seen).toEqual([
      'hi',
      'POST',
      '/a%20b?c=d',
      expect.objectContaining({ 'x-a': 'b', 'user-agent': 'sirocco', 'accept-encoding': 'identity' }),
    ]);
    await closed(sockets[0]);
  });

  it('looks a name up, and sends it as the host', async () => {
    const hosts: unknown[] = [];
    const { port } = await serveHttp((request, response) => {
      hosts.push(request.headers.host);
      response.end();
    });
    const { resolve, asked } = names({ 'web.test': ['127.0.0.1'] });
    expect(await ask(get(`http://WEB.test:${port}/`), { resolve })).toMatchObject({ kind: 'http', status: 200 });
    expect([hosts, asked]).toEqual([[`web.test:${port}`], ['web.test']]);
  });

  it('takes a redirect for an answer, and does not follow it', async () => {
    let asked = 0;
    const { port } = await serveHttp((_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await ask(get(`http://127.0.0.1:${port}/`))).toMatchObject({ kind: 'http', status: 302 });
    expect(asked).toBe(1);
  });

  it('does not go through a proxy of the environment', async () => {
    const proxy = await serveTcp();
    const { port } = await serveHttp((_, response) => response.end('straight'));
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`).stubEnv('http_proxy', `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1').stubEnv('ALL_PROXY', `http://127.0.0.1:${proxy.port}`);
    const answer = await ask(get(`http://127.0.0.1:${port}/`)).finally(() => vi.unstubAllEnvs());
    expect(answer).toMatchObject({ body: 'straight' });
    expect(proxy.sockets).toEqual([]);
  });

  it('has no body for HEAD, and tells an encoding that it did not ask for', async () => {
    const { port } = await serveHttp((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    const head = await ask(get(`http://127.0.0.1:${port}/`, { method: 'HEAD' }));
    expect(head).toMatchObject({ status: 200, body: '', encoding: 'gzip' });
  });

  it.each([
    ['65536 bytes whole', 65_536, false],
    ['one more cut', 65_537, true],
    ['an endless one cut', Number.POSITIVE_INFINITY, true],
  ])('reads a body of %s', async (_, size, truncated) => {
    const { port, sockets } = await serveHttp((_, response) => {
      const piece = 'é'.repeat(4_096);
      if (Number.isFinite(size)) return response.end('a'.repeat(size));
      const more = () => {
        while (!response.destroyed && response.write(piece));
        response.once('drain', more);
      };
      return more();
    });
    const answer = await ask(get(`http://127.0.0.1:${port}/`));
    expect(answer).toMatchObject({ kind: 'http', status: 200, truncated });
    if (answer.kind === 'http') {
      expect(Buffer.byteLength(answer.body)).toBe(65_536);
      expect(answer.body).not.toContain('\ufffd');
    }
    await closed(sockets[0]);
  });

  it('passes over what comes before the answer', async () => {
    const { port } = await serveTcp(socket => {
      socket.end('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n');
    });
    expect(await ask(get(`http://127.0.0.1:${port}/`))).toMatchObject({ kind: 'http', status: 204, body: '' });
  });

  it('refuses headers without end', async () => {
    const { port } = await serveTcp(socket => {
      socket.write(`HTTP/1.1 200 OK\r\n${`x-a: ${'b'.repeat(1_000)}\r\n`.repeat(40)}\r\n`);
    });
    expect(await ask(get(`http://127.0.0.1:${port}/`))).toMatchObject({
      kind: 'failed',
      reason: 'broken',
      message: expect.stringContaining('headers of the answer are too long'),
    });
  });

  it.each<[string, (port: number) => string, string, string]>([
    ['another protocol', () => 'ftp://127.0.0.1/', 'invalid', 'none of http'],
    ['a socket in the file system', () => 'unix:/run/nomad.sock', 'invalid', 'none of http'],
    ['nonsense', () => 'http://', 'invalid', 'none of http'],
    ['a user', port => `http://ada:pw@127.0.0.1:${port}/`, 'invalid', 'in a header'],
  ])('does not ask %s', async (_, url, reason, message) => {
    const { port, sockets } = await serveHttp((_, response) => response.end());
    const answer = await ask(get(url(port)));
    expect(answer).toMatchObject({ kind: 'failed', reason, message: expect.stringContaining(message) });
    expect(sockets).toEqual([]);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-x\r\n', 'broken', 'no HTTP'],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', 'broken', 'closed'],
    ['nothing', '', 'broken', 'closed'],
  ])('says that it got %s', async (_, bytes, reason, message) => {
    const { port } = await serveTcp(socket => socket.end(bytes));
    const answer = await ask(get(`http://127.0.0.1:${port}/secret?k=v`));
    expect(answer).toMatchObject({ kind: 'failed', reason, message: expect.stringContaining(message) });
    expect(JSON.stringify(answer)).not.toMatch(/secret|k=v/);
  });

  it('trusts a certificate of the name that was asked for, whatever its address, and no other', async () => {
    const pair = selfSigned('web.test');
    const { port } = await serveTls(pair);
    const { resolve } = names({ 'web.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'] });
    expect(await ask(get(`https://web.test:${port}/`), { resolve })).toMatchObject({ reason: 'tls' });
    const before = getCACertificates('default');
    setDefaultCACertificates([pair.cert]);
    try {
      expect(await ask(get(`https://web.test:${port}/`), { resolve })).toMatchObject({ status: 200, body: 'safe' });
      expect(await ask(get(`https://other.test:${port}/`), { resolve })).toMatchObject({
        reason: 'tls',
        message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
      });
    } finally {
      setDefaultCACertificates(before);
    }
  });

  it('says that there is no TLS', async () => {
    const { port } = await serveTcp(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await ask(get(`https://127.0.0.1:${port}/`))).toMatchObject({ kind: 'failed', reason: 'tls' });
  });
});
