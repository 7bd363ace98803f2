import { describe, expect, it } from 'vitest';
import type { ProbeAnswer } from './probe.ts';
import { prometheus } from './prometheus.ts';
import { readProbe } from './reading.ts';

const query = 'sum(up{job="a"}) > 1';

function parsed(written: object, expected: unknown = {}) {
  const reading = readProbe(prometheus, { with: written, expect: expected });
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('; '));
  return { params: prometheus.parameters.parse(reading.value.with), expect: prometheus.expectations.parse(expected) };
}

function judge(body: unknown, expected?: unknown, over: Partial<Extract<ProbeAnswer, { kind: 'http' }>> = {}) {
  const { params, expect: wanted } = parsed({ url: 'http://p:9090', query }, expected);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = { kind: 'http', status: 200, latencyMs: 3, body: text, truncated: false, ...over } as const;
  return prometheus.judge(params, wanted, answer);
}

const success = (resultType: string, result: unknown) => ({ status: 'success', data: { resultType, result } });
const sample = (value: string) => ({ metric: {}, value: [1_795_514_400.1, value] });

describe('what prometheus asks', () => {
  it.each([
    ['http://p:9090', 'http://p:9090/api/v1/query?'],
    ['http://p:9090/', 'http://p:9090/api/v1/query?'],
    ['https://{{ service.p }}/prom/?x=y', 'https://{{ service.p }}/prom/api/v1/query?'],
  ])('of %s', (url, begin) => {
    const { params } = parsed({ url, query, headers: { Authorization: 'Bearer {{ secret.p.token }}' } });
    expect(prometheus.ask(params, { namespace: 'default' })).toEqual({
      op: 'http',
      method: 'GET',
      url: `${begin}query=sum(up%7Bjob%3D%22a%22%7D)%20%3E%201`,
      headers: { accept: 'application/json', authorization: 'Bearer {{ secret.p.token }}' },
      timeoutMs: 5_000,
    });
  });

  it('needs both URL and query', () => {
    expect(readProbe(prometheus, { with: {} })).toMatchObject({
      problems: [
        { code: 'SIR-103', key: 'prometheus.url' },
        { code: 'SIR-103', key: 'prometheus.query' },
      ],
    });
  });
});

describe('how prometheus judges', () => {
  it.each<[unknown, unknown, number | undefined, string | undefined]>([
    [success('vector', [sample('0.995')]), { value: '>= 0.99' }, 0.995, undefined],
    [success('vector', [sample('0.98')]), { value: '>= 0.99' }, 0.98, 'the value is 0.98, not >= 0.99'],
    [success('scalar', [1, '4']), { value: '1..5' }, 4, undefined],
    [success('scalar', [1, '1']), undefined, 1, undefined],
    [success('scalar', [1, '0']), undefined, 0, 'the value is 0, not != 0'],
    [success('scalar', [1, '1e3']), { value: '= 1000' }, 1_000, undefined],
    [success('scalar', [1, 'NaN']), { value: '!= 5' }, undefined, 'the value is NaN'],
    [success('scalar', [1, '+Inf']), { value: '> 5' }, undefined, undefined],
    [success('scalar', [1, '-Inf']), { value: '> 5' }, undefined, 'the value is -Infinity'],
    [success('scalar', [1, 'x']), undefined, undefined, 'is no number'],
    [success('scalar', [1, '']), undefined, undefined, 'has no value'],
    [success('scalar', [1, 5]), undefined, undefined, 'has no value'],
    [success('vector', []), undefined, undefined, 'gives nothing'],
    [success('vector', [sample('1'), sample('2')]), undefined, undefined, 'gives 2 series'],
    [success('vector', [null]), undefined, undefined, 'has no value'],
    [success('matrix', []), undefined, undefined, 'gives a matrix'],
    [success('string', [1, 'a']), undefined, undefined, 'gives a string'],
    [{ status: 'error', errorType: 'bad_data', error: 'parse error' }, undefined, undefined, 'failed: parse error'],
    [{ status: 'success' }, undefined, undefined, 'none of a Prometheus'],
    ['<html>', undefined, undefined, 'none of a Prometheus'],
    ['null', undefined, undefined, 'none of a Prometheus'],
  ])('%j', (body, expected, value, why) => {
    const result = judge(body, expected);
    expect(result.value).toBe(value);
    expect(result.ok).toBe(why === undefined);
    if (why !== undefined) expect(result.why).toContain(why);
  });

  it('refuses an answer that is too long, encoded, or of another status', () => {
    const one = success('scalar', [1, '1']);
    expect(judge(one, {}, { truncated: true }).why).toContain('too long');
    expect(judge(one, {}, { encoding: 'gzip' }).why).toContain('gzip');
    expect(judge(one, {}, { status: 302 }).why).toContain('302');
    expect(judge('', {}, { status: 401 })).toMatchObject({
      ok: false,
      why: 'the answer (401) is none of a Prometheus',
    });
  });
});
