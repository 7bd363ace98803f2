import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../base/random.ts';
import type { NodeFacts } from '../cluster/types.ts';
import type { Candidate } from '../faults/fault.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { idOf } from './candidate.ts';
import { candidates, type Question } from './candidates.ts';
import { sampleAlloc, sampleJob, sampleNode, sampleTarget, sampleView } from './cluster.fixture.ts';
import { factsAsked } from './facts.ts';
import { asksOfNodes, patterns } from './patterns.ts';
import { pick } from './pick.ts';
import { unmeant } from './unmeant.ts';
import { unreadNodes } from './unread-nodes.ts';

const ubuntu: NodeFacts = {
  'attr.os.name': 'ubuntu',
  'attr.cpu.model': 'AMD EPYC, 2nd',
  'meta.rack': 'r1',
  'meta.x': '',
};
const debian: NodeFacts = { 'attr.os.name': 'debian', 'attr.cpu.model': null, 'meta.rack': 'r2', 'meta.x': null };
const pickOne: TargetSpec['pick'] = { amount: { count: 1 }, mode: 'random' };

/** Job `web` on an Ubuntu in rack r1, a Debian in rack r2, and a node of which nothing was read. */
function question(target: Partial<TargetSpec>, targetKind: 'allocation' | 'node' = 'allocation'): Question {
  const nodes = [sampleNode(1, { facts: ubuntu }), sampleNode(2, { facts: debian }), sampleNode(3)];
  const view = sampleView({ jobs: [sampleJob(3)], allocs: [1, 2, 3].map(n => sampleAlloc(n)), nodes });
  const whole = targetKind === 'node' ? { pick: pickOne, ifEmpty: 'fail' as const, ...target } : sampleTarget(target);
  return { view, namespace: 'default', target: whole, targetKind };
}

const numbers = (all: readonly Candidate[]) => all.map(each => Number(idOf(each).slice(0, 8)));

describe('attributes and meta of nodes', () => {
  it.each<[string, Partial<TargetSpec>, readonly number[]]>([
    ['by a name', { nodeMeta: { rack: 'r1' } }, [1]],
    ['by a glob', { nodeAttribute: { 'os.name': '*b*' } }, [1, 2]],
    ['by all of both', { nodeAttribute: { 'os.name': 'debian' }, nodeMeta: { rack: 'r1' } }, []],
    ['by a text with blanks and a comma', { nodeAttribute: { 'cpu.model': 'AMD*, 2nd' } }, [1]],
    ['by a star, where there is anything, be it empty', { nodeMeta: { x: '*' } }, [1]],
    ['beside a class', { nodeMeta: { rack: 'r*' }, node: 'node-2' }, [2]],
    ['by a key that none has', { nodeMeta: { constructor: '*' } }, []],
  ])('choose %s', (_, target, expected) => {
    for (const kind of ['allocation', 'node'] as const)
      expect(numbers(candidates(question(target, kind)).candidates)).toEqual(expected);
  });

  it('say of each that is left out what it has and what was asked', () => {
    const told = (target: Partial<TargetSpec>, kind?: 'node') =>
      candidates(question(target, kind)).excluded.map(({ why }) => why);
    expect(told({ nodeMeta: { rack: 'r1' } }, 'node')).toEqual([
      'its node_meta rack is r2, not r1',
      'its node_meta rack was not read yet',
    ]);
    expect(told({ nodeAttribute: { 'cpu.model': 'Intel*' }, node: 'node-[12]' })).toEqual([
      'on node node-1 (00000001), whose node_attribute cpu.model is AMD EPYC, 2nd, not Intel*',
      'on node node-2 (00000002), whose node_attribute cpu.model is absent, not Intel*',
      'on node node-3 (00000003), outside target_node=node-[12]',
    ]);
    expect(told({ nodeMeta: { x: 'y' }, node: 'node-1' })[0]).toMatch('whose node_meta x is empty, not y');
  });

  it('never choose by what was not read, nor by less than all that is asked', () => {
    const value = fc.constantFrom('r1', 'r2', '', null);
    const facts = fc.record({ 'meta.a': value, 'meta.b': value }, { requiredKeys: [] });
    const asked = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('r1', 'r*', '*'), { minKeys: 1 });
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 6 }), asked, (nodes, nodeMeta) => {
        const view = sampleView({ nodes: nodes.map((each, n) => sampleNode(n + 1, { facts: each })) });
        const target: TargetSpec = { nodeMeta, pick: pickOne, ifEmpty: 'fail' };
        const found = candidates({ view, namespace: 'default', target, targetKind: 'node' });
        for (const each of pick(found.candidates, { ...pickOne, mode: 'all' }, stream('s', 'targets')))
          for (const [key, pattern] of Object.entries(nodeMeta)) {
            const held = each.kind === 'node' ? each.node.facts?.[`meta.${key}`] : undefined;
            expect(typeof held).toBe('string');
            if (pattern !== '*') expect(held).toMatch(pattern === 'r1' ? /^r1$/ : /^r/);
          }
        expect(found.candidates.length + found.excluded.length).toBe(nodes.length);
      }),
    );
  });

  it('make nodes known as needed, and alone name something', () => {
    expect(asksOfNodes(sampleTarget({ nodeMeta: { a: 'b' } }))).toBe(true);
    expect(asksOfNodes(sampleTarget({ exclude: [{ nodeAttribute: { a: 'b' } }] }))).toBe(true);
    expect(patterns({ nodeMeta: { a: 'b' }, pick: pickOne, ifEmpty: 'fail' })).toMatchObject({ empty: false });
    expect(
      factsAsked(sampleTarget({ nodeMeta: { a: 'b' }, exclude: [{ nodeMeta: { a: 'c' } }, { job: 'x' }] })),
    ).toEqual(['meta.a']);
  });
});

