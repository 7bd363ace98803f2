import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stableJson } from './json.ts';

describe('stable JSON', () => {
  it('orders keys at every depth and leaves out what is undefined', () => {
    expect(stableJson({ b: 1, a: { d: [3, { z: null, y: undefined }], c: 'x' } })).toBe(
      '{"a":{"c":"x","d":[3,{"z":null}]},"b":1}',
    );
  });

  it('is one text for one value, and reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = stableJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(stableJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('ignores the order in which keys were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), value => {
        expect(stableJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(stableJson(value));
      }),
    );
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1n], [() => 1], [undefined]])('refuses %s by itself', value => {
    expect(() => stableJson(value)).toThrow(TypeError);
  });

  it('refuses a cycle, not a value that is there twice', () => {
    const twice = { a: 1 };
    expect(stableJson([twice, twice])).toBe('[{"a":1},{"a":1}]');
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => stableJson(cycle)).toThrow(TypeError);
  });
});
