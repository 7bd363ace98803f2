/** Good documents, and good ones gone wrong: the same from the same stream of chance. */

import type { Random } from '../../base/random.ts';
import { keysNow } from '../keys.ts';

/** Documents that are valid; the last names an experiment `kill-some`. */
export const goodDocuments: readonly string[] = [
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
  node_attribute: {"os.name": ubuntu*, cpu.arch: amd64}
  node_meta: {rack: r1}
  exclude: [{node_meta: {tier: 7}}]
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

/** What people, editors and accidents put into a text. */
export const strangeSigns = [
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
export const documentWords = keysNow.flatMap(row => [row.key, row.document.split('.').at(-1) ?? '']);

/** One to three slips: a sign too many or too few, a line twice, gone or deeper, another word for one. */
export function mutated(text: string, random: Random): string {
  const from = <T>(all: readonly T[]) => all[random.below(all.length)] as T;
  let result = text;
  for (let slips = 1 + random.below(3); slips > 0; slips -= 1) {
    const at = random.below(result.length + 1);
    const lines = result.split('\n');
    const line = random.below(lines.length);
    switch (random.below(7)) {
      case 0:
        result = result.slice(0, at) + from(strangeSigns) + result.slice(at);
        break;
      case 1:
        result = result.slice(0, at) + result.slice(at + 1 + random.below(3));
        break;
      case 2:
        result = result.slice(0, at) + from(strangeSigns) + result.slice(at + 1);
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
        result = result.replace(from(result.match(/\w+/g) ?? ['x']), from(documentWords));
    }
  }
  return result;
}
