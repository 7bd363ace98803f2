import { describe, expect, it } from 'vitest';
import { http } from './http.ts';
import type { ProbeAnswer } from './probe.ts';
import { readProbe } from './reading.ts';

const url = 'http://web.test/health';

function answer(over: Partial<Extract<ProbeAnswer, { kind: 'http' }>> = {}): ProbeAnswer {
  return { kind: 'http', status: 200, latencyMs: 12.4, body: '{"state":"up","n":3}', truncated: false, ...over };
}

function read(written: unknown, expected?: unknown) {
  const reading = readProbe(http, { with: written, expect: expected });
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('; '));
  return { params: http.parameters.parse(reading.value.with), expect: http.expectations.parse(expected ?? {}) };
}

function judge(expected: unknown, given: ProbeAnswer) {
  const { params, expect: parsed } = read(url, expected);
  return http.judge(params, parsed, given);
}

describe('what http asks', () => {
  it.each<[unknown, object]>([
    [url, { op: 'http', method: 'GET', url, headers: {}, timeoutMs: 5_000 }],
    [
      { url, method: 'POST', headers: { 'X-Token': '{{ secret.shop.token }}' }, body: 'a\nb', timeout: '1s' },
      {
        op: 'http',
        method: 'POST',
        url,
        headers: { 'x-token': '{{ secret.shop.token }}' },
        body: 'a\nb',
        timeoutMs: 1_000,
      },
    ],
    [
      { url: 'https://{{ service.web }}/a?b={{ secret.c.d }}', method: 'HEAD' },
      {
        op: 'http',
        method: 'HEAD',
        url: 'https://{{ service.web }}/a?b={{ secret.c.d }}',
        headers: {},
        timeoutMs: 5_000,
      },
    ],
  ])('%j', (written, call) => {
    expect(http.ask(read(written).params, { namespace: 'default' })).toEqual(call);
  });

  it.each<[string, object, string, string | undefined]>([
    ['url', { url: 'web.test/health' }, 'a URL of http or https', 'http://web.test/health'],
    ['url', { url: 'ftp://web.test/' }, 'a URL', undefined],
    ['url', { url: 'unix:/run/nomad.sock' }, 'a URL', undefined],
    ['url', { url: 'http://ada:pw@web.test/' }, 'without user and password', undefined],
    ['url', { url: 'http://web.test/a b' }, 'a URL', undefined],
    ['url', { url: 'http:///x' }, 'a URL', undefined],
    ['url', { url: `http://web.test/${'x'.repeat(2_048)}` }, '2048', undefined],
    ['method', { url, method: 'PUT' }, 'GET, HEAD, POST', undefined],
    ['method', { url, method: 'get' }, 'GET, HEAD, POST', 'GET'],
    ['headers', { url, headers: 'x' }, 'at most 32', undefined],
    ['headers', { url, headers: { 'Content-Length': '5' } }, 'belongs to the connection', undefined],
    ['headers', { url, headers: { Host: 'other.test' } }, 'belongs to the connection', undefined],
    ['headers', { url, headers: { 'a b': '5' } }, 'names with texts', undefined],
    ['headers', { url, headers: { a: 'b\r\nc: d' } }, 'printable', undefined],
    ['headers', { url, headers: { a: '1', A: '2' } }, 'names with texts', undefined],
    [
      'headers',
      { url, headers: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`h${i}`, ''])) },
      '32',
      undefined,
    ],
    ['body', { url, body: 'x' }, 'no body, or method POST', undefined],
    ['body', { url, method: 'POST', body: '' }, '16384', undefined],
    ['timeout', { url, timeout: '1m' }, '10ms to 30s', '30s'],
  ])('refuses %s of %j', (key, written, allowed, didYouMean) => {
    const reading = readProbe(http, { with: written });
    expect(reading).toMatchObject({
      ok: false,
      problems: [{ key: `http.${key}`, allowed: expect.stringContaining(allowed) }],
    });
    if (!reading.ok) expect(reading.problems[0]?.didYouMean).toBe(didYouMean);
  });

  it('tells of a header only its name, and that a URL is needed', () => {
    const secret = readProbe(http, { with: { url, headers: { authorization: 'hush\n' } } });
    expect(JSON.stringify(secret)).toContain('authorization');
    expect(JSON.stringify(secret)).not.toContain('hush');
    expect(readProbe(http, { with: {} })).toMatchObject({ problems: [{ code: 'SIR-103', key: 'http.url' }] });
  });
});

describe('how http judges', () => {
  it.each<[unknown, Partial<Extract<ProbeAnswer, { kind: 'http' }>>, string | undefined]>([
    [{}, {}, undefined],
    [{}, { status: 204 }, undefined],
    [{}, { status: 301 }, 'the status is 301, not 2xx'],
    [{ status: '3xx' }, { status: 301 }, undefined],
    [{ status: 200 }, { status: 204 }, 'the status is 204, not 200'],
    [{ latency: '< 250ms' }, { latencyMs: 249.9 }, undefined],
    [{ latency: '< 250ms' }, { latencyMs: 250 }, 'it took 250ms, not < 250ms'],
    [{ latency: '< 250ms' }, { status: 500 }, 'the status is 500, not 2xx'],
    [{ body: 'up' }, {}, undefined],
    [{ body: 'down' }, {}, 'the body lacks `down`'],
    [{ body: { json: 'state', equals: 'down' } }, {}, '`state` is "up", not "down"'],
    [{ body: 'up' }, { encoding: 'gzip' }, 'the body is encoded (gzip)'],
    [{}, { encoding: 'gzip' }, undefined],
    [{ status: 500, body: 'up' }, { status: 500 }, undefined],
  ])('%j by %j', (expected, over, why) => {
    const result = judge(expected, answer(over));
    expect(result.ok).toBe(why === undefined);
    if (why !== undefined) expect(result.why).toContain(why);
  });

  it('tells what it saw, and the numbers', () => {
    expect(judge({ body: { json: 'n', value: '< 5' } }, answer())).toEqual({
      ok: true,
      observed: '200 in 12ms',
      value: 3,
    });
    expect(judge({ body: { json: 'gone', value: '< 5' } }, answer())).not.toHaveProperty('latencyMs');
    expect(judge({}, answer({ status: 500 }))).toMatchObject({ ok: false, observed: '500 in 12ms', latencyMs: 12.4 });
    expect(judge({}, { kind: 'failed', reason: 'timeout', message: 'after 1s', latencyMs: 1_000 })).toEqual({
      ok: false,
      observed: 'no answer: timeout',
      why: 'after 1s',
      failed: 'timeout',
    });
  });
});
