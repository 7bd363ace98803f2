import { describe, expect, it } from 'vitest';
import type { ServiceView } from '../cluster/types.ts';
import type { Candidate } from '../faults/fault.ts';
import { bornAt, idOf, nameOf, nodeOf, sorted, targetPhrase } from './candidate.ts';
import {
  sampleAlloc,
  sampleDeployment,
  sampleGroup,
  sampleJob,
  sampleNode,
  sampleRegion,
  sampleService,
} from './cluster.fixture.ts';

interface Case {
  readonly candidate: Candidate;
  readonly id: string;
  readonly name: string;
  readonly phrase: string;
  readonly born: number;
  readonly node?: string;
}

const alloc = sampleAlloc(1);
const node = sampleNode(1);
const deployment = sampleDeployment(7);
const job = sampleJob(3, { version: 4 });

const cases: readonly Case[] = [
  {
    candidate: { kind: 'allocation', alloc },
    id: alloc.id,
    name: 'web.app[1]',
    phrase: 'web.app[1] (00000001) on node node-1 (00000001)',
    born: 101,
    node: node.id,
  },
  {
    candidate: { kind: 'node', node },
    id: node.id,
    name: 'node-1',
    phrase: 'node node-1 (00000001)',
    born: 11,
    node: node.id,
  },
  {
    candidate: { kind: 'group', job, group: sampleGroup(3) },
    id: 'web/app',
    name: 'web.app',
    phrase: 'group app of job web, count 3',
    born: 80,
  },
  { candidate: { kind: 'job', job }, id: 'web', name: 'web', phrase: 'job web, version 4', born: 80 },
  {
    candidate: { kind: 'deployment', job, deployment },
    id: deployment.id,
    name: 'web (00000007)',
    phrase: 'deployment 00000007 of job web, running',
    born: 207,
  },
  {
    candidate: { kind: 'service', job, service: sampleService(1) },
    id: '_nomad-task-1',
    name: 'web-http',
    phrase: 'service web-http of job web in allocation 00000001',
    born: 151,
    node: node.id,
  },
  {
    candidate: { kind: 'region', region: sampleRegion() },
    id: 'global',
    name: 'global',
    phrase: 'the scheduler of region global',
    born: 0,
  },
];

describe.each(cases.map(each => [each.candidate.kind, each] as const))('a candidate of kind %s', (_, each) => {
  it('is told by its id, its name and a phrase', () => {
    expect(idOf(each.candidate)).toBe(each.id);
    expect(nameOf(each.candidate)).toBe(each.name);
    expect(targetPhrase(each.candidate)).toBe(each.phrase);
  });

  it('is as old as Nomad says, and where it is if that is one place', () => {
    expect(bornAt(each.candidate)).toBe(each.born);
    expect(nodeOf(each.candidate)).toBe(each.node);
  });
});

it('is of no age where its node has no index of creation', () => {
  const { createIndex: _, ...unborn } = node;
  expect(bornAt({ kind: 'node', node: unborn })).toBe(0);
});

describe('candidates in order', () => {
  const serviceOf = (n: number, over: Partial<ServiceView> = {}): Candidate => ({
    kind: 'service',
    job,
    service: sampleService(n, over),
  });

  it('stand by their ids, each once', () => {
    expect(sorted([serviceOf(3), serviceOf(1), serviceOf(2), serviceOf(1)]).map(idOf)).toEqual([
      '_nomad-task-1',
      '_nomad-task-2',
      '_nomad-task-3',
    ]);
  });

  it('keep groups of one name apart by their jobs', () => {
    const group = sampleGroup(1);
    const groups = ['b', 'a'].map((id): Candidate => ({ kind: 'group', job: sampleJob(1, { id }), group }));
    expect(sorted(groups).map(idOf)).toEqual(['a/app', 'b/app']);
  });
});
