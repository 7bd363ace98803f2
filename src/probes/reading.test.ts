import { describe, expect, it } from 'vitest';
import { http } from './http.ts';
import { nomad } from './nomad.ts';
import type { AnyProbe } from './probe.ts';
import { prometheus } from './prometheus.ts';
import { readExpectations, readProbe } from './reading.ts';
import { tcp } from './tcp.ts';

describe('a probe in a spec', () => {
  it('becomes what a record can hold, defaults and all', () => {
    expect(readProbe(http, { with: 'http://web.test/', expect: { latency: '< 1s' } })).toEqual({
      ok: true,
      value: {
        probe: 'http',
        with: { url: 'http://web.test/', method: 'GET', headers: {}, timeout: 5_000 },
        expect: { status: [[200, 299]], latency: { below: 1_000 } },
      },
    });
  });

  it('is told every problem at once, each with its key', () => {
    const written = { with: { url: 'web', metod: 'GET' }, expect: { status: 'fine', latency: '1s' } };
    expect(readProbe(http, written)).toEqual({
      ok: false,
      problems: [
        {
          code: 'SIR-104',
          key: 'http.url',
          message: 'http.url: `web` is not a URL of http or https',
          found: 'web',
          allowed: expect.stringContaining('a URL of http or https'),
          didYouMean: 'http://web',
        },
        {
          code: 'SIR-101',
          key: 'http.metod',
          message: 'unknown key `metod`',
          found: 'GET',
          allowed: 'url, method, headers, body, timeout',
          didYouMean: 'method',
        },
        {
          code: 'SIR-104',
          key: 'expect.status',
          message: 'expect.status: `fine` is not an HTTP status',
          found: 'fine',
          allowed: expect.stringContaining('2xx'),
        },
        {
          code: 'SIR-104',
          key: 'expect.latency',
          message: 'expect.latency: `1s` is not a duration to compare with',
          found: '1s',
          allowed: expect.stringContaining('< 250ms'),
          didYouMean: '< 1s',
        },
      ],
    });
  });

  it('may expect something else in a guard, whose defaults are its own', () => {
    expect(readExpectations(http, { latency: '< 2s' })).toEqual({
      ok: true,
      expect: { status: [[200, 299]], latency: { below: 2_000 } },
    });
    expect(readExpectations(tcp, undefined)).toEqual({ ok: true, expect: {} });
    expect(readExpectations(tcp, { status: 200 })).toMatchObject({
      ok: false,
      problems: [{ code: 'SIR-101', key: 'expect.status', allowed: 'latency' }],
    });
  });

  const url = 'http://web.test/';
  it.each<[AnyProbe, unknown, string]>([
    [http, 'http://{{ secret.shop.host }}/', 'http.url: {{ secret.shop.host }} can’t be a host or port'],
    [http, `${url}{{ secret.shop }}`, 'http.url: {{ secret.shop }} stands for nothing'],
    [
      http,
      { url, headers: { a: '{{ sekret.shop.token }}' } },
      'http.headers: {{ sekret.shop.token }} stands for nothing',
    ],
    [http, { url, method: 'POST', body: '{{ token }}' }, 'http.body: {{ token }} stands for nothing'],
    [tcp, '{{ secret.shop.host }}:443', 'tcp.address: {{ secret.shop.host }} can’t be a host or port'],
    [tcp, '{{ service.db }}:5432', 'tcp.address: {{ service.db }} is a host with its port already'],
    [http, 'http://{{service.web}}:80/', 'http.url: {{ service.web }} is a host with its port already'],
    [nomad, '{{ service.web }}', 'nomad.job: {{ service.web }} is not put in here'],
    [prometheus, { url, query: 'up{a="{{ secret.shop.token }}"}' }, 'prometheus.query: {{ secret.shop.token }} is not'],
  ])('may not have a value put in just anywhere: %o %j', (probe, written, message) => {
    expect(readProbe(probe, { with: written })).toMatchObject({
      ok: false,
      problems: [{ code: 'SIR-104', message: expect.stringContaining(message), allowed: expect.stringMatching(/\S/) }],
    });
  });

  it('may have secrets in path and query, headers and body', () => {
    const written = {
      url: 'http://{{ service.web }}/{{ secret.shop.path }}?t={{ secret.shop.token }}',
      method: 'POST',
      headers: { authorization: 'Bearer {{ secret.shop.token }}' },
      body: '{{ secret.shop.body }}',
    };
    expect(readProbe(http, { with: written })).toMatchObject({ ok: true });
    const { url: of, headers } = written;
    expect(readProbe(prometheus, { with: { url: of, headers, query: 'up{a="{{x}}"}' } })).toMatchObject({ ok: true });
  });

  it('is told the nearest word of a placeholder', () => {
    const written = { with: `${url}{{ secrt.shop.token }}` };
    expect(readProbe(http, written)).toMatchObject({ problems: [{ didYouMean: '{{ secret.shop.token }}' }] });
  });
});
