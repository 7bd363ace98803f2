import { describe, expect, it } from 'vitest';
import type { HttpCall, NetCall } from '../probes/probe.ts';
import { fillCall, hostPlaceholdersOf, placeholdersIn, placeholdersOf, withStandIns } from './placeholders.ts';

const values: Readonly<Record<string, string>> = {
  'service.web': '10.0.0.5:8080',
  'secret.shop.token': 'a b&c=d/../?#',
  'service.odd': 'evil.test/x?',
  'secret.shop.host': 'evil.test',
  'secret.shop.port': '8080',
  'secret.shop.user': 'ada@evil.test',
  'secret.shop.lines': 'a\r\nx-b: c',
  'secret.shop.again': '{{ secret.shop.token }}',
};

const http = (over: Partial<HttpCall>): NetCall => ({
  op: 'http',
  method: 'POST',
  url: 'http://web.test/',
  headers: {},
  timeoutMs: 1_000,
  ...over,
});
const fill = (call: NetCall) => fillCall(call, name => values[name]);

describe('placeholders', () => {
  it('are found in every text of a call, each once', () => {
    const call = http({ url: 'http://{{ service.web }}/{{a}}', headers: { a: 'Bearer {{ a }}' }, body: '{{ b-c.d }}' });
    expect(placeholdersOf(call)).toEqual(['service.web', 'a', 'b-c.d']);
    expect(hostPlaceholdersOf(call)).toEqual(['service.web']);
    expect(placeholdersIn('{{}} {{ a b }} { { c } }')).toEqual([]);
    expect(withStandIns('http://{{ service.web }}/', 'x')).toBe('http://x/');
  });

  it.each<[string, Partial<HttpCall>, Partial<HttpCall>]>([
    ['as a host', { url: 'http://{{ service.web }}/a' }, { url: 'http://10.0.0.5:8080/a' }],
    ['encoded in a path', { url: 'http://w/{{ secret.shop.token }}' }, { url: 'http://w/a%20b%26c%3Dd%2F..%2F%3F%23' }],
    [
      'encoded in a query',
      { url: 'http://w?t={{secret.shop.token}}' },
      { url: 'http://w?t=a%20b%26c%3Dd%2F..%2F%3F%23' },
    ],
    ['as it is in a header', { headers: { a: 'T {{ secret.shop.token }}' } }, { headers: { a: 'T a b&c=d/../?#' } }],
    ['as it is in a body', { body: '{{ secret.shop.lines }}' }, { body: 'a\r\nx-b: c' }],
    ['once', { body: '{{ secret.shop.again }}' }, { body: '{{ secret.shop.token }}' }],
  ])('are filled in %s', (_, before, filled) => {
    expect(fill(http(before))).toEqual({ ok: true, call: http(filled) });
  });

  it('are filled into an address', () => {
    const call = { op: 'tcp', address: '{{ service.web }}', timeoutMs: 1 } as const;
    expect(fill(call)).toEqual({ ok: true, call: { ...call, address: '10.0.0.5:8080' } });
    expect(fill({ ...call, address: '{{ secret.shop.host }}' })).toMatchObject({ ok: false });
  });

  it.each<[Partial<HttpCall>, string]>([
    [{ url: 'http://{{ service.gone }}/' }, 'there is no value for {{ service.gone }}'],
    [{ url: 'http://{{ service.odd }}/' }, 'the value of {{ service.odd }} is no host'],
    [{ url: 'http://{{ secret.shop.user }}/' }, '{{ secret.shop.user }} can’t be a host or port'],
    [{ url: 'http://web.test:{{ secret.shop.port }}/' }, '{{ secret.shop.port }} can’t be a host or port'],
    [{ headers: { a: '{{ secret.shop.lines }}' } }, 'can’t stand in the header a'],
  ])('that can’t be filled in are told, without the value: %j', (before, why) => {
    const filled = fill(http(before));
    expect(filled).toMatchObject({ ok: false, why: expect.stringContaining(why) });
    expect(JSON.stringify(filled)).not.toMatch(/evil|x-b/);
  });
});
