/** Seeds, each run twice: half of them a file, so that two processes share them. With `SIROCCO_SEEDS` they are fresh. */

import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';
import { ownSubject } from './subject.ts';

/** In all files together. */
const asked = process.env['SIROCCO_SEEDS'];
const total = Number(asked ?? 80);
const perTest = 10;

export function seedsTest(file: number): void {
  const fresh = `${asked === undefined ? 'known' : Date.now().toString(36)}-${file}`;
  const seeds = Array.from({ length: Math.ceil(total / 2) }, (_, i) => `${fresh}-${i}`);
  const subject = ownSubject();

  describe('the promises hold through crashes, freezes, lost and late calls, and reads from the past', () => {
    for (let from = 0; from < seeds.length; from += perTest) {
      const some = seeds.slice(from, from + perTest);
      it(`on seeds ${some[0]} to ${some.at(-1)}`, { timeout: 300_000 }, () => {
        for (const seed of some) {
          const first = simulate({ seed, disturbed: true, subject });
          const second = simulate({ seed, disturbed: true, subject });
          const again = `npm run simulate -- --seed ${seed} --trace`;
          expect(first.problems, again).toEqual([]);
          expect(second.trace, `two runs of ${seed} differ: ${again}`).toBe(first.trace);
          expect(first.counts['record writes'] ?? 0, again).toBeGreaterThan(0);
        }
      });
    }
  });
}
