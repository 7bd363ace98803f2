import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brief } from './brief.ts';

const bytes = (text: string) => new TextEncoder().encode(JSON.stringify(text)).length - 2;

describe('a brief text', () => {
  it.each([
    ['fine', 'fine'],
    ['', ''],
    ['two\n lines\t', 'two lines'],
    ['0123456789', '0123456789'],
    ['01234567890', '0123456…'],
    ['ééééé', 'ééééé'],
    ['éééééé', 'ééé…'],
    ['"""""', '"""""'],
    ['""""""', '"""…'],
    ['😀😀', '😀😀'],
    ['😀😀😀', '😀…'],
  ])('of ten bytes: %j is %j', (text, expected) => {
    expect(brief(text, 10)).toBe(expected);
    expect(bytes(expected)).toBeLessThanOrEqual(10);
  });

  it('has at most the bytes that it may have, on one line', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ minLength: 150, maxLength: 400 }),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 3, max: 250 }), (long, most) => {
        const short = brief(long, most);
        expect(bytes(short)).toBeLessThanOrEqual(most);
        expect(short).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
