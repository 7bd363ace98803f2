import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeadlines } from './deadlines.ts';

describe('deadlines', () => {
  it('gives the earliest first, whatever the order of setting', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(100))),
        fc.nat(100),
        (sets, now) => {
          const deadlines = createDeadlines();
          const model = new Map<string, number>();
          for (const [key, at] of sets) {
            deadlines.set(key, at);
            model.set(key, at);
          }
          const want = [...model].filter(([, at]) => at <= now);
          const got = deadlines.due(now);
          expect([...got].sort()).toEqual(want.map(([key]) => key).sort());
          expect(got.map(key => model.get(key))).toEqual(want.map(([, at]) => at).sort((a, b) => a - b));
          const rest = [...model.values()].filter(at => at > now);
          expect(deadlines.next()).toBe(rest.length === 0 ? undefined : Math.min(...rest));
          expect(deadlines.size).toBe(rest.length);
        },
      ),
    );
  });

  it('forgets what was cleared', () => {
    const deadlines = createDeadlines();
    deadlines.set('a', 1);
    deadlines.clear('a');
    expect(deadlines.next()).toBeUndefined();
    expect(deadlines.due(5)).toEqual([]);
  });
});
