import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSize, parseSize } from './size.ts';

describe('sizes', () => {
  it.each([
    ['512MiB', 536_870_912],
    ['1GiB', 1_073_741_824],
    ['1.5KiB', 1536],
    ['3kB', 3000],
    ['7B', 7],
  ])('reads %s', (text, bytes) => {
    expect(parseSize(text)).toEqual({ ok: true, value: bytes });
  });

  it.each([
    ['512', '512MiB'],
    ['512M', '512MiB'],
    ['2 gb', '2GiB'],
    ['64mib', '64MiB'],
  ])('refuses %s and offers %s', (text, meant) => {
    expect(parseSize(text)).toMatchObject({ ok: false, misread: { found: text, didYouMean: meant } });
  });

  it.each(['', 'much', '-1MiB', '0.3B', '99999999999TiB', 'constructor', '1constructor'])('refuses `%s`', text => {
    expect(parseSize(text)).toMatchObject({ ok: false, misread: { found: text } });
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), bytes => {
        expect(parseSize(formatSize(bytes))).toEqual({ ok: true, value: bytes });
      }),
    );
  });
});
