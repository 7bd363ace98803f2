import { afterAll, describe, expect, it } from 'vitest';
import { bugs } from './bugs.ts';
import { plant, uproot } from './planted.ts';
import { simulate } from './simulate.ts';
import { ownSubject } from './subject.ts';

const atMost = 500;

afterAll(uproot);

describe('a planted bug is caught', () => {
  it.each(bugs)('$name', { timeout: 600_000 }, async bug => {
    const subject = await plant(bug);
    for (let i = 0; i < atMost; i += 1) {
      const { problems } = simulate({ seed: `planted-${i}`, disturbed: true, subject });
      const caught = problems.filter(each => bug.caughtAs.test(each));
      if (caught.length === 0) continue;
      expect(simulate({ seed: `planted-${i}`, disturbed: true, subject: ownSubject() }).problems).toEqual([]);
      return;
    }
    expect.unreachable(`${bug.name} was not caught by ${atMost} seeds`);
  });
});

describe('a disturbed cluster comes to rest', () => {
  it.each(['rest-1', 'rest-2', 'rest-3'])('as an undisturbed one does: %s', seed => {
    const subject = ownSubject();
    const calm = simulate({ seed, disturbed: false, subject });
    const rough = simulate({ seed, disturbed: true, subject });
    expect(calm.problems).toEqual([]);
    expect(rough.end).toEqual(calm.end);
    expect(calm.counts['verdict passed'] ?? 0).toBeGreaterThan(0);
  });
});
