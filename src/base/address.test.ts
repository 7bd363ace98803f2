import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facesOf, isWithin, parseAddress, parsePrefix } from './address.ts';

const four = (text: string) => parseAddress(text)?.value;

describe('an address', () => {
  it.each([
    ['10.0.0.1', 4, 0x0a00_0001n],
    ['255.255.255.255', 4, 0xffff_ffffn],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['fe80::1%eth0', 6, 0xfe80_0000_0000_0000_0000_0000_0000_0001n],
    ['1:2:3:4:5:6:7:8', 6, 0x0001_0002_0003_0004_0005_0006_0007_0008n],
    ['1::8', 6, 0x0001_0000_0000_0000_0000_0000_0000_0008n],
    ['::FFFF:127.0.0.1', 6, 0xffff_7f00_0001n],
    ['64:ff9b::1.2.3.4', 6, 0x0064_ff9b_0000_0000_0000_0000_0102_0304n],
  ])('%s is read', (text, family, value) => {
    expect(parseAddress(text)).toEqual({ family, value });
  });

  it.each([
    ...['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '1.2.3.x', '0x7f.0.0.1', '2130706433', 'localhost'],
    ...['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', ':1:2:3:4:5:6:7', '1.2.3.4::', '1:2:3:4:5:6:7::8'],
    '[::1]',
  ])('%s is none', text => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('is what the machine takes for one, and nothing else', () => {
    const pieces = fc.array(fc.constantFrom(':', '::', '.', 'ffff', '0', '1', 'a0', '127', '256', 'g'), {
      maxLength: 12,
    });
    const written = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      pieces.map(all => all.join('')),
    );
    fc.assert(fc.property(written, text => (parseAddress(text)?.family ?? 0) === isIP(text)));
  });
});

describe('a prefix', () => {
  it.each(['10.0.0.0/8', '0.0.0.0/0', '127.0.0.1', 'fd00::/8', '::/0', '::1/128'])('%s is read', text => {
    expect(parsePrefix(text)).toBeDefined();
  });

  it.each(['10.0.0.1/8', '10.0.0.0/33', '10.0.0.0/', '/8', 'fd00::1/8', 'fe80::%eth0/10', 'a/8', '::/129'])(
    '%s is none',
    text => {
      expect(parsePrefix(text)).toBeUndefined();
    },
  );

  it('holds the addresses that the machine says it holds', () => {
    const any = fc.oneof(
      fc.tuple(fc.ipV4(), fc.ipV4(), fc.integer({ min: 1, max: 32 }), fc.constant('ipv4' as const)),
      fc.tuple(fc.ipV6(), fc.ipV6(), fc.integer({ min: 1, max: 128 }), fc.constant('ipv6' as const)),
    );
    fc.assert(
      fc.property(any, ([address, base, bits, family]) => {
        const parsed = parseAddress(base);
        if (parsed === undefined) return false;
        const rest = BigInt((family === 'ipv4' ? 32 : 128) - bits);
        const list = new BlockList();
        list.addSubnet(base, bits, family);
        const within = (text: string) => {
          const read = parseAddress(text);
          return read !== undefined && isWithin(read, { ...parsed, value: (parsed.value >> rest) << rest, bits });
        };
        return within(base) && within(address) === list.check(address, family);
      }),
    );
  });
});

describe('the faces of an address', () => {
  it.each([
    ['10.1.2.3', []],
    ['2a00::1', []],
    ['::', []],
    ['::1', []],
    ['::7f00:1', ['127.0.0.1']],
    ['64:ff9b::127.0.0.1', ['127.0.0.1']],
    ['::ffff:0:127.0.0.1', ['127.0.0.1']],
    ['2002:7f00:1::', ['127.0.0.1']],
    ['2001:0:1:2:3:4:80ff:fffe', ['127.0.0.1']],
    ['fd00::5efe:127.0.0.1', ['127.0.0.1']],
  ])('%s: itself and %j', (text, more) => {
    const [self, ...others] = facesOf(parseAddress(text) ?? { family: 4, value: 0n });
    expect(self).toEqual(parseAddress(text));
    expect(others.map(({ value }) => value)).toEqual(more.map(four));
  });

  it('of a mapped one is the IPv4 address alone', () => {
    const address = parseAddress('::ffff:10.0.0.1');
    expect(address && facesOf(address)).toEqual([{ family: 4, value: four('10.0.0.1') }]);
  });
});
