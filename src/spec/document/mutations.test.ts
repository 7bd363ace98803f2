import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../../base/errors.ts';
import { stream } from '../../base/random.ts';
import { sampleCatalog } from '../catalog.fixture.ts';
import { explainAll } from '../explain.ts';
import { parseDocument } from './document.ts';
import { documentWords, goodDocuments, mutated, strangeSigns } from './mutated.fixture.ts';

/** Each problem says where, what is allowed, in lines that a terminal may show; answers whether it was fine. */
function judged(text: string): boolean {
  const parsed = parseDocument('web', text, sampleCatalog, new Map([['kill-some', killSome]]));
  if (parsed.ok) return true;
  expect(parsed.problems.length).toBeGreaterThan(0);
  const lines = text.split('\n');
  for (const { code, key, message, allowed, line = 0, column = 0 } of parsed.problems) {
    expect(Object.keys(errorTable)).toContain(code);
    expect(key).toMatch(/./su);
    expect(allowed).toMatch(/./su);
    expect(message).toMatch(/^[^\p{Cc}]+$/u);
    expect(message).not.toMatch(/\bat .*\.[jt]s\b|undefined|\[object/);
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThan(0);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
  }
  for (const each of explainAll(parsed.problems)) expect(each).not.toMatch(/\p{Cc}/u);
  return false;
}

const killSome = {
  ok: false,
  problems: [
    { code: 'SIR-103', key: 'method', message: 'method: the steps are missing', allowed: 'steps', line: 1, column: 1 },
  ],
} as const;

describe('a document', () => {
  it('of a thousand good ones gone wrong is answered with place and what is allowed', () => {
    const random = stream('a thousand', 'documents');
    let rejected = 0;
    for (let n = 0; n < 1_000; n += 1)
      if (!judged(mutated(goodDocuments[n % goodDocuments.length] ?? '', random))) rejected += 1;
    expect(rejected).toBeGreaterThan(700);
  });

  it('of any text is read or answered, never thrown at', () => {
    const piece = fc.oneof(
      fc.constantFrom(...strangeSigns, ...documentWords, ...goodDocuments),
      fc.string({ unit: 'binary', maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        judged(pieces.join(''));
      }),
      { numRuns: 250 },
    );
  });

  it.each(goodDocuments.slice(0, 3))('is fine when nothing is wrong: %s', text => {
    expect(judged(text)).toBe(true);
  });
});
