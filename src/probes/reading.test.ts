import { describe, expect, it } from 'vitest';
import { http } from './http.ts';
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
});
