import { describe, expect, it } from 'vitest';
import { misread, read, shown } from './reading.ts';

describe('what errors show as found', () => {
  const cycle: Record<string, unknown> = {};
  cycle.itself = cycle;
  it.each([
    ['text', 'text'],
    [3, '3'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ a: [1] }, '{"a":[1]}'],
    [1n, 'bigint'],
    [cycle, 'object'],
    ['a\nb\u0000\u2028', 'a\\u000ab\\u0000\\u2028'],
    ['\ud800', '\ufffd'],
  ])('%o is one printable line', (value, line) => {
    expect(shown(value)).toBe(line);
  });

  it('is cut at 80 characters', () => {
    expect(shown('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
    expect(shown('x'.repeat(80))).toBe('x'.repeat(80));
  });
});

describe('readings', () => {
  it('hold a value, or what to say', () => {
    expect(read(3)).toEqual({ ok: true, value: 3 });
    expect(misread('x', 'a number', '1 to 3', '1')).toEqual({
      ok: false,
      misread: { message: '`x` is not a number', found: 'x', allowed: '1 to 3', didYouMean: '1' },
    });
  });

  it.each([undefined, ''])('ask for what is missing: %o', value => {
    expect(misread(value, 'a number', '1 to 3')).toMatchObject({ misread: { message: 'a number is needed' } });
  });
});
