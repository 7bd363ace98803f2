import { describe, expect, it } from 'vitest';
import type { Problem } from '../base/errors.ts';
import { sampleCatalog } from './catalog.fixture.ts';
import type { Spec } from './experiment.ts';
import { parseSpec } from './flat.ts';

type Items = Record<string, string>;

const kill = { fault: 'alloc-kill', target_job: 'web', at: 'now' };

function spec(items: Items): Spec {
  const parsed = parseSpec('web-kill', items, sampleCatalog);
  if (!parsed.ok) throw new Error(parsed.problems.map(problem => problem.message).join('; '));
  return parsed.spec;
}

function problems(items: Items, name = 'web-kill'): readonly Problem[] {
  const parsed = parseSpec(name, items, sampleCatalog);
  return parsed.ok ? [] : parsed.problems;
}

function told(items: Items): readonly string[] {
  return problems(items).map(({ code, key, didYouMean }) =>
    [code, key, ...(didYouMean === undefined ? [] : [didYouMean])].join(' '),
  );
}

describe('a flat spec', () => {
  it('needs a fault, a target and a time, and has careful defaults for the rest', () => {
    const { experiment, schedule, hash } = spec(kill);
    expect(experiment).toEqual({
      version: 1,
      mode: 'run',
      target: { job: 'web', pick: { amount: { count: 1 }, mode: 'random' }, ifEmpty: 'fail' },
      method: [{ fault: 'alloc-kill', with: { signal: 'SIGKILL' }, durationMs: 0 }],
      recovery: { withinMs: 300_000 },
      acceptIrreversible: false,
    });
    expect(schedule).toEqual({ when: { kind: 'at-now' }, startDeadlineMs: 300_000, suspend: false });
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('says all that this release reads', () => {
    const { experiment, schedule } = spec({
      version: '1',
      title: 'Memory runs short',
      mode: 'run',
      fault: 'memory-stress',
      size: '64MiB',
      growth: '2s',
      oom: 'true',
      duration: '90s',
      target_job: 'web-*',
      target_group: 'api',
      target_task: 'server',
      target_node: 'c0ffee',
      target_node_class: 'small',
      target_datacenter: 'dc?',
      target_node_pool: 'default',
      target_percent: '33.3',
      target_mode: 'oldest',
      target_spread: 'node',
      seed: '42',
      if_empty: 'skip',
      every: '1h30m',
      start_deadline: '1m',
      suspend: 'true',
      recover_within: '45s',
      accept_irreversible: 'true',
    });
    expect(experiment).toEqual({
      version: 1,
      title: 'Memory runs short',
      mode: 'run',
      target: {
        job: 'web-*',
        group: 'api',
        task: 'server',
        node: 'c0ffee',
        nodeClass: 'small',
        datacenter: 'dc?',
        nodePool: 'default',
        pick: { amount: { percent: 33.3 }, mode: 'oldest', spread: 'node', seed: '42' },
        ifEmpty: 'skip',
      },
      method: [
        {
          fault: 'memory-stress',
          with: { size: 67_108_864, growth: 2000, workers: 1, oom: true, kind: 'anon' },
          durationMs: 90_000,
        },
      ],
      recovery: { withinMs: 45_000 },
      acceptIrreversible: true,
    });
    expect(schedule).toEqual({ when: { kind: 'every', everyMs: 5_400_000 }, startDeadlineMs: 60_000, suspend: true });
  });

  it('gives a lasting fault five minutes where it does not say', () => {
    expect(
      spec({ fault: 'node-ineligible', target_node_class: 'small', at: '2026-11-24T11:00:00+01:00' }),
    ).toMatchObject({
      experiment: { method: [{ with: {}, durationMs: 300_000 }], target: { nodeClass: 'small' } },
      schedule: { when: { kind: 'at', at: Date.UTC(2026, 10, 24, 10) } },
    });
  });

  it('takes all of what matches with target_mode=all', () => {
    expect(spec({ ...kill, target_mode: 'all' }).experiment.target.pick).toEqual({
      amount: { percent: 100 },
      mode: 'all',
    });
  });
});

describe('a bad flat spec', () => {
  it.each<[string, Items, readonly string[]]>([
    ['an empty one', {}, ['SIR-103 fault', 'SIR-103 at']],
    ['no target', { fault: 'alloc-kill', at: 'now' }, ['SIR-103 target_job']],
    ['no node', { fault: 'node-ineligible', at: 'now' }, ['SIR-103 target_node']],
    [
      'a job for a fault that hits nodes',
      { fault: 'node-ineligible', target_job: 'web', at: 'now' },
      ['SIR-111 target_job'],
    ],
    ['an unknown fault', { ...kill, fault: 'alloc-kil', signal: 'SIGTERM' }, ['SIR-105 fault alloc-kill']],
    ['a fault of another tool', { ...kill, fault: 'pod-kill' }, ['SIR-105 fault alloc-kill']],
    ['an empty fault', { ...kill, fault: '' }, ['SIR-105 fault']],
    ['a bad parameter', { ...kill, signal: 'SIGTRM' }, ['SIR-104 signal SIGTERM']],
    ['a missing parameter', { ...kill, fault: 'memory-stress' }, ['SIR-103 size']],
    [
      'a misspelt parameter, which is not missing as well',
      { ...kill, fault: 'memory-stress', sise: '1MiB' },
      ['SIR-101 sise size'],
    ],
    [
      'a bad parameter of plain zod',
      { ...kill, fault: 'memory-stress', size: '1MiB', kind: 'anom' },
      ['SIR-104 kind anon'],
    ],
    [
      'parameters that contradict one another',
      { ...kill, fault: 'memory-stress', size: '1MiB', workers: '64' },
      ['SIR-104 fault'],
    ],
    ['a parameter of another fault', { ...kill, size: '1MiB' }, ['SIR-101 size target_count']],
    ['two times', { ...kill, every: '1h' }, ['SIR-106 every']],
    ['two amounts', { ...kill, target_count: '1', target_percent: '5' }, ['SIR-106 target_percent']],
    ['all and how many', { ...kill, target_mode: 'all', target_count: '2' }, ['SIR-106 target_count']],
    ['a duration where nothing lasts', { ...kill, duration: '1m' }, ['SIR-113 duration']],
    ['no yes to what only a restart undoes', { ...kill, fault: 'service-deregister' }, ['SIR-109 accept_irreversible']],
    [
      'a vague yes',
      { ...kill, fault: 'service-deregister', accept_irreversible: 'yes' },
      ['SIR-104 accept_irreversible true'],
    ],
    [
      'a clear no',
      { ...kill, fault: 'service-deregister', accept_irreversible: 'false' },
      ['SIR-109 accept_irreversible'],
    ],
    ['a time without a zone', { ...kill, at: '2026-11-24T10:00:00' }, ['SIR-104 at 2026-11-24T10:00:00Z']],
    ['a word for a time', { ...kill, at: 'NOW' }, ['SIR-104 at now']],
    ['too short a period', { fault: 'alloc-kill', target_job: 'web', every: '200ms' }, ['SIR-104 every 1s']],
    ['a list of jobs', { ...kill, target_job: 'web,api' }, ['SIR-104 target_job web']],
    ['another version', { ...kill, version: '2' }, ['SIR-104 version 1']],
    ['another namespace', { ...kill, target_namespace: 'prod' }, ['SIR-107 target_namespace']],
    ['a job of another namespace', { ...kill, target_job: 'prod/web' }, ['SIR-107 target_job web']],
    ['an unknown event', { fault: 'alloc-kill', target_job: 'web', on: 'deployment' }, ['SIR-104 on']],
    ['a mode that is none', { ...kill, mode: 'shadowy' }, ['SIR-104 mode shadow']],
    ['an empty document', { spec: '{}', suspend: 'true' }, ['SIR-103 method', 'SIR-103 schedule.at']],
    [
      'a document beside flat keys',
      { ...kill, spec: '{}', suspend: 'maybe' },
      ['SIR-104 suspend', 'SIR-106 at', 'SIR-106 fault', 'SIR-106 target_job', 'SIR-103 method', 'SIR-103 schedule.at'],
    ],
    ['an experiment that is not there', { experiment: 'x', param_size: '3', every: '1h' }, ['SIR-114 experiment']],
    [
      'an experiment and what belongs into it',
      { experiment: 'My Wish', size: '3', target_job: 'web', accept_irreversible: 'true' },
      [
        'SIR-101 size param_size',
        'SIR-106 accept_irreversible',
        'SIR-106 target_job',
        'SIR-104 experiment my-wish',
        'SIR-103 at',
      ],
    ],
    ['a parameter of no experiment', { ...kill, param_size: '3' }, ['SIR-113 param_size']],
    [
      'a fault misspelt, which is not missing as well',
      { falt: 'alloc-kill', job: 'web', at: 'now' },
      ['SIR-101 falt fault', 'SIR-101 job target_job'],
    ],
    [
      'words of elsewhere',
      { ...kill, abortWhen: 'x', chaos: 'off' },
      ['SIR-101 abortWhen guards', 'SIR-101 chaos suspend'],
    ],
    [
      'words of JavaScript',
      { ...kill, constructor: 'x', ['__proto__']: 'y', toString: 'z' },
      ['SIR-101 __proto__', 'SIR-101 constructor', 'SIR-101 toString'],
    ],
  ])('is answered in whole: %s', (_, items, expected) => {
    expect(told(items)).toEqual(expected);
  });

  it.each(['', '_', 'Web', 'web_kill', 'a'.repeat(65), 'web/kill'])('may also be one whose name is `%s`', name => {
    expect(problems(kill, name)).toMatchObject([{ code: 'SIR-108', key: 'name', found: name }]);
  });

  it('tells everything at once, in an order of its own', () => {
    const items = {
      fault: 'alloc-kill',
      signal: 'no',
      target_count: 'x',
      zeal: '1',
      on: 'deployment',
      target_job: 'web',
      suspend: 'maybe',
    };
    const expected = ['SIR-101 zeal', 'SIR-104 target_count', 'SIR-104 on', 'SIR-104 suspend', 'SIR-104 signal'];
    const turned = Object.fromEntries(Object.entries(items).reverse());
    for (const order of [items, turned])
      expect(problems(order).map(({ code, key }) => `${code} ${key}`)).toEqual(expected);
  });

  it('with thousands of unknown keys is answered in good time', () => {
    const items = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, '']));
    expect(problems({ ...kill, ...items })).toHaveLength(10_000);
  });
});
