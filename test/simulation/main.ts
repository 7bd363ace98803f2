/** `npm run simulate -- [--seeds N] [--from NAME] [--trace]`: many seeds, each twice; a failing one is printed to be run again. */

import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import { ownSubject } from './subject.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    calm: { type: 'boolean', default: false },
  },
});

const fresh = Date.now().toString(36);
const seeds =
  values.seed !== undefined ? [values.seed] : Array.from({ length: Number(values.seeds) }, (_, i) => `${fresh}-${i}`);
const subject = ownSubject();
const started = performance.now();
const totals: Record<string, number> = {};
let failed = 0;
let simulated = 0;
for (const seed of seeds) {
  const options = { seed, disturbed: !values.calm, subject };
  const first = simulate({ ...options, keepTrace: values.trace });
  const second = simulate(options);
  if (values.trace) for (const line of first.lines) console.log(line);
  const problems = [...first.problems, ...(first.trace === second.trace ? [] : ['two runs of the seed differ'])];
  simulated += first.simulatedMs;
  for (const [name, count] of Object.entries(first.counts))
    totals[name] = name.startsWith('longest') ? Math.max(totals[name] ?? 0, count) : (totals[name] ?? 0) + count;
  if (problems.length === 0) continue;
  failed += 1;
  console.log(
    `seed ${seed} broke ${problems.length}:\n  ${problems.join('\n  ')}\n  again: npm run simulate -- --seed ${seed} --trace`,
  );
}
const seconds = (performance.now() - started) / 1000;
console.log(
  `${seeds.length} seeds, ${failed} failed, ${(seeds.length / seconds).toFixed(1)} seeds a second (each twice), ${Math.round(simulated / 1000 / seconds)} virtual seconds a second`,
);
console.log(
  Object.entries(totals)
    .sort()
    .map(([name, count]) => `${name} ${count}`)
    .join(', '),
);
process.exitCode = failed === 0 ? 0 : 1;
