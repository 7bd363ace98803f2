import { describe, expect, it } from 'vitest';
import type { Problem } from '../../base/errors.ts';
import { sampleCatalog } from '../catalog.fixture.ts';
import { parseDocument } from '../document/document.ts';
import { parseSpec } from '../flat.ts';
import { type ParsedExperiment, parseExperiment } from './template.ts';

const stress = `title: "{{ title }} of {{ job }}"
parameters:
  job: {help: what is hit}
  title: {default: Memory}
  size: {type: size, default: 64MiB, min: 1MiB, max: 1GiB}
  time: {type: duration, default: 30s}
  share: {type: percent, default: 10}
  oom: {type: bool, default: false}
  kind: {one_of: [anon, file], default: anon}
target: {job: "{{ job }}", pick: {percent: "{{ share }}"}}
method:
  - fault: memory-stress
    with: {size: "{{ size }}", oom: "{{oom}}", kind: "{{ kind }}"}
    duration: "{{ time }}"
`;

const parsed = (source: string | Record<string, string>): ParsedExperiment =>
  parseExperiment('stress', source, sampleCatalog);

const told = (problems: readonly Problem[]) =>
  problems.map(({ code, key, line, column, didYouMean }) =>
    [
      line === undefined ? '' : `${line}:${column} `,
      `${code} ${key}`,
      didYouMean === undefined ? '' : ` ${didYouMean}`,
    ].join(''),
  );

function problemsOf(source: string | Record<string, string>): readonly string[] {
  const read = parsed(source);
  return read.ok ? [] : told(read.problems);
}

const library = (source: string | Record<string, string>) => new Map([['stress', parsed(source)]]);

function referred(items: Record<string, string>, source: string | Record<string, string> = stress) {
  return parseSpec('web', { experiment: 'stress', at: 'now', ...items }, sampleCatalog, library(source));
}

describe('an experiment named by a schedule', () => {
  it('means what it would mean with the values in their places', () => {
    const wanted = parseDocument(
      'web',
      `title: Memory of api
target: {job: api, pick: {percent: 10}}
method: [{fault: memory-stress, with: {size: 2MiB, oom: true}, duration: 1m}]
schedule: {every: 1h, suspend: true}
`,
      sampleCatalog,
    );
    const values = { param_job: 'api', param_size: '2MiB', param_time: '60s', param_oom: 'true' };
    const { at: _, ...flat } = { experiment: 'stress', every: '1h', suspend: 'true', at: '', ...values };
    expect(parseSpec('web', flat, sampleCatalog, library(stress))).toEqual({ ...wanted, refersTo: 'stress' });
    const document = `experiment: stress
schedule: {every: 1h, suspend: true}
params: {job: api, size: 2MiB, time: 60s, oom: true}
`;
    expect(parseDocument('web', document, sampleCatalog, library(stress))).toEqual({ ...wanted, refersTo: 'stress' });
  });

  it('may be flat keys, with its parameters in a text of their own', () => {
    const flat = {
      fault: 'alloc-kill',
      target_job: '{{ job }}-{{ part }}',
      target_count: '{{ count }}',
      parameters: 'job: {}\npart: {default: api}\ncount: {type: int, default: 1, max: 3}',
    };
    expect(referred({ param_job: 'web', param_count: '2', title: 'Mine' }, flat)).toMatchObject({
      ok: true,
      spec: { experiment: { title: 'Mine', target: { job: 'web-api', pick: { amount: { count: 2 } } } } },
    });
  });

  it('puts a value in once, whatever it holds', () => {
    expect(referred({ param_job: 'web', param_title: '{{ job }} {{ none }}' })).toMatchObject({
      ok: true,
      spec: { experiment: { title: '{{ job }} {{ none }} of web' } },
    });
  });

  it.each<[string, Record<string, string>, readonly string[]]>([
    ['a value that is missing', {}, ['SIR-103 param_job']],
    ['a name that there is not', { param_job: 'a', param_sise: '1MiB' }, ['SIR-101 param_sise size']],
    [
      'values out of their bounds',
      { param_job: 'a', param_size: '2GiB', param_time: '3', param_oom: 'yes', param_kind: 'anom', param_share: '200' },
      [
        'SIR-104 param_size 1GiB',
        'SIR-104 param_time 3s',
        'SIR-104 param_share 100',
        'SIR-104 param_oom true',
        'SIR-104 param_kind anon',
      ],
    ],
    ['a value that does not fit where it goes', { param_job: 'a b' }, ['10:15 SIR-104 target.job a']],
    ['another experiment', { experiment: 'stres' }, ['SIR-114 experiment stress']],
  ])('is answered: %s', (_, items, expected) => {
    const answer = referred(items);
    expect(answer.ok ? [] : told(answer.problems)).toEqual(expected);
    expect(answer.refersTo).toBe(items['experiment'] ?? 'stress');
  });

  it('says where a value that does not fit came from', () => {
    const document = 'experiment: stress\nschedule: {at: now}\nparams:\n  job: a b\n';
    const answer = parseDocument('web', document, sampleCatalog, library(stress));
    expect(answer).toMatchObject({
      problems: [
        {
          key: 'target.job',
          line: 10,
          source: 'experiment stress',
          message: /; job is given by params.job in line 4$/,
        },
      ].map(each => ({ ...each, message: expect.stringMatching(each.message) })),
    });
  });

  it('is told with all that is wrong with the experiment itself', () => {
    const answer = referred({}, 'target: {job: web}\nmethod: [{fault: alloc-kil}]');
    expect(answer.ok ? [] : told(answer.problems)).toEqual([
      'SIR-114 experiment',
      '2:18 SIR-105 method[0].fault alloc-kill',
    ]);
  });
});

