import { describe, expect, it } from 'vitest';
import { sampleCatalog } from '../catalog.fixture.ts';
import type { Spec } from '../experiment.ts';
import { parseSpec } from '../flat.ts';
import { parseDocument } from './document.ts';

function spec(text: string): Spec {
  const parsed = parseDocument('web', text, sampleCatalog);
  if (!parsed.ok) throw new Error(parsed.problems.map(each => each.message).join('; '));
  return parsed.spec;
}

/** Line, column, code, key and the word that is meant. */
function told(text: string): readonly string[] {
  const parsed = parseDocument('web', text, sampleCatalog);
  return parsed.ok
    ? []
    : parsed.problems.map(({ code, key, line, column, didYouMean }) =>
        [`${line}:${column}`, code, key, ...(didYouMean === undefined ? [] : [didYouMean])].join(' '),
      );
}

const head = 'target: {job: web}\nschedule: {at: now}\n';
const kill = `${head}method: [{fault: alloc-kill}]\n`;

describe('a document', () => {
  it('means what the same flat keys mean, and has their hash', () => {
    const items = {
      version: '1',
      title: 'Memory runs short',
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
      cron: '0 10 * * MON-FRI',
      timezone: 'Europe/Paris',
      start_jitter: '10m',
      start_deadline: '1m',
      concurrency: 'replace',
      probability: '0.5',
      suspend: 'true',
      recover_within: '45s',
      accept_irreversible: 'true',
    };
    const document = `
version: 1
title: Memory runs short
schedule:
  cron: 0 10 * * MON-FRI
  timezone: Europe/Paris
  jitter: 10m
  start_deadline: 1m
  concurrency: replace
  probability: 0.5
  suspend: true
target:
  {job: web-*, group: api, task: server, node: c0ffee, node_class: small, datacenter: dc?, node_pool: default,
   pick: {percent: 33.3, mode: oldest, spread: node, seed: 42}, if_empty: skip}
method:
  - fault: memory-stress
    with: {size: 64MiB, growth: 2s, oom: true}
    duration: 90s
recovery: {within: 45s}
accept_irreversible: true
`;
    const flat = parseSpec('web', items, sampleCatalog);
    expect(flat).toMatchObject({ ok: true, spec: spec(document) });
    expect(parseSpec('web', { spec: document }, sampleCatalog)).toEqual(flat);
  });

  it('may be JSON', () => {
    const json = { schedule: { at: 'now' }, target: { job: 'web' }, method: [{ fault: 'alloc-kill' }] };
    for (const text of [JSON.stringify(json), JSON.stringify(json, null, '\t')]) expect(spec(text)).toEqual(spec(kill));
  });

  it('has steps one after the other, pauses that add up, and steps together', () => {
    const { method } = spec(`${head}method:
  - {fault: memory-stress, with: {size: 1MiB}, duration: 2m}
  - {pause: 30s}
  - {pause: 1500ms}
  - {parallel: [{fault: alloc-kill}, {fault: memory-stress, with: {size: 1MiB}}]}
  - {parallel: [{fault: alloc-kill, with: {signal: SIGTERM}}]}
`).experiment;
    expect(method.map(({ with: _, ...step }) => step)).toEqual([
      { fault: 'memory-stress', durationMs: 120_000 },
      { fault: 'alloc-kill', durationMs: 0, stage: 1, pauseMs: 31_500 },
      { fault: 'memory-stress', durationMs: 300_000, stage: 1, pauseMs: 31_500 },
      { fault: 'alloc-kill', durationMs: 0 },
    ]);
  });

  it('leaves out, and weighs, in an order of its own', () => {
    const of = (target: string) =>
      spec(`schedule: {at: now}\nmethod: [{fault: alloc-kill}]\ntarget: {job: web, ${target}}`);
    const one = of('exclude: [{meta: {tier: gold, a: b}}, {job: "db-*", node_class: big}], pick: {count: 2}');
    const other = of('pick: {count: 2}, exclude: [{node_class: big, job: db-*}, {meta: {a: b, tier: gold}}]');
    expect(one.experiment.target.exclude).toEqual([
      { job: 'db-*', nodeClass: 'big' },
      { meta: { a: 'b', tier: 'gold' } },
    ]);
    expect(other.hash).toBe(one.hash);
    const weighted = of('pick: {mode: weighted, weights: {node_class: {small: 1, "*": 0.5}}}');
    expect(weighted.experiment.target.pick).toEqual({
      amount: { count: 1 },
      mode: 'weighted',
      weights: { by: 'nodeClass', of: { small: 1, '*': 0.5 } },
    });
  });

  it('can be rested from beside it, and stands with nothing else', () => {
    expect(parseSpec('web', { spec: kill, suspend: 'true' }, sampleCatalog)).toMatchObject({
      ok: true,
      spec: { schedule: { suspend: true } },
    });
    expect(parseSpec('web', { spec: kill, fault: 'alloc-kill' }, sampleCatalog)).toMatchObject({
      ok: false,
      problems: [{ code: 'SIR-106', key: 'fault' }],
    });
  });
});

