import { describe, expect, it } from 'vitest';
import { nameOf } from './candidate.ts';
import { choose } from './choose.ts';
import { sampleAlloc, sampleNode, sampleTarget, sampleView, sampleWeb } from './cluster.fixture.ts';
import { sampleFault } from './fault.fixture.ts';

const wanted = {
  view: sampleView(sampleWeb(5)),
  namespace: 'default',
  target: sampleTarget({ pick: { amount: { count: 2 }, mode: 'random' } }),
  fault: sampleFault(),
  params: {},
  seed: 'drawn',
};

describe('choose', () => {
  it('chooses the same from the same seed, and tells the seed', () => {
    const first = choose(wanted);
    expect(first.chosen).toHaveLength(2);
    expect(first).toMatchObject({ seed: 'drawn', eligible: 5, excluded: [] });
    expect(choose(wanted)).toEqual(first);
  });

  it("prefers the spec's own seed", () => {
    const { pick } = wanted.target;
    const fixed = { ...wanted, target: sampleTarget({ pick: { ...pick, seed: 'mine' } }) };
    expect(choose(fixed).seed).toBe('mine');
    expect(choose({ ...fixed, seed: 'another' })).toEqual(choose(fixed));
  });

  it('asks the fault, with its parameters and task, and then the judge', () => {
    const fault = sampleFault({
      exclude: (candidate, { params, task }) =>
        nameOf(candidate) === 'web.app[1]' ? `fault says no: ${JSON.stringify(params)} ${task}` : undefined,
    });
    const choice = choose({
      ...wanted,
      fault,
      params: { signal: 'SIGKILL' },
      target: sampleTarget({ task: 'server', pick: { amount: { percent: 100 }, mode: 'oldest' } }),
      judge: candidate => (nameOf(candidate) === 'web.app[2]' ? 'gate says no' : undefined),
    });
    expect(choice.chosen.map(nameOf)).toEqual(['web.app[3]', 'web.app[4]', 'web.app[5]']);
    expect(choice.excluded.map(({ why }) => why)).toEqual([
      'fault says no: {"signal":"SIGKILL"} server',
      'gate says no',
    ]);
  });

  it('spreads allocations by the datacenter of their nodes', () => {
    const allocs = [1, 2, 3, 4].map(n => sampleAlloc(n));
    const nodes = [1, 2, 3, 4].map(n => sampleNode(n, { datacenter: n === 4 ? 'dc2' : 'dc1' }));
    const { jobs } = sampleWeb(4);
    const pick = { amount: { count: 2 }, mode: 'oldest', spread: 'datacenter' } as const;
    const choice = choose({ ...wanted, view: sampleView({ jobs, allocs, nodes }), target: sampleTarget({ pick }) });
    expect(choice.chosen.map(nameOf)).toEqual(['web.app[1]', 'web.app[4]']);
  });

  it('leaves out what the target excludes, and what has no weight, with the reason', () => {
    const nodes = [1, 2, 3, 4].map(n => sampleNode(n, { datacenter: n === 4 ? 'dc2' : 'dc1' }));
    const allocs = [1, 2, 3, 4].map(n => sampleAlloc(n));
    const { jobs } = sampleWeb(4);
    const pick = {
      amount: { percent: 100 },
      mode: 'weighted',
      weights: { by: 'datacenter', of: { dc1: 1 } },
    } as const;
    const target = sampleTarget({ pick, exclude: [{ node: 'node-1' }] });
    const choice = choose({ ...wanted, view: sampleView({ jobs, allocs, nodes }), target });
    expect(choice.chosen.map(nameOf).sort()).toEqual(['web.app[2]', 'web.app[3]']);
    expect(choice.excluded.map(({ name, why }) => `${name}: ${why}`)).toEqual([
      'web.app[1]: excluded by target.exclude {node: node-1}',
      'web.app[4]: its datacenter dc2 has no weight',
    ]);
  });

  it('says why there is nothing', () => {
    expect(choose({ ...wanted, target: sampleTarget({ job: 'absent' }) })).toMatchObject({
      chosen: [],
      nothing: 'no job of namespace default matches target_job=absent',
    });
  });
});
