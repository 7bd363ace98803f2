import { describe, expect, it } from 'vitest';
import { memo } from './memo.ts';

describe('a memo', () => {
  it('asks once for each key, and forgets the first past its bound', () => {
    const asked: number[] = [];
    const double = memo(2, (n: number) => {
      asked.push(n);
      return { n: 2 * n };
    });
    expect(double(1)).toBe(double(1));
    expect([2, 1, 3, 2, 3, 1].map(n => double(n).n)).toEqual([4, 2, 6, 4, 6, 2]);
    expect(asked).toEqual([1, 2, 3, 1]);
  });
});
