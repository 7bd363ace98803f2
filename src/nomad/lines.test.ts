import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLines } from './lines.ts';

describe('createLines', () => {
  it('gives a line once its end has come, and keeps the rest', () => {
    const lines = createLines(100);
    const push = (text: string) => lines.push(Buffer.from(text)).map(String);
    expect(push('{"a"')).toEqual([]);
    expect(lines.pending()).toBe(4);
    expect(push(':1}')).toEqual([]);
    expect(push('\n{}\n\nx')).toEqual(['{"a":1}', '{}', '']);
    expect(lines.pending()).toBe(1);
    expect(push('\n')).toEqual(['x']);
    expect(lines.pending()).toBe(0);
  });

  it('makes characters whole that two chunks share, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\n'))),
        fc.array(fc.nat()),
        (texts, cuts) => {
          const bytes = Buffer.from(texts.map(text => `${text}\n`).join(''));
          const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
          const lines = createLines(1_000_000);
          let from = 0;
          const got = ends.flatMap(end => {
            const chunk = bytes.subarray(from, end);
            from = end;
            return lines.push(chunk).map(String);
          });
          expect(got).toEqual(texts.map(text => text.toWellFormed()));
          expect(lines.pending()).toBe(0);
        },
      ),
    );
  });

  it('refuses a line past its limit instead of keeping it', () => {
    const lines = createLines(8);
    lines.push(Buffer.from('12345678'));
    expect(() => lines.push(Buffer.from('9'))).toThrow(new RangeError('a line is longer than 8 bytes'));
  });
});
