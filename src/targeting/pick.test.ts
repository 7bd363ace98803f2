import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../base/random.ts';
import type { Candidate } from '../faults/fault.ts';
import type { Pick } from '../spec/experiment.ts';
import { idOf, nodeOf as placeIn } from './candidate.ts';
import { sampleAlloc, sampleNode } from './cluster.fixture.ts';
import { amountOf, pick } from './pick.ts';

const datacenters = ['dc1', 'dc2', 'dc3'];

const candidate = fc
  .record({ n: fc.integer({ min: 1, max: 500 }), node: fc.integer({ min: 1, max: 6 }), born: fc.nat(50) })
  .map(({ n, node, born }): Candidate => {
    const { id, name } = sampleNode(node);
    return { kind: 'allocation', alloc: sampleAlloc(n, { node: id, nodeName: name, createIndex: born }) };
  });
const pool = fc.uniqueArray(candidate, { maxLength: 30, selector: idOf });
const how: fc.Arbitrary<Pick> = fc.record(
  {
    amount: fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
    ),
    mode: fc.constantFrom('random', 'oldest', 'newest', 'all'),
    spread: fc.constantFrom('node', 'datacenter'),
  },
  { requiredKeys: ['amount', 'mode'] },
);
const seed = fc.string({ maxLength: 8 });

const nodeOf = (chosen: Candidate) => placeIn(chosen) ?? '';
const placeOf = (chosen: Candidate) => ({
  node: nodeOf(chosen),
  datacenter: datacenters[Number(nodeOf(chosen).slice(0, 8)) % datacenters.length] ?? '',
  nodeClass: '',
});

describe('pick', () => {
  it('chooses a subset without repetition, of the size that the amount says', () => {
    fc.assert(
      fc.property(pool, how, seed, (all, wanted, word) => {
        const chosen = pick(all, wanted, stream(word, 'targets'), placeOf);
        const ids = chosen.map(idOf);
        expect(new Set(ids).size).toBe(ids.length);
        expect(all.map(idOf)).toEqual(expect.arrayContaining(ids));
        expect(ids).toHaveLength(amountOf(wanted, all.length));
      }),
    );
  });

  it('repeats a choice from its seed, whatever the order of input', () => {
    const shuffledToo = pool.chain(all =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffledToo, how, seed, ([all, shuffled], wanted, word) => {
        const ids = pick(all, wanted, stream(word, 'targets'), placeOf).map(idOf);
        expect(pick(shuffled, wanted, stream(word, 'targets'), placeOf).map(idOf)).toEqual(ids);
      }),
    );
  });

  it('spreads so that no value is ahead of another that has candidates left by more than one', () => {
    fc.assert(
      fc.property(pool, how, seed, fc.constantFrom('node', 'datacenter'), (all, wanted, word, spread) => {
        fc.pre(wanted.mode !== 'all');
        const chosen = pick(all, { ...wanted, spread }, stream(word, 'targets'), placeOf);
        const count = (list: readonly Candidate[]) => {
          const counts = new Map<string, number>();
          for (const each of list) counts.set(placeOf(each)[spread], (counts.get(placeOf(each)[spread]) ?? 0) + 1);
          return counts;
        };
        const taken = count(chosen);
        const most = Math.max(0, ...taken.values());
        for (const [value, there] of count(all)) {
          const here = taken.get(value) ?? 0;
          if (here < there) expect(most - here).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('can choose every candidate, given other seeds', () => {
    const all = [1, 2, 3, 4].map((n): Candidate => ({ kind: 'allocation', alloc: sampleAlloc(n) }));
    const one: Pick = { amount: { count: 1 }, mode: 'random' };
    const seen = new Set(Array.from({ length: 60 }, (_, n) => pick(all, one, stream(`${n}`, 'targets')).map(idOf)[0]));
    expect(seen.size).toBe(4);
  });

  it('takes with weights each as often as they say, and those of weight 0 never', () => {
    const places = ['dc1', 'dc1', 'dc2', 'dc3'];
    const all = places.map((_, i): Candidate => ({ kind: 'allocation', alloc: sampleAlloc(i + 1) }));
    const at = (chosen: Candidate) => places[all.indexOf(chosen)] ?? '';
    const weights = { by: 'datacenter', of: { dc1: 3, '*': 2, dc3: 0 } } as const;
    const mode = 'weighted';
    const where = (chosen: Candidate) => ({ node: '', datacenter: at(chosen), nodeClass: '' });
    const firsts = Array.from({ length: 800 }, (_, n) =>
      pick(all, { amount: { count: 1 }, mode, weights }, stream(`${n}`, 'targets'), where).map(at),
    ).flat();
    const share = (place: string) => firsts.filter(each => each === place).length / firsts.length;
    // Two of weight 3 and one of weight 2.
    expect(share('dc1')).toBeCloseTo(0.75, 1);
    expect(share('dc2')).toBeCloseTo(0.25, 1);
    const whole = pick(all, { amount: { percent: 100 }, mode, weights }, stream('s', 'targets'), where);
    expect(whole.map(at).sort()).toEqual(['dc1', 'dc1', 'dc2']);
  });

  it.each([
    ['a percentage rounds down', { percent: 34 }, 5, 1],
    ['a percentage is at least one', { percent: 1 }, 5, 1],
    ['zero percent of something is one', { percent: 0 }, 5, 1],
    ['a whole percentage', { percent: 100 }, 5, 5],
    ['a count', { count: 2 }, 5, 2],
    ['no more than there are', { count: 9 }, 5, 5],
    ['nothing of nothing', { percent: 50 }, 0, 0],
  ])('counts: %s', (_, amount, available, expected) => {
    expect(amountOf({ amount, mode: 'random' }, available)).toBe(expected);
  });

  it.each([
    ['oldest', [3, 1]],
    ['newest', [2, 1]],
  ] as const)('takes the %s first', (mode, expected) => {
    const born = [20, 30, 10];
    const all = born.map(
      (createIndex, i): Candidate => ({ kind: 'allocation', alloc: sampleAlloc(i + 1, { createIndex }) }),
    );
    const chosen = pick(all, { amount: { count: 2 }, mode }, stream('s', 'targets'));
    expect(chosen.map(idOf)).toEqual(expected.map(n => sampleAlloc(n).id));
  });
});
