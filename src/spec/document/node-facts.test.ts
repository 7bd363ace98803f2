import { describe, expect, it } from 'vitest';
import type { Problem } from '../../base/errors.ts';
import { sampleCatalog } from '../catalog.fixture.ts';
import type { Spec } from '../experiment.ts';
import { parseSpec } from '../flat.ts';
import { parseDocument } from './document.ts';

const document = (target: string, fault = 'alloc-kill', catalog = sampleCatalog) =>
  parseDocument('web', `target: ${target}\nschedule: {at: now}\nmethod: [{fault: ${fault}}]\n`, catalog);

function spec(target: string): Spec {
  const parsed = document(target);
  if (!parsed.ok) throw new Error(parsed.problems.map(each => each.message).join('; '));
  return parsed.spec;
}

function problems(parsed: ReturnType<typeof document>): readonly Problem[] {
  return parsed.ok ? [] : parsed.problems;
}

/** Line, column, code, key and the word that is meant. */
function told(target: string): readonly string[] {
  return problems(document(target)).map(({ code, key, line, column, didYouMean }) =>
    [`${line}:${column}`, code, key, ...(didYouMean === undefined ? [] : [didYouMean])].join(' '),
  );
}

describe('attributes and meta of nodes in a document', () => {
  it('are globs by key, as text and in an order of their own', () => {
    const one = spec(
      '{job: web, node_attribute: {os.name: ubuntu*, cpu.arch: amd64}, node_meta: {n: 7, on: true, v: "1, 2"}}',
    );
    expect(one.experiment.target).toMatchObject({
      nodeAttribute: { 'cpu.arch': 'amd64', 'os.name': 'ubuntu*' },
      nodeMeta: { n: '7', on: 'true', v: '1, 2' },
    });
    const other = spec(
      '{node_meta: {v: "1, 2", on: "true", n: "7"}, job: web, node_attribute: {cpu.arch: amd64, os.name: ubuntu*}}',
    );
    expect(other.hash).toBe(one.hash);
    expect(spec('{job: web}').hash).not.toBe(one.hash);
  });

  it('stand in exclusions as well', () => {
    const target = '{job: web, exclude: [{node_meta: {a: b}, node_attribute: {c: d}}, {meta: {tier: "very gold"}}]}';
    expect(spec(target).experiment.target.exclude).toEqual([
      { meta: { tier: 'very gold' } },
      { nodeAttribute: { c: 'd' }, nodeMeta: { a: 'b' } },
    ]);
  });

  it.each<[string, string, readonly string[]]>([
    [
      'bad values',
      '{job: web, node_meta: {rack: [a], "x y": "{{ name }}", z: "", s: "[a"}, node_attribute: rack}',
      [
        '1:38 SIR-104 target.node_meta.rack',
        '1:50 SIR-104 target.node_meta.x y',
        '1:67 SIR-104 target.node_meta.z',
        '1:74 SIR-104 target.node_meta.s',
        '1:97 SIR-104 target.node_attribute',
      ],
    ],
    [
      'a slip, and nothing at all',
      '{job: web, node_atribute: {a: b}, node_meta: {}}',
      ['1:20 SIR-101 target.node_atribute target.node_attribute', '1:54 SIR-104 target.node_meta'],
    ],
    [
      'the wrong place',
      '{job: web}\nnode_meta: {rack: r1}\nnodeAttributes: {os.name: x}',
      ['2:1 SIR-101 node_meta target.node_meta', '3:1 SIR-101 nodeAttributes target.node_attribute'],
    ],
    [
      'too many keys',
      `{job: web, node_meta: {${Array.from({ length: 33 }, (_, n) => `k${n}: a`).join(', ')}}}`,
      ['1:31 SIR-104 target.node_meta'],
    ],
    [
      'bad values of an exclusion',
      '{job: web, exclude: [{node_meta: {a: {}}}]}',
      ['1:46 SIR-104 target.exclude[0].node_meta.a'],
    ],
    [
      'an experiment beside them',
      '{node_meta: {a: b}}\nexperiment: x',
      ['1:10 SIR-106 target.node_meta', '4:1 SIR-106 method'],
    ],
  ])('that are no good are answered with places: %s', (_, target, expected) => {
    expect(told(target)).toEqual(expected);
  });

  it('choose nothing of what is not on nodes', () => {
    const [base] = sampleCatalog.values();
    if (base === undefined) throw new Error('the catalog is empty');
    const catalog = new Map([...sampleCatalog, ['scale', { ...base, name: 'scale', targetKind: 'group' as const }]]);
    const target = '{job: web, node_meta: {a: b}, exclude: [{node_meta: {a: b}}, {meta: {a: b}}]}';
    expect(problems(document(target, 'scale', catalog))).toMatchObject([
      {
        code: 'SIR-111',
        key: 'target.node_meta',
        column: 20,
        message: 'target.node_meta: scale hits groups as a whole',
      },
      { code: 'SIR-111', key: 'target.exclude[0].node_meta', column: 50 },
    ]);
  });

  it('are enough to aim a fault on nodes', () => {
    expect(document('{node_meta: {rack: r1}}', 'node-ineligible').ok).toBe(true);
    const [missing] = problems(document('{}', 'node-ineligible'));
    expect(missing).toMatchObject({ code: 'SIR-103' });
    expect(missing?.allowed).toMatch(/target\.node_attribute, target\.node_meta: at least one$/);
  });

  it('have no flat key, and whoever writes one is told where they belong', () => {
    const flat = { fault: 'alloc-kill', at: 'now', target_job: 'web', target_node_meta: 'rack=r1' };
    expect(parseSpec('web', flat, sampleCatalog)).toMatchObject({
      problems: [
        {
          code: 'SIR-101',
          key: 'target_node_meta',
          didYouMean: 'target.node_meta',
          message: expect.stringContaining('only a document (spec) can hold'),
        },
      ],
    });
  });
});
