import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleAlloc, sampleView, sampleWeb } from '../targeting/cluster.fixture.ts';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { askAll, candidateJudge, firstRefusal } from './ask.ts';
import { heldBy, now, onAlloc, onNode, sampleContext } from './basis/context.fixture.ts';
import type { Gate, GateAnswer } from './gate.ts';
import { gates } from './index.ts';
import { defaultLimits } from './limits.ts';

const saying = (name: string, answer: GateAnswer, stage: Gate['stage'] = 'admission'): Gate => ({
  name,
  stage,
  summary: 'A sample.',
  ask: () => answer,
});
const yes: GateAnswer = { ok: true, message: 'fine' };
const later: GateAnswer = { ok: false, reason: 'later', message: 'not now', retry: true };
const never: GateAnswer = { ok: false, reason: 'never', message: 'no', retry: false };

describe('the gates', () => {
  it('have names of their own, a summary, and reasons fit for a metric label', () => {
    expect(new Set(gates.map(({ name }) => name)).size).toBe(gates.length);
    for (const { name, summary } of gates) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(summary).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('all pass where nothing is in the way', () => {
    const context = sampleContext({ chosen: [onAlloc(1)] });
    for (const stage of ['admission', 'candidate', 'blast'] as const) {
      const asked = askAll(gates, stage, context, onAlloc(1));
      expect(asked.filter(({ answer }) => !answer.ok)).toEqual([]);
      expect(asked.length).toBeGreaterThan(0);
    }
  });

  it('refuse when what they must judge is not given', () => {
    const answers = gates
      .filter(({ stage, name }) => stage !== 'admission' && name !== 'max-concurrent-runs')
      .map(gate => gate.ask(sampleContext()));
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, reason: 'not_asked' });
  });

  it('never turn a refusal into a pass when one more run holds something', () => {
    const some = fc.subarray([1, 2, 3, 4, 5, 6]);
    const held = fc.record({ run: fc.constantFrom('a', 'b', 'c'), allocs: some, nodes: some });
    const reservations = fc.array(
      held.map(({ run, allocs, nodes }) => heldBy(run, allocs, nodes)),
      { maxLength: 4 },
    );
    const health = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
    const percent = fc.integer({ min: 0, max: 100 });
    const limits = fc.record({ maxGroupPercent: percent, maxNamespacePercent: percent, maxNodesPercent: percent });
    const fault = fc.constantFrom(sampleFault(), sampleFault({ reach: 'node' }));
    const world = fc.tuple(reservations, held, some, some, health, limits, fault);
    const { jobs, nodes } = sampleWeb(6);
    fc.assert(
      fc.property(world, ([before, one, allocs, chosenNodes, well, given, kind]) => {
        const sick = (ok: boolean, n: number) => sampleAlloc(n, ok ? {} : { healthy: false, client: 'pending' });
        const view = sampleView({ jobs, nodes, allocs: well.map((ok, i) => sick(ok, i + 1)) });
        const chosen = [...allocs.map(n => onAlloc(n)), ...chosenNodes.map(n => onNode(n))];
        const context = sampleContext({
          view,
          chosen,
          fault: kind,
          limits: { ...defaultLimits, maxRunsPerJob: 2, maxConcurrentRuns: 3, ...given },
          reservations: before,
          lastHits: () => new Map([['default/web', now - 120_000]]),
        });
        const more = { ...context, reservations: [...before, heldBy(one.run, one.allocs, one.nodes)] };
        const passes = (each: typeof context) =>
          new Set(askAll(gates, 'blast', each).flatMap(({ gate, answer }) => (answer.ok ? [gate.name] : [])));
        expect([...passes(more)].filter(name => !passes(context).has(name))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('askAll', () => {
  it('asks each gate of the stage, also after a refusal', () => {
    const list = [saying('a', never), saying('b', yes), saying('c', yes, 'blast')];
    expect(askAll(list, 'admission', sampleContext()).map(({ gate, answer }) => [gate.name, answer])).toEqual([
      ['a', never],
      ['b', yes],
    ]);
  });
});

describe('firstRefusal', () => {
  it.each([
    ['none', [saying('a', yes)], undefined],
    ['the first that waits', [saying('a', later), saying('b', later)], 'a'],
    ['the first for good, before any that waits', [saying('a', later), saying('b', never), saying('c', never)], 'b'],
  ])('is %s', (_, list, expected) => {
    expect(firstRefusal(askAll(list, 'admission', sampleContext()))?.gate.name).toBe(expected);
  });
});

describe('candidateJudge', () => {
  it('gives the words of the first candidate gate that refuses', () => {
    const list = [saying('a', never), saying('b', yes, 'candidate'), saying('c', later, 'candidate')];
    expect(candidateJudge(list, sampleContext())(onAlloc(1))).toBe('c: not now');
    expect(candidateJudge(list.slice(0, 2), sampleContext())(onAlloc(1))).toBeUndefined();
  });
});
