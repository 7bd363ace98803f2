import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../../base/errors.ts';
import { type Random, stream } from '../../base/random.ts';
import { sampleCatalog } from '../catalog.fixture.ts';
import { explainAll } from '../explain.ts';
import { keysLater, keysNow } from '../keys.ts';
import { parseDocument } from './document.ts';

const good: readonly string[] = [
  `version: 1
title: Checkout survives the loss of a third
schedule: {cron: "0 10 * * MON-FRI", timezone: Europe/Paris, jitter: 10m, probability: 0.5}
target: {job: checkout, group: web, pick: {percent: 34, mode: random, spread: node}, exclude: [{meta: {tier: gold}}]}
method:
  - fault: memory-stress
    with: {size: 64MiB, growth: 2s}
    duration: 2m
  - pause: 30s
  - parallel: [{fault: alloc-kill}, {fault: memory-stress, with: {size: 1MiB}, duration: 1m}]
recovery: {within: 60s}
`,
  `target:
  node_class: small
  pick:
    mode: weighted
    weights:
      datacenter: {dc1: 3, dc2: 1}
schedule:
  every: 1h
  start_deadline: 2m
method:
  - {fault: node-ineligible, duration: 10m}
`,
  JSON.stringify(
    { schedule: { at: 'now' }, target: { job: 'web' }, method: [{ fault: 'alloc-kill', with: { signal: 'SIGTERM' } }] },
    null,
    2,
  ),
  `experiment: kill-some
params: {count: 3}
schedule: {at: 2026-11-24T10:00:00Z}
`,
];

const signs = [
  '',
  ' ',
  '\n',
  '\t',
  ':',
  '-',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '#',
  '*',
  '&',
  '!',
  '|',
  '>',
  '%',
  '@',
  ',',
  '0',
  'x',
  '\u0000',
  '\ud800',
  'é',
  '\u2028',
  '? ',
  '- ',
  '<<: ',
  '---\n',
  '{{ x }}',
];
const words = [...keysNow, ...keysLater].flatMap(row => [row.key, row.document.split('.').at(-1) ?? '']);

/** One to three slips: a sign too many or too few, a line twice, gone or deeper, another word for one. */
function mutated(text: string, random: Random): string {
  const from = <T>(all: readonly T[]) => all[random.below(all.length)] as T;
  let result = text;
  for (let slips = 1 + random.below(3); slips > 0; slips -= 1) {
    const at = random.below(result.length + 1);
    const lines = result.split('\n');
    const line = random.below(lines.length);
    switch (random.below(7)) {
      case 0:
        result = result.slice(0, at) + from(signs) + result.slice(at);
        break;
      case 1:
        result = result.slice(0, at) + result.slice(at + 1 + random.below(3));
        break;
      case 2:
        result = result.slice(0, at) + from(signs) + result.slice(at + 1);
        break;
      case 3:
        result = lines.toSpliced(line, 0, lines[line] ?? '').join('\n');
        break;
      case 4:
        result = lines.toSpliced(line, 1).join('\n');
        break;
      case 5:
        result = lines.with(line, `${' '.repeat(random.below(5))}${lines[line]}`).join('\n');
        break;
      default:
        result = result.replace(from(result.match(/\w+/g) ?? ['x']), from(words));
    }
  }
  return result;
}

/** Each problem says where, what is allowed, in lines that a terminal may show; answers whether it was fine. */
function judged(text: string): boolean {
  const parsed = parseDocument('web', text, sampleCatalog, new Map([['kill-some', killSome]]));
  if (parsed.ok) return true;
  expect(parsed.problems.length).toBeGreaterThan(0);
  const lines = text.split('\n');
  for (const { code, key, message, allowed, line = 0, column = 0 } of parsed.problems) {
    expect(Object.keys(errorTable)).toContain(code);
    expect(key).toMatch(/./su);
    expect(allowed).toMatch(/./su);
    expect(message).toMatch(/^[^\p{Cc}]+$/u);
    expect(message).not.toMatch(/\bat .*\.[jt]s\b|undefined|\[object/);
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThan(0);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
  }
  for (const each of explainAll(parsed.problems)) expect(each).not.toMatch(/\p{Cc}/u);
  return false;
}

const killSome = {
  ok: false,
  problems: [
    { code: 'SIR-103', key: 'method', message: 'method: the steps are missing', allowed: 'steps', line: 1, column: 1 },
  ],
} as const;

describe('a document', () => {
  it('of a thousand good ones gone wrong is answered with place and what is allowed', () => {
    const random = stream('a thousand', 'documents');
    let rejected = 0;
    for (let n = 0; n < 1_000; n += 1) if (!judged(mutated(good[n % good.length] ?? '', random))) rejected += 1;
    expect(rejected).toBeGreaterThan(700);
  });

  it('of any text is read or answered, never thrown at', () => {
    const piece = fc.oneof(fc.constantFrom(...signs, ...words, ...good), fc.string({ unit: 'binary', maxLength: 10 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        judged(pieces.join(''));
      }),
      { numRuns: 250 },
    );
  });

  it.each(good.slice(0, 3))('is fine when nothing is wrong: %s', text => {
    expect(judged(text)).toBe(true);
  });
});
