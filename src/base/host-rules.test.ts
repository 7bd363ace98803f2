import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { parseHostPort } from './host-port.ts';
import { isNamed, parseHostRules } from './host-rules.ts';

function names(list: string, host: string, address: string, port: number): boolean {
  const rules = parseHostRules(list);
  const parsed = parseAddress(address);
  if (!rules.ok || parsed === undefined) throw new Error(`${list} or ${address} can't be read`);
  return rules.value.some(rule => isNamed(rule, host, parsed, port));
}

describe('a list of hosts', () => {
  it.each([
    ['web.internal', 'web.internal', '10.0.0.1', 80, true],
    ['Web.Internal', 'web.internal', '10.0.0.1', 80, true],
    ['web.internal:443', 'web.internal', '10.0.0.1', 80, false],
    ['*.internal', 'web.internal', '10.0.0.1', 80, true],
    ['*.internal', 'internal', '10.0.0.1', 80, false],
    ['a, 10.0.0.0/8', 'any', '10.9.9.9', 80, true],
    ['10.0.0.0/8:8080', 'any', '10.9.9.9', 80, false],
    ['10.0.0.0/8:8080', 'any', '10.9.9.9', 8080, true],
    ['10.0.0.1', 'any', '10.0.0.2', 80, false],
    ['fd00::/8', 'any', 'fd12::1', 80, true],
    ['[fd00::]/8:443', 'any', 'fd12::1', 443, true],
    ['[::1]:443', 'any', '::1', 80, false],
    ['', 'any', '10.0.0.1', 80, false],
    ['*', '10.0.0.1', '10.0.0.1', 80, true],
  ])('%j and %s at %s:%d: %s', (list, host, address, port, expected) => {
    expect(names(list, host, address, port)).toBe(expected);
  });

  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['https://db.internal:8443/x', 'db.internal:8443'],
    ['db:70000', undefined],
    ['db:', undefined],
    ['a,,b', undefined],
    ['127.1', undefined],
    ['0x7f000001', undefined],
    ['unix:/run/x.sock', undefined],
    ['[a-z].internal', undefined],
  ])('with %s is refused', (list, didYouMean) => {
    const reading = parseHostRules(list);
    expect(reading).toMatchObject({ ok: false, misread: { allowed: expect.stringContaining('10.0.0.0/8') } });
    if (!reading.ok) expect(reading.misread.didYouMean).toBe(didYouMean);
  });

  it('never throws, and suggests only what it would take', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d./:a-z[\]*]{0,24}$/)), text => {
        const reading = parseHostRules(text);
        if (!reading.ok && reading.misread.didYouMean !== undefined)
          expect(parseHostRules(reading.misread.didYouMean).ok).toBe(true);
      }),
    );
  });
});

describe('a host with its port', () => {
  it.each([
    ['db.internal:5432', { host: 'db.internal', port: 5432 }],
    ['DB.:1', { host: 'db', port: 1 }],
    ['10.0.0.5:65535', { host: '10.0.0.5', port: 65_535 }],
    ['[fd00::5]:80', { host: 'fd00::5', port: 80 }],
  ])('%s is read', (text, value) => {
    expect(parseHostPort(text)).toEqual({ ok: true, value });
  });

  it.each([
    'db',
    'db:',
    ':80',
    'db:0',
    'db:65536',
    'fd00::5:80',
    '/run/x.sock',
    'unix:/run/x:80',
    'a b:80',
    '[fe80::1%eth0]:80',
  ])('%s is refused', text => {
    expect(parseHostPort(text)).toMatchObject({ ok: false, misread: { message: expect.stringContaining('host') } });
  });
});
