import { afterAll, describe, expect, it } from 'vitest';
import { bugs } from './bugs.ts';
import { plant, uproot } from './planted.ts';
import { simulate } from './simulate.ts';
import { ownSubject } from './subject.ts';

const atMost = 500;

afterAll(uproot);

describe('a planted bug is caught', () => {
  it.each(bugs)('$name', { timeout: 600_000 }, bug => {
    const subject = plant(bug);
    const numbers = Array.from({ length: atMost }, (_, i) => i);
    for (const i of [bug.near ?? 0, ...numbers]) {
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
  it('as an undisturbed one does', { timeout: 600_000 }, () => {
    const subject = ownSubject();
    let compared = 0;
    for (let i = 1; compared < 4 && i < 50; i += 1) {
      const seed = `rest-${i}`;
      const calm = simulate({ seed, disturbed: false, subject });
      const rough = simulate({ seed, disturbed: true, subject });
      expect(calm.problems, seed).toEqual([]);
      // What crossed a change of people's is nobody's promise.
      if (rough.counts['crossed'] !== 0) continue;
      expect(rough.end, seed).toEqual(calm.end);
      compared += calm.counts['verdict passed'] === undefined ? 0 : 1;
    }
    expect(compared).toBe(4);
  });
});
