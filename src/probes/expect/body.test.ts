import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BodyExpectation, formatBody, judgeBody, parseBody } from './body.ts';
import { parsePath, valueAt } from './json-path.ts';

function judge(expectation: unknown, body: string, truncated = false) {
  const reading = parseBody(expectation);
  if (!reading.ok) throw new Error(reading.misread.message);
  return judgeBody(reading.value, body, truncated);
}

const json = JSON.stringify({ state: 'up', queue: { length: 3, 'a.b': [1, { x: null }] }, ready: true, n: '3' });

describe('what a body must hold', () => {
  it.each<[unknown, BodyExpectation]>([
    ['ok', { contains: 'ok' }],
    [{ contains: 'ok' }, { contains: 'ok' }],
    [{ matches: '*ok*' }, { matches: '*ok*' }],
    [{ json: 'a.b' }, { json: 'a.b' }],
    [
      { json: 'a', equals: null },
      { json: 'a', equals: null },
    ],
    [
      { json: 'a', value: '>= 3' },
      { json: 'a', value: { atLeast: 3 } },
    ],
  ])('%j is read, and again as it is written', (written, expectation) => {
    expect(parseBody(written)).toEqual({ ok: true, value: expectation });
    expect(parseBody(JSON.parse(formatBody(expectation)))).toEqual({ ok: true, value: expectation });
  });

  it.each<[unknown, string, string | undefined]>([
    ['', 'contains', undefined],
    [5, 'contains', undefined],
    [['a'], 'contains', undefined],
    [{}, 'contains', undefined],
    [{ contain: 'x' }, 'contains', 'contains'],
    [{ regex: '(a+)+$' }, 'matches', undefined],
    [{ contains: 'x', matches: 'y' }, 'contains', undefined],
    [{ contains: 'x', equals: 'y' }, 'contains', undefined],
    [{ contains: 5 }, 'contains', undefined],
    [{ contains: 'x'.repeat(1_025) }, 'contains', undefined],
    [{ matches: '[a' }, 'glob', undefined],
    [{ matches: '*a'.repeat(33) }, '64', undefined],
    [{ json: 'a..b' }, 'a path', undefined],
    [{ json: 5 }, 'contains', undefined],
    [{ json: 'a', equals: {} }, 'a number', undefined],
    [{ json: 'a', equals: 1, value: '> 1' }, 'contains', undefined],
    [{ json: 'a', value: 'big' }, '> 1', undefined],
    [{ equals: 1 }, 'contains', undefined],
  ])('%j is refused', (written, allowed, didYouMean) => {
    const reading = parseBody(written);
    expect(reading).toMatchObject({ ok: false, misread: { allowed: expect.stringContaining(allowed) } });
    if (!reading.ok) expect(reading.misread.didYouMean).toBe(didYouMean);
  });

  it.each<[unknown, string, string | undefined]>([
    ['ready', 'all is ready', undefined],
    ['ready', 'not yet', 'lacks `ready`'],
    [{ matches: 'all*dy' }, 'all is\nready', undefined],
    [{ matches: 'all' }, 'all is ready', 'does not match `all`'],
    [{ json: 'state' }, json, undefined],
    [{ json: 'gone' }, json, 'nothing at `gone`'],
    [{ json: 'state', equals: 'up' }, json, undefined],
    [{ json: 'state', equals: 'down' }, json, '`state` is "up", not "down"'],
    [{ json: 'ready', equals: true }, json, undefined],
    [{ json: 'n', equals: 3 }, json, '`n` is "3", not 3'],
    [{ json: 'queue', equals: 3 }, json, '`queue` is an object, not 3'],
    [{ json: 'queue["a.b"][-1].x', equals: null }, json, undefined],
    [{ json: 'queue.length', value: '< 5' }, json, undefined],
    [{ json: 'queue.length', value: '> 5' }, json, '`queue.length` is 3, not > 5'],
    [{ json: 'n', value: '< 5' }, json, 'a string, no number'],
    [{ json: 'a' }, '<html>', 'is no JSON'],
    [{ json: '$', equals: 1 }, '1', undefined],
    [{ json: 'constructor' }, '{}', 'nothing at'],
    [{ json: '__proto__.x' }, '{}', 'nothing at'],
  ])('%j of %s', (written, body, why) => {
    const { why: found } = judge(written, body);
    if (why === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(why);
  });

  it.each<[unknown, string | undefined]>([
    ['ready', undefined],
    ['gone', 'as far as it was read'],
    [{ matches: 'ready*' }, undefined],
    [{ matches: 'ready' }, 'its end can’t be compared'],
    [{ matches: 'ready\\*' }, 'its end can’t be compared'],
    [{ json: 'a' }, 'longer than what is read'],
  ])('%j is judged by what was read of a longer one', (written, why) => {
    const found = judge(written, 'ready', true).why;
    if (why === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(why);
  });

  it('gives the number that was compared', () => {
    expect(judge({ json: 'queue.length', value: '> 5' }, json)).toMatchObject({ value: 3 });
  });

  it('is judged of any body, and quotes none of it that was not asked for', () => {
    const secret = 'S3CRET';
    const some = fc.constantFrom<unknown>(
      'ok',
      { matches: '*a*b*c' },
      { json: 'a.b[0]', equals: 1 },
      { json: 'a', value: '> 1' },
    );
    fc.assert(
      fc.property(some, fc.oneof(fc.string(), fc.json()), (written, body) => {
        expect(JSON.stringify(judge(written, body + secret))).not.toContain(secret);
      }),
    );
  });

  it('takes steps for a glob, and not an age', () => {
    const body = 'a'.repeat(65_536);
    expect(judge({ matches: `*${'?'.repeat(62)}b` }, body).why).toContain('does not match');
  });
});

describe('a path in JSON', () => {
  it.each<[string, readonly (string | number)[]]>([
    ['a', ['a']],
    ['$.a', ['a']],
    ['$', []],
    ['$[0]', [0]],
    ['a.b-c[0][-1].d', ['a', 'b-c', 0, -1, 'd']],
    ['["a.b"].c', ['a.b', 'c']],
    ['0', ['0']],
  ])('%s is read', (text, path) => {
    expect(parsePath(text)).toEqual({ ok: true, value: path });
  });

  it.each([
    '',
    ' ',
    'a b',
    'a.',
    'a[b]',
    "a['b']",
    'a[0]b',
    '$a.b c',
    '..a',
    'a[*]',
    'a'.repeat(257),
    'a.a'.repeat(20),
  ])('%s is refused', text => {
    expect(parsePath(text).ok).toBe(false);
  });

  it('finds what was put there', () => {
    const step = fc.oneof(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), path => {
        const value = path.toReversed().reduce<unknown>((inner, each) => {
          if (typeof each === 'string') return { [each]: inner };
          const list: unknown[] = [null, null, null, null];
          list[each] = inner;
          return list;
        }, 'found');
        const text = path.map(each => (typeof each === 'string' ? `.${each}` : `[${each}]`)).join('');
        const reading = parsePath(`$${text}`);
        return reading.ok && valueAt(value, reading.value) === 'found';
      }),
    );
  });
});