describe('a bad document', () => {
  it.each<[string, string, readonly string[]]>([
    ['an empty one', '', ['1:1 SIR-100 document']],
    ['a list', '- a', ['1:1 SIR-100 document']],
    ['no words at all', '{}', ['1:1 SIR-103 method', '1:1 SIR-103 schedule.at']],
    ['a key twice', `${kill}schedule: {at: now}`, ['4:1 SIR-100 document']],
    ['a tab', 'target:\n\tjob: web', ['2:1 SIR-100 document']],
    ['an alias', 'a: &x 1\nb: *x', ['1:7 SIR-100 document', '2:4 SIR-100 document']],
    ['a merge key', '<<: {a: 1}', ['1:1 SIR-100 document']],
    ['a tag', 'a: !!str 1', ['1:10 SIR-100 document']],
    ['two documents', `${kill}---\n${kill}`, ['4:1 SIR-100 document']],
    ['a cron without quotes', 'schedule: {cron: * * * * *}', ['1:18 SIR-100 document']],
    ['a placeholder without quotes', 'target: {job: {{ name }}}', ['1:16 SIR-100 document']],
    ['a quote too few', 'title: "x', ['1:10 SIR-100 document']],
    [
      'a slip',
      'titl: x\nshedule: {at: now}\n'.concat(kill),
      ['1:1 SIR-101 titl title', '2:1 SIR-101 shedule schedule'],
    ],
    [
      'flat keys in it',
      'target_job: web\nfault: alloc-kill\nevery: 1h',
      ['1:1 SIR-101 target_job target.job', '2:1 SIR-101 fault method[0].fault', '3:1 SIR-101 every schedule.every'],
    ],
    [
      'flat keys in its parts',
      'target: {job: web, count: 2}\nschedule: {at: now}\nmethod: [{fault: alloc-kill, signal: SIGTERM}]',
      ['1:20 SIR-101 target.count target.pick.count', '3:30 SIR-101 method[0].signal method[0].with.signal'],
    ],
    ['a bad value', kill.replace('now', 'noww'), ['2:16 SIR-104 schedule.at']],
    ['a duration without a unit', kill.replace('at: now', 'every: 30'), ['2:19 SIR-104 schedule.every 30s']],
    ['a mapping for a value', kill.replace('job: web', 'job: {a: b}'), ['1:15 SIR-104 target.job']],
    ['a value for a mapping', kill.replace('{job: web}', 'web'), ['1:9 SIR-104 target']],
    ['a list of jobs', kill.replace('job: web', 'job: [web, api]'), ['1:15 SIR-104 target.job web']],
    ['nothing for a value', kill.replace('job: web', 'job: '), ['1:15 SIR-104 target.job']],
    [
      'a word of a later release',
      `${kill}steady_state: []\nguards: []`,
      ['4:1 SIR-102 steady_state', '5:1 SIR-102 guards'],
    ],
    ['an unknown event', kill.replace('at: now', 'on: deployment'), ['2:16 SIR-104 schedule.on']],
    ['another namespace', kill.replace('job: web', 'job: web, namespace: x'), ['1:20 SIR-107 target.namespace']],
    ['two times', kill.replace('at: now', 'at: now, every: 1h'), ['2:21 SIR-106 schedule.every']],
    ['an unknown fault', kill.replace('alloc-kill', 'pod-kill'), ['3:18 SIR-105 method[0].fault alloc-kill']],
    ['a misspelt fault key', kill.replace('fault:', 'falt:'), ['3:11 SIR-101 method[0].falt method[0].fault']],
    ['a step of text', kill.replace('{fault: alloc-kill}', 'alloc-kill'), ['3:10 SIR-104 method[0]']],
    ['no step', `${head}method: []`, ['3:9 SIR-104 method']],
    [
      'parameters',
      `${head}method: [{fault: alloc-kill, with: {signal: SIGTRM, tsk: a, duration: 1m}}]`,
      [
        '3:45 SIR-104 method[0].with.signal SIGTERM',
        '3:53 SIR-101 method[0].with.tsk method[0].with.task',
        '3:61 SIR-101 method[0].with.duration method[0].duration',
      ],
    ],
    [
      'a step that another kind of target serves, told with the step',
      `${head}method: [{fault: alloc-kill}, {fault: node-ineligible}]`,
      ['1:10 SIR-111 target.job'],
    ],
    [
      'a yes that the second step needs',
      `${head}method: [{fault: alloc-kill}, {fault: service-deregister}]`,
      ['1:1 SIR-109 accept_irreversible'],
    ],
    [
      'a duration where nothing lasts',
      `${head}method: [{fault: alloc-kill}, {fault: alloc-kill, duration: 1m}]`,
      ['3:51 SIR-113 method[1].duration'],
    ],
    ['a pause at the end', `${head}method: [{fault: alloc-kill}, {pause: 1s}]`, ['3:32 SIR-113 method[1].pause']],
    ['a pause at the beginning', `${head}method: [{pause: 1s}, {fault: alloc-kill}]`, ['3:11 SIR-113 method[0].pause']],
    [
      'a pause beside a fault',
      `${head}method: [{fault: alloc-kill}, {fault: alloc-kill, pause: 1s}]`,
      ['3:32 SIR-106 method[1].fault'],
    ],
    [
      'steps within steps',
      `${head}method: [{parallel: [{parallel: []}]}]`,
      ['3:22 SIR-103 method[0].parallel[0].fault', '3:33 SIR-104 method[0].parallel[0].parallel'],
    ],
    ['too many steps', `${head}method: [${'{fault: alloc-kill},'.repeat(33)}]`, ['3:9 SIR-104 method']],
    [
      'weights of no mode',
      kill.replace('job: web', 'job: web, pick: {weights: {datacenter: {a: 1}}}'),
      ['1:20 SIR-104 target.pick.mode'],
    ],
    [
      'a mode without weights',
      kill.replace('job: web', 'job: web, pick: {mode: weighted}'),
      ['1:20 SIR-103 target.pick.weights'],
    ],
    [
      'bad weights',
      kill.replace('job: web', 'job: web, pick: {mode: weighted, weights: {datacentre: {a: 1}}}'),
      ['1:53 SIR-101 target.pick.weights.datacentre target.pick.weights.datacenter'],
    ],
    [
      'bad exclusions',
      kill.replace('job: web', 'job: web, exclude: [{jb: x}, {job: [a]}, {}]'),
      ['1:31 SIR-101 target.exclude[0].jb', '1:45 SIR-104 target.exclude[1].job', '1:51 SIR-104 target.exclude[2]'],
    ],
    ['params of nothing', `${kill}params: {a: 1}`, ['4:1 SIR-113 params']],
    [
      'an experiment and a method',
      `${kill}experiment: x\nrecovery: {within: 1m}`,
      ['1:10 SIR-106 target.job', '3:1 SIR-106 method', '5:12 SIR-106 recovery.within'],
    ],
  ])('is answered in whole, with places: %s', (_, text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it('names the step whose kind of target is another', () => {
    const parsed = parseDocument(
      'web',
      `${head}method: [{fault: alloc-kill}, {fault: node-ineligible}]`,
      sampleCatalog,
    );
    expect(parsed).toMatchObject({
      problems: [{ message: 'target.job: method[1], node-ineligible, hits nodes, not jobs' }],
    });
  });

  it('is told with its place in the one line of a status, too', () => {
    const parsed = parseSpec('web', { spec: kill.replace('web', 'web, jobs: x') }, sampleCatalog);
    expect(parsed.ok ? [] : parsed.problems).toMatchObject([{ line: 1, column: 20 }]);
  });

  it('nested or long without end is answered in good time', () => {
    const texts = [
      '['.repeat(65_000),
      '{a: '.repeat(16_000),
      '- '.repeat(32_000),
      '? '.repeat(32_000),
      'x'.repeat(70_000),
    ];
    for (const text of [...texts, 'a: {'.repeat(40)]) expect(told(text)).toEqual(['1:1 SIR-100 document']);
    expect(told(Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join('\n'))).toHaveLength(5_002);
  });
});
