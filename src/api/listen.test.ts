import { describe, expect, it } from 'vitest';
import { listenFrom, parseListen } from './listen.ts';

describe('parseListen', () => {
  it.each([
    ['127.0.0.1:9646', '127.0.0.1', 9646],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['localhost:80', 'localhost', 80],
    ['[::1]:9646', '::1', 9646],
    [':9646', '127.0.0.1', 9646],
    [' 10.0.0.7:65535 ', '10.0.0.7', 65535],
  ])('reads %j', (text, host, port) => {
    expect(parseListen(text)).toEqual({ host, port });
  });

  it.each([
    '',
    '9646',
    'localhost',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:9646',
    'http://127.0.0.1:9646',
    '127.0.0.1:-1',
  ])('refuses %j, naming what is allowed', text => {
    expect(() => parseListen(text)).toThrow(
      expect.objectContaining({
        code: 'SIR-500',
        problems: [
          expect.objectContaining({ key: '--listen', found: text, allowed: expect.stringContaining('HOST:PORT') }),
        ],
      }),
    );
  });
});

describe('listenFrom', () => {
  it.each([
    ['the flag before all', '127.0.0.1:1', { NOMAD_ADDR_http: '10.0.0.7:2' }, '127.0.0.1', 1],
    ["Nomad's port without it", undefined, { NOMAD_ADDR_http: '10.0.0.7:2' }, '10.0.0.7', 2],
    ['loopback with neither', undefined, {}, '127.0.0.1', 9646],
    ['loopback when both are empty', '', { NOMAD_ADDR_http: '' }, '127.0.0.1', 9646],
  ])('takes %s', (_what, flag, env, host, port) => {
    expect(listenFrom(flag, env)).toEqual({ host, port });
  });

  it('names the variable of the environment that is wrong', () => {
    expect(() => listenFrom(undefined, { NOMAD_ADDR_http: 'nonsense' })).toThrow(/^NOMAD_ADDR_http is "nonsense"/);
  });
});
