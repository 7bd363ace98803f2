import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../base/errors.ts';
import { stream } from '../base/random.ts';
import { sampleCatalog } from './catalog.fixture.ts';
import { explainAll } from './explain.ts';
import { parseSpec } from './flat.ts';
import { flatFields } from './flat-fields.ts';
import { keysNow } from './keys.ts';

type Items = Record<string, string>;

const good: readonly Items[] = [
  { fault: 'alloc-kill', target_job: 'web', at: 'now', signal: 'SIGTERM' },
  {
    fault: 'memory-stress',
    target_job: 'web-*',
    target_percent: '34',
    every: '1h',
    size: '512MiB',
    workers: '2',
    duration: '30s',
  },
  {
    fault: 'node-ineligible',
    target_node_class: 'small',
    target_count: '2',
    at: '2026-11-24T10:00:00Z',
    duration: '2m',
  },
  {
    fault: 'service-deregister',
    target_job: 'web',
    every: '24h',
    accept_irreversible: 'true',
    seed: '7',
    title: 'Gone',
  },
];

const words = [
  ...keysNow.map(row => row.key),
  'signal',
  'size',
  'target_namespace',
  'job',
  'abortWhen',
  'chaos',
  'param_x',
];
const values = [
  '',
  'true',
  'false',
  'now',
  '0',
  '1',
  '-1',
  '99999999999999999999',
  '5m',
  '1d',
  '50%',
  'web/api',
  '[',
  '*',
  'SIGKILL',
  'shadow',
  'all',
  'alloc-kill',
  'ü',
  '\u0000',
  '\ud800',
  '{}',
];

/** Whatever is wrong, each problem says where, with a code of the table, and what would be right. */
function judge(name: string, items: Items): void {
  const parsed = parseSpec(name, items, sampleCatalog);
  if (parsed.ok) {
    expect(parsed.spec.experiment.method).toHaveLength(1);
    return;
  }
  expect(parsed.problems.length).toBeGreaterThan(0);
  for (const problem of parsed.problems) {
    expect(Object.keys(errorTable)).toContain(problem.code);
    expect(problem.key).toMatch(/./su);
    expect(problem.allowed).toMatch(/./su);
    expect(problem.message).toMatch(/^[^\p{Cc}]+$/u);
    if (
      problem.didYouMean !== undefined &&
      Object.hasOwn(flatFields, problem.key ?? '') &&
      problem.code === 'SIR-104'
    ) {
      const mended = parseSpec(name, { ...items, [problem.key ?? '']: problem.didYouMean }, sampleCatalog);
      const left = mended.ok ? [] : mended.problems;
      expect(left.filter(({ code, key }) => code === 'SIR-104' && key === problem.key)).toEqual([]);
    }
  }
  for (const line of explainAll(parsed.problems)) expect(line).not.toMatch(/\p{Cc}/u);
}

describe('any flat spec', () => {
  it('is read or answered, never thrown at', () => {
    const key = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' }));
    const value = fc.oneof(fc.constantFrom(...values), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        fc.oneof(fc.constant('web'), fc.string()),
        fc.dictionary(key, value, { maxKeys: 12 }),
        (name, items) => {
          judge(name, items);
        },
      ),
      { numRuns: 250 },
    );
  });

  it('does not depend on the order of its items', () => {
    const shuffled = fc.dictionary(fc.constantFrom(...words), fc.constantFrom(...values)).chain(items => {
      const entries = Object.entries(items);
      return fc.tuple(
        fc.constant(items),
        fc.shuffledSubarray(entries, { minLength: entries.length }).map(Object.fromEntries<string>),
      );
    });
    fc.assert(
      fc.property(shuffled, ([items, other]) => {
        expect(parseSpec('web', other, sampleCatalog)).toEqual(parseSpec('web', items, sampleCatalog));
      }),
    );
  });

  it('of a thousand good ones gone wrong is answered', () => {
    const random = stream('a thousand', 'mutations');
    let rejected = 0;
    for (let i = 0; i < 1000; i += 1) {
      const items = mutated({ ...good[i % good.length] }, n => random.below(n));
      judge('web', items);
      rejected += parseSpec('web', items, sampleCatalog).ok ? 0 : 1;
    }
    expect(rejected).toBeGreaterThan(700);
  });

  it.each(good)('is fine when nothing is wrong: %o', items => {
    expect(parseSpec('web', items, sampleCatalog).ok).toBe(true);
  });
});

/** One to three slips: of a value, of a key, one key too many, one too few. */
function mutated(items: Items, below: (n: number) => number): Items {
  const from = <T>(all: readonly T[]) => all[below(all.length)] as T;
  for (let slips = 1 + below(3); slips > 0; slips -= 1) {
    const key = from([...Object.keys(items), 'fault']);
    const value = items[key] ?? '';
    const slip = below(5);
    if (slip === 0) items[key] = from(values);
    else if (slip === 1) items[key] = typo(value, below);
    else if (slip === 2) items[from(words)] = from(values);
    else delete items[key];
    if (slip === 3) items[typo(key, below)] = value;
  }
  return items;
}

function typo(word: string, below: (n: number) => number): string {
  const at = below(word.length + 1);
  const letter = 'abz09_-. %/'.charAt(below(11));
  return word.slice(0, at) + (below(2) === 0 ? letter : '') + word.slice(at + below(2));
}
