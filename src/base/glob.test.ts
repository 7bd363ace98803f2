import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glob, isGlob, parseGlob } from './glob.ts';

describe('globs', () => {
  it.each([
    ['web', 'web', true],
    ['web', 'web2', false],
    ['web-*', 'web-', true],
    ['web-*', 'web', false],
    ['*', '', true],
    ['*', 'team/web', true],
    ['?', '', false],
    ['w?b', 'web', true],
    ['w?b', 'weeb', false],
    ['*-db-*', 'prod-db-1', true],
    ['*ab', 'aab', true],
    ['a*b*c', 'a1b2c3', false],
    ['web-[0-9]', 'web-7', true],
    ['web-[0-9]', 'web-a', false],
    ['web-[!0-9]', 'web-a', true],
    ['web-[^0-9]', 'web-1', false],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['?', '😀', true],
    ['a.c', 'abc', false],
    ['(a+)+', '(a+)+', true],
  ])('%s on `%s` is %s', (pattern, name, answer) => {
    expect(glob(pattern)(name)).toBe(answer);
  });

  it.each(['[', 'web-[0-9', '[z-a]', 'end\\', '[]'])('refuses %s, which matches only itself', pattern => {
    expect(parseGlob(pattern)).toMatchObject({ ok: false, misread: { found: pattern } });
    expect(glob(pattern)(pattern)).toBe(true);
    expect(glob(pattern)('web-1')).toBe(false);
  });

  it('tell themselves from plain names', () => {
    expect(['web', 'w*', 'w?', '[w]', '\\w'].map(isGlob)).toEqual([false, true, true, true, true]);
  });

  it('agree with the regular expression of the same meaning', () => {
    const small = fc.stringMatching(/^[ab*?]{0,8}$/);
    fc.assert(
      fc.property(small, fc.stringMatching(/^[ab]{0,10}$/), (pattern, name) => {
        const same = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(glob(pattern)(name)).toBe(same.test(name));
      }),
    );
  });

  it('take no longer for a pattern that would hang a regular expression', () => {
    const name = 'a'.repeat(5000);
    const hard = glob(`${'*a'.repeat(100)}*b`);
    expect(hard(name)).toBe(false);
    expect(hard(`${name}b`)).toBe(true);
  });
});
