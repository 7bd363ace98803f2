import { expect, it } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { sirocco } from '../../src/cli/cli.fixture.ts';
import { goodDocuments, mutated } from '../../src/spec/document/mutated.fixture.ts';

it('validate answers a thousand documents gone wrong with a place and what is allowed, never with a trace', async () => {
  const random = stream('a thousand', 'command lines');
  const seen = { valid: 0, rejected: 0 };
  for (let n = 0; n < 1_000; n += 1) {
    const text = mutated(goodDocuments[n % goodDocuments.length] ?? '', random);
    const { code, out, err } = await sirocco(['validate', '-'], { stdin: text });
    if (code === 0) {
      seen.valid += 1;
      expect([err, out.startsWith('OK unnamed sha256:')]).toEqual(['', true]);
      continue;
    }
    seen.rejected += 1;
    expect([code, out]).toEqual([2, '']);
    for (const line of err.split('\n').filter(each => !each.startsWith('hint: '))) {
      expect(line, text).toMatch(/^error (?:standard input:(?:\d+:\d+:)? )?SIR-1\d\d /);
      expect(line, text).toMatch(/; allowed: .|; did you mean `/);
      expect(line).not.toMatch(/^ +at |SIR-502/);
    }
    expect(err).toMatch(/standard input/);
  }
  expect(seen.rejected).toBeGreaterThan(700);
});
