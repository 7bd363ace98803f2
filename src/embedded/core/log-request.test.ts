import { describe, expect, it } from 'vitest';
import { logStart } from './log-request.ts';

describe('the start of a log that is asked for', () => {
  it.each([
    ['start', 0, 0],
    ['start', 4, 4],
    ['start', 400, 20],
    ['start', -5, 15],
    ['end', 0, 0],
    ['end', 5, 15],
    ['end', 400, 0],
    ['end', -4, 4],
  ] as const)('from the %s with offset %i of 20 bytes is %i', (origin, offset, start) => {
    expect(logStart({ origin, offset }, 20)).toBe(start);
  });
});