describe('the nodes that a choice waits for', () => {
  it.each<[string, Partial<TargetSpec>, readonly number[]]>([
    ['nothing is asked', {}, []],
    ['what is asked was read of some', { nodeMeta: { rack: 'r1' } }, [3]],
    ['a key was read of none', { nodeMeta: { other: 'r1' } }, [1, 2, 3]],
    ['only an exclusion asks', { exclude: [{ nodeMeta: { rack: 'r1' } }] }, [3]],
    ['others are left out anyhow', { nodeMeta: { other: 'r1' }, node: 'node-2' }, [2]],
  ])('where %s', (_, target, expected) => {
    for (const kind of ['allocation', 'node'] as const) {
      const asked = question(kind === 'node' ? { node: '*', ...target } : target, kind);
      expect(unreadNodes(asked).map(each => Number(each.slice(0, 8)))).toEqual(expected);
    }
  });

  it('are not those of allocations that no longer run', () => {
    const view = sampleView({
      jobs: [sampleJob(1)],
      allocs: [sampleAlloc(1, { client: 'failed' })],
      nodes: [sampleNode(1)],
    });
    const target = sampleTarget({ nodeMeta: { rack: 'r1' } });
    expect(unreadNodes({ view, namespace: 'default', target, targetKind: 'allocation' })).toEqual([]);
  });
});

describe('what was chosen', () => {
  it('is not meant any more once its node or its job says otherwise', () => {
    const { view } = question({});
    const why = (target: Partial<TargetSpec>) =>
      unmeant(sampleTarget(target), 'default', view)({ kind: 'allocation', alloc: sampleAlloc(2) });
    expect(why({ nodeMeta: { rack: 'r2' } })).toBeUndefined();
    expect(why({ nodeMeta: { rack: 'r1' } })).toBe('on node node-2 (00000002), whose node_meta rack is r2, not r1');
    expect(why({ exclude: [{ nodeAttribute: { 'os.name': 'deb*' } }] })).toBe(
      'excluded by target.exclude {node_attribute: {os.name: deb*}}',
    );
  });
});
