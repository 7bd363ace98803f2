import { describe, expect, it } from 'vitest';
import { namePattern, nameProblem } from './names.ts';

describe('the name of a schedule', () => {
  it.each(['a', 'web-kill', '0-9', 'x'.repeat(64)])('may be %s', name => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each([
    ['Web_Kill', 'web-kill'],
    ['web kill!', 'web-kill'],
    ['x'.repeat(65), 'x'.repeat(64)],
    ['_', undefined],
    ['', undefined],
  ])('may not be `%s`', (name, meant) => {
    expect(nameProblem(name)).toMatchObject({ code: 'SIR-108', key: 'name', found: name });
    expect(nameProblem(name)?.didYouMean).toBe(meant);
  });

  it('that is the marker is told so', () => {
    expect(nameProblem('_')?.message).toContain('marker');
  });
});

describe('a pattern', () => {
  const pattern = namePattern('job id', 'which job');

  it.each(['web', 'web-*', 'w[ea]b', 'team/web', 'ünï'])('may be %s', value => {
    expect(pattern.safeParse(value)).toEqual({ success: true, data: value });
  });

  it.each([
    ['web,api', 'web'],
    [' web', 'web'],
    ['[web', undefined],
    ['', undefined],
    ['x'.repeat(257), undefined],
    [3, undefined],
  ])('may not be `%s`', (value, meant) => {
    const issue = pattern.safeParse(value).error?.issues[0];
    expect(issue).toMatchObject({ code: 'custom', params: { allowed: expect.stringContaining('glob') } });
    expect(issue?.code === 'custom' && issue.params?.didYouMean).toBe(meant);
  });
});