describe('an experiment', () => {
  it('is judged before anybody names it, but for what hangs on a value to come', () => {
    expect(problemsOf(stress)).toEqual([]);
    expect(problemsOf('parameters: {f: {}}\ntarget: {job: web}\nmethod: [{fault: "{{ f }}"}]')).toEqual([]);
  });

  it.each<[string, string | Record<string, string>, readonly string[]]>([
    [
      'a time',
      'target: {job: web}\nmethod: [{fault: alloc-kill}]\nschedule: {every: 1h}',
      ['3:12 SIR-113 schedule.every'],
    ],
    [
      'another experiment',
      'experiment: other\ntarget: {job: web}\nmethod: [{fault: alloc-kill}]',
      ['1:1 SIR-113 experiment'],
    ],
    ['a time in flat keys', { fault: 'alloc-kill', target_job: 'web', at: 'now' }, ['SIR-113 at']],
    [
      'names that are not declared',
      'parameters: {name: {}}\ntarget: {job: "{{ nam }}", group: "{{ x.y }}"}\nmethod: [{fault: alloc-kill}]',
      ['2:15 SIR-104 target.job name', '2:35 SIR-104 target.group'],
    ],
    [
      'bad declarations',
      'parameters: {Name: {}, a: 3, b: {type: text}, c: {typ: int}, d: {type: int, min: x}, e: {min: 1}, f: {type: int, default: x}, g: {one_of: []}}\ntarget: {job: web}\nmethod: [{fault: alloc-kill}]',
      [
        '1:14 SIR-108 parameters.Name',
        '1:27 SIR-104 parameters.a',
        '1:40 SIR-104 parameters.b.type',
        '1:51 SIR-101 parameters.c.typ parameters.c.type',
        '1:82 SIR-104 parameters.d.min',
        '1:95 SIR-104 parameters.e.min',
        '1:123 SIR-104 parameters.f.default',
        '1:139 SIR-104 parameters.g.one_of',
      ],
    ],
    ['a document beside flat keys', { spec: stress, fault: 'alloc-kill' }, ['SIR-106 fault']],
    [
      'text that is no YAML',
      { fault: 'alloc-kill', target_job: 'web', parameters: 'a: [' },
      ['1:5 SIR-100 parameters'],
    ],
  ])('is refused with %s', (_, source, expected) => {
    expect(problemsOf(source)).toEqual(expected);
  });

  it('of any text is read or answered, never thrown at', () => {
    const signs = [
      '{{',
      '}}',
      '{{ a }}',
      '{{ {{ a }} }}',
      '{{}}',
      '{',
      '\n',
      ': ',
      'parameters: {a: {default: x}}\n',
      'target: {job: "{{ a }}"}\n',
    ];
    for (let n = 0; n < 3_000; n += 1) {
      const text = [n % 10, Math.floor(n / 10) % 10, Math.floor(n / 100) % 10, n % 7].map(at => signs[at]).join('');
      const read = parsed(n % 2 === 0 ? text : { fault: text, parameters: text });
      for (const each of read.ok ? [] : read.problems) expect(each.allowed).toMatch(/./su);
    }
  });
});
