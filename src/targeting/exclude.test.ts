import { describe, expect, it } from 'vitest';
import type { Candidate } from '../faults/fault.ts';
import type { ExcludeSpec } from '../spec/experiment.ts';
import { sampleAlloc, sampleGroup, sampleJob, sampleNode, sampleService, sampleView } from './cluster.fixture.ts';
import { excluder } from './exclude.ts';
import { asksOfNodes } from './patterns.ts';

const job = sampleJob(2, { meta: { tier: 'gold', team: 'shop' } });
const facts = { 'attr.os.name': 'ubuntu', 'meta.rack': 'r1', 'meta.none': null };
const view = sampleView({
  jobs: [job],
  allocs: [sampleAlloc(1), sampleAlloc(2)],
  nodes: [sampleNode(1, { nodeClass: 'big', datacenter: 'dc2', nodePool: 'gpu', facts })],
});
const kinds: Readonly<Record<string, Candidate>> = {
  allocation: { kind: 'allocation', alloc: sampleAlloc(1) },
  unseen: { kind: 'allocation', alloc: sampleAlloc(2) },
  node: { kind: 'node', node: sampleNode(1, { nodeClass: 'big', datacenter: 'dc2', nodePool: 'gpu' }) },
  group: { kind: 'group', job, group: sampleGroup(2) },
  job: { kind: 'job', job },
  service: { kind: 'service', job, service: sampleService(1) },
};

describe('the exclusions of a target', () => {
  it.each<[string, ExcludeSpec, readonly string[]]>([
    ['a job', { job: 'we*' }, ['allocation', 'unseen', 'group', 'job', 'service']],
    ['another job', { job: 'api' }, []],
    ['a group', { group: 'app' }, ['allocation', 'unseen', 'group', 'service']],
    ['the meta of a job', { meta: { tier: 'g*' } }, ['allocation', 'unseen', 'group', 'job', 'service']],
    ['all of what an entry says', { meta: { tier: 'gold', team: 'ops' } }, []],
    ['meta that is not there', { meta: { owner: '*' } }, []],
    ['a node by name', { node: 'node-1' }, ['allocation', 'node', 'service']],
    ['a node by the beginning of its id', { node: '00000001' }, ['allocation', 'node', 'service']],
    ['a class, also where it may be so', { nodeClass: 'b*' }, ['allocation', 'unseen', 'node', 'service']],
    ['a datacenter of one job', { datacenter: 'dc2', job: 'api' }, []],
    ['a pool', { nodePool: 'gpu' }, ['allocation', 'unseen', 'node', 'service']],
    [
      'an attribute, also where it may be so',
      { nodeAttribute: { 'os.name': 'ub*' } },
      ['allocation', 'unseen', 'node', 'service'],
    ],
    ['other meta of the node', { nodeMeta: { rack: 'r2' } }, ['unseen']],
    ['meta that the node does not have', { nodeMeta: { none: '*' } }, ['unseen']],
    ['meta that was not read', { nodeMeta: { other: 'x' } }, ['allocation', 'unseen', 'node', 'service']],
    ['another pool', { nodePool: 'default' }, ['unseen']],
  ])('leave out by %s', (_, entry, expected) => {
    const excluded = excluder({ exclude: [{ job: 'none' }, entry] }, 'default', view);
    const left = Object.entries(kinds).filter(([, candidate]) => excluded(candidate) !== undefined);
    expect(left.map(([name]) => name)).toEqual(expected);
  });

  it('are told in the words of the document', () => {
    const told = (name: string, entry: ExcludeSpec) =>
      excluder({ exclude: [entry] }, 'default', view)(kinds[name] as Candidate);
    expect(told('allocation', { nodeClass: 'big', meta: { tier: 'gold' } })).toBe(
      'excluded by target.exclude {node_class: big, meta: {tier: gold}}',
    );
    expect(told('node', { nodeMeta: { other: 'x', rack: 'r1' } })).toBe(
      'may be excluded by target.exclude {node_meta: {other: x, rack: r1}}: its node was not read yet',
    );
    expect(told('unseen', { datacenter: 'dc9' })).toBe(
      'may be excluded by target.exclude {datacenter: dc9}: its node can not be seen',
    );
  });

  it('ask for nodes where they must be seen', () => {
    const pick = { amount: { count: 1 }, mode: 'random' } as const;
    const asks = (exclude: readonly ExcludeSpec[]) => asksOfNodes({ job: 'web', pick, ifEmpty: 'fail', exclude });
    expect(asksOfNodes({ job: 'web', pick: { ...pick, spread: 'datacenter' }, ifEmpty: 'fail' })).toBe(true);
    expect([asks([]), asks([{ job: 'a', node: 'b' }]), asks([{ job: 'a' }, { datacenter: 'x' }])]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
