import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exclusion } from './candidates.ts';
import { sampleAlloc, sampleNode } from './cluster.fixture.ts';
import { explain, recordExclusions } from './explain.ts';

const exclusion = (n: number, why: string): Exclusion => ({ id: sampleAlloc(n).id, name: `web.app[${n}]`, why });
const exclusions = fc.array(
  fc.tuple(fc.nat(999), fc.string({ maxLength: 400 })).map(([n, why]) => exclusion(n, why)),
  { maxLength: 200 },
);

describe('explain', () => {
  it('tells who was chosen and why others were left out, one line a reason', () => {
    const lines = explain({
      chosen: [
        { kind: 'allocation', alloc: sampleAlloc(1) },
        { kind: 'node', node: sampleNode(2) },
      ],
      eligible: 5,
      excluded: [exclusion(3, 'not running: failed'), exclusion(4, 'unhealthy'), exclusion(5, 'unhealthy')],
      seed: 'abc',
    });
    expect(lines).toEqual([
      '2 chosen of 5 that can be hit; 3 left out; seed abc',
      'chosen: web.app[1] (00000001) on node node-1 (00000001)',
      'chosen: node node-2 (00000002)',
      'left out: web.app[4] (00000004), web.app[5] (00000005): unhealthy',
      'left out: web.app[3] (00000003): not running: failed',
    ]);
  });

  it('says what matched nothing', () => {
    const lines = explain({ chosen: [], eligible: 0, excluded: [], seed: 's', nothing: 'no node can be seen' });
    expect(lines).toEqual(['0 chosen of 0 that can be hit; 0 left out; seed s', 'no node can be seen']);
  });

  it('never grows beyond its bounds', () => {
    const bounds = { chosen: 3, reasons: 4, names: 2, letters: 50 };
    fc.assert(
      fc.property(exclusions, fc.nat(30), (excluded, many) => {
        const chosen = Array.from({ length: many }, (_, n) => ({ kind: 'allocation', alloc: sampleAlloc(n) }) as const);
        const lines = explain({ chosen, eligible: many, excluded, seed: 's' }, bounds);
        expect(lines.length).toBeLessThanOrEqual(bounds.chosen + bounds.reasons + 4);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});

describe('recordExclusions', () => {
  it('keeps one entry a reason, most frequent first', () => {
    const excluded = [exclusion(1, 'rare'), exclusion(2, 'often'), exclusion(3, 'often'), exclusion(4, 'often')];
    expect(recordExclusions(excluded)).toEqual([exclusion(2, 'often (and 2 more)'), exclusion(1, 'rare')]);
  });

  it('stays small, and accounts for every exclusion', () => {
    fc.assert(
      fc.property(exclusions, excluded => {
        const kept = recordExclusions(excluded);
        expect(kept.length).toBeLessThanOrEqual(13);
        expect(JSON.stringify(kept).length).toBeLessThan(13 * 1000);
        const more = kept.map(({ why }) => Number(/and (\d+) more(?:\)| for other reasons)$/.exec(why)?.[1] ?? 0));
        const named = kept.filter(({ id }) => id !== '').length;
        expect(named + more.reduce((sum, n) => sum + n, 0)).toBe(excluded.length);
      }),
    );
  });
});
