import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handTime } from './fake-nomad.ts';
import { createTokenSource } from './token.ts';

describe('createTokenSource', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sirocco-'));
    file = join(folder, 'nomad_token');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const rotate = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };

  it('gives a value as it is, or nothing', () => {
    const time = handTime();
    expect(createTokenSource({ value: 'x' }, time).current()).toBe('x');
    expect(createTokenSource({}, time).current()).toBeUndefined();
    expect(createTokenSource({ value: 'x' }, time).refresh()).toBe(false);
  });

  it('follows a file that is rotated, and looks at most once a second', () => {
    const time = handTime();
    rotate('first\n');
    const source = createTokenSource({ file, fileUse: 'must' }, time);
    expect(source.current()).toBe('first');
    rotate('other\n');
    time.advance(999);
    expect(source.current()).toBe('first');
    time.advance(1);
    expect(source.current()).toBe('other');
  });

  it('reads at once when told to, and says whether the token is another', () => {
    rotate('first');
    const source = createTokenSource({ file, fileUse: 'must' }, handTime());
    expect(source.refresh()).toBe(false);
    rotate('second');
    expect(source.refresh()).toBe(true);
    expect(source.current()).toBe('second');
  });

  it.each(['', 'two words', undefined])('keeps the token while the file is being replaced (%s)', text => {
    const time = handTime();
    rotate('first');
    const source = createTokenSource({ file, fileUse: 'must' }, time);
    if (text === undefined) rmSync(file);
    else rotate(text);
    expect(source.refresh()).toBe(false);
    expect(source.current()).toBe('first');
    rotate('second');
    time.advance(1_000);
    expect(source.current()).toBe('second');
  });

  it.each([
    ['missing', undefined, 'ENOENT'],
    ['empty', ' \n', 'it is empty'],
    ['none', 'two words', 'it does not hold a token'],
  ])('refuses a named file that is %s', (_, text, why) => {
    if (text !== undefined) rotate(text);
    const make = () => createTokenSource({ file, fileUse: 'must', fileKey: 'NOMAD_TOKEN_FILE' }, handTime());
    expect(make).toThrow(
      expect.objectContaining({ code: 'SIR-501', message: expect.stringContaining('NOMAD_TOKEN_FILE') }),
    );
    expect(make).toThrow(why);
  });

  it("takes a task's file where it is, and waits for it where it is not", () => {
    const time = handTime();
    const source = createTokenSource({ file, fileUse: 'may' }, time);
    expect(source.current()).toBeUndefined();
    rotate('identity');
    time.advance(1_000);
    expect(source.current()).toBe('identity');
  });

  it("follows a task's file that began as the value, and leaves another value alone", () => {
    const time = handTime();
    rotate('identity');
    const own = createTokenSource({ value: 'identity', file, fileUse: 'may' }, time);
    const chosen = createTokenSource({ value: 'chosen', file, fileUse: 'may' }, time);
    rotate('rotated');
    time.advance(1_000);
    expect([own.current(), chosen.current()]).toEqual(['rotated', 'chosen']);
  });
});
