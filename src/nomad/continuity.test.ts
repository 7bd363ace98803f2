import { describe, expect, it } from 'vitest';
import { createContinuity } from './continuity.ts';

describe('createContinuity', () => {
  it.each<[string, number, boolean, number[], string[]]>([
    ['a first opening', 10, false, [8, 10, 11, 11, 15], ['drop', 'drop', 'news', 'drop', 'news']],
    ['a first opening without an index', 0, false, [3, 4], ['news', 'news']],
    ['a resume that brings the last batch again', 10, true, [10, 12, 13], ['drop', 'news', 'news']],
    ['a resume that lost some', 10, true, [12, 13], ['gap', 'news']],
    ['a server that replays history and then joins', 10, true, [3, 7, 10, 11], ['drop', 'drop', 'drop', 'news']],
    ['a server that replays history past the last batch', 10, true, [3, 7, 11, 12], ['drop', 'drop', 'gap', 'news']],
  ])('judges %s', (_, last, resumed, indexes, expected) => {
    const judge = createContinuity(last, resumed);
    expect(indexes.map(judge)).toEqual(expected);
  });
});
