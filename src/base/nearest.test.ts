import { describe, expect, it } from 'vitest';
import { nearest, snakeCase } from './nearest.ts';

const words = ['fault', 'target_job', 'target_node', 'at', 'every', 'seed'];

describe('the nearest word', () => {
  it.each([
    ['falt', 'fault'],
    ['Fault', 'fault'],
    ['targetJob', 'target_job'],
    ['target.job', 'target_job'],
    ['tarqet_job', 'target_job'],
    ['evry', 'every'],
    ['AT', 'at'],
  ])('to %s is %s', (word, near) => {
    expect(nearest(word, words)).toBe(near);
  });

  it.each(['', '---', 'colour', 'zz', 'on', 'x'.repeat(101)])('to `%s` does not exist', word => {
    expect(nearest(word, words)).toBeUndefined();
  });

  it('is the first of several', () => {
    expect(nearest('cat', ['bat', 'hat'])).toBe('bat');
  });
});

describe('snake case', () => {
  it.each([
    ['targetJob', 'target_job'],
    ['target.job', 'target_job'],
    ['Target-Job', 'target_job'],
    [' target job ', 'target_job'],
    ['TARGET_JOB', 'target_job'],
  ])('of %s', (word, snake) => {
    expect(snakeCase(word)).toBe(snake);
  });
});
