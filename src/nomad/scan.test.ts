import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfValue } from './scan.ts';

describe('endOfValue', () => {
  it('finds the end of any object or array, whatever follows', () => {
    const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (json, before, after) => {
        const head = Buffer.from(before);
        const body = Buffer.from(JSON.stringify(json));
        const bytes = Buffer.concat([head, body, Buffer.from(after)]);
        expect(endOfValue(bytes, head.length, bytes.length)).toBe(head.length + body.length);
        expect(endOfValue(bytes, head.length, head.length + body.length - 1)).toBe(-1);
      }),
    );
  });

  it.each([
    ['brackets in strings', '{"a":"}]","b":"\\"}"}'],
    ['a backslash before the closing quote', '{"a":"\\\\"}'],
    ['nesting of both kinds', '[{"a":[]},[{}]]'],
  ])('is not fooled by %s', (_, text) => {
    expect(endOfValue(Buffer.from(`${text},{}`), 0, text.length + 3)).toBe(text.length);
  });

  it.each(['"text"', '12', '', '{"a":"', '{"a":"\\', '}'])('answers -1 for %j', text => {
    expect(endOfValue(Buffer.from(text), 0, text.length)).toBe(-1);
  });
});
