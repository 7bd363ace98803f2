import { describe, expect, it } from 'vitest';
import { id } from '../cluster/nomad.fixture.ts';
import type { Json, TargetKind, TargetRef } from '../faults/fault.ts';
import { jobOf, targetLine, targetName, targetOfLine } from './target.ts';

type Args = { readonly [key: string]: Json };

const inShop = { namespace: 'shop', job: 'web' };

interface Case {
  readonly target: TargetRef;
  readonly name: string;
  readonly line: string;
  /** Of the undo, as a record keeps them. */
  readonly args: Args;
  /** What undoing takes. */
  readonly parsed: TargetRef;
}

const allocation = { kind: 'allocation', ...inShop, group: 'cache', alloc: id(7), node: id(901) } as const;
const group = { kind: 'group', ...inShop, group: 'cache' } as const;
const job = { kind: 'job', ...inShop } as const;
const deployment = { kind: 'deployment', ...inShop, deployment: id(70) } as const;
const service = { kind: 'service', ...inShop, service: 'http', id: '_nomad-1', alloc: id(7) } as const;

const cases: readonly Case[] = [
  {
    target: allocation,
    name: 'allocation 00000007 of web/cache',
    line: id(7),
    args: {},
    parsed: { kind: 'allocation', namespace: '', job: '', group: '', alloc: id(7), node: '' },
  },
  {
    target: { ...allocation, task: 'proxy' },
    name: 'allocation 00000007 of web/cache task proxy',
    line: id(7),
    args: {},
    parsed: { kind: 'allocation', namespace: '', job: '', group: '', alloc: id(7), node: '' },
  },
  {
    target: { kind: 'node', node: id(901), name: 'n1' },
    name: 'node n1 (00000901)',
    line: id(901),
    args: {},
    parsed: { kind: 'node', node: id(901), name: id(901) },
  },
  {
    target: group,
    name: 'group cache of job web',
    line: 'shop/web',
    args: { group: 'cache', count: 3 },
    parsed: group,
  },
  { target: job, name: 'job web', line: 'shop/web', args: { version: 4 }, parsed: job },
  {
    target: deployment,
    name: 'deployment 00000070 of job web',
    line: 'shop/web',
    args: { deployment: id(70) },
    parsed: deployment,
  },
  {
    target: service,
    name: 'service http of job web in allocation 00000007',
    line: 'shop/web',
    args: { service: 'http', id: '_nomad-1', alloc: id(7) },
    parsed: service,
  },
  {
    target: { kind: 'region', region: 'global' },
    name: 'region global',
    line: 'global',
    args: {},
    parsed: { kind: 'region', region: 'global' },
  },
];

describe.each(cases.map(each => [each.name, each] as const))('%s', (_, { target, name, line, args, parsed }) => {
  it('is told by its name, and kept as its line', () => {
    expect(targetName(target)).toBe(name);
    expect(targetLine(target)).toBe(line);
  });

  it('is found again by its line, with all that undoing takes', () => {
    const found = targetOfLine(target.kind, line, args);
    expect(found).toEqual(parsed);
    expect(targetLine(found)).toBe(line);
  });
});

describe('a line of a job', () => {
  it.each(['team/web', 'team/web/1', 'a job with spaces'])('keeps the id %s whole', id => {
    const line = targetLine({ kind: 'job', namespace: 'shop', job: id });
    expect(targetOfLine('job', line, {})).toEqual({ kind: 'job', namespace: 'shop', job: id });
  });

  it.each<[TargetKind, string, Args, object]>([
    ['job', 'web', {}, { namespace: '', job: 'web' }],
    ['job', '', {}, { namespace: '', job: '' }],
    ['group', 'shop/web', {}, { group: '' }],
    ['group', 'shop/web', { group: 3 }, { group: '' }],
    ['deployment', 'shop/web', { deployment: null }, { deployment: '' }],
    ['service', 'shop/web', {}, { service: '', id: '', alloc: '' }],
  ])('of a %s that is damaged (%s, %o) leaves empty what it does not tell', (kind, line, args, found) => {
    expect(targetOfLine(kind, line, args)).toMatchObject(found);
  });
});

describe('the job of a target', () => {
  it.each<[string, TargetRef, object | undefined]>([
    ['an allocation', allocation, inShop],
    ['a group', group, inShop],
    ['a job', job, inShop],
    ['a deployment', deployment, inShop],
    ['a service', service, inShop],
    ['a node', { kind: 'node', node: id(901), name: 'n1' }, undefined],
    ['a region', { kind: 'region', region: 'global' }, undefined],
  ])('is that of %s', (_, target, expected) => {
    expect(jobOf(target)).toEqual(expected);
  });
});
