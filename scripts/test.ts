/**
 * `npm test [-- --project NAME…]`: the checks, then every test of both languages, with a limit of forty minutes for what hangs.
 * The last line is the count of all of them.
 */

import { join } from 'node:path';
import { report } from './check.ts';
import { checks } from './checks/index.ts';
import { runGo } from './tests/go.ts';
import { countLine, isGood, nothing, sum, type Tally } from './tests/tally.ts';
import { runVitest } from './tests/vitest.ts';

const root = join(import.meta.dirname, '..');
const withinMs = 2_400_000;
const goReserveMs = 120_000;

const vitestProjects = ['unit', 'integration', 'contract', 'simulation', 'e2e'];
const projects = ['check', ...vitestProjects, 'go'];

async function runChecks(): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const check of checks) {
    const { ok } = await report(check, root);
    tallies.push({ ...nothing, passed: ok ? 1 : 0, failed: ok ? [] : [`check: ${check.name}`] });
  }
  return sum(tallies);
}

/** The chosen projects; all when none is named. Undefined for a word that is none. */
function chosen(args: readonly string[]): readonly string[] | undefined {
  const words = args.flatMap(arg => (arg === '--project' ? [] : [arg.replace(/^--project=/, '')]));
  if (words.some(word => !projects.includes(word))) return undefined;
  return words.length === 0 ? projects : words;
}

async function main(args: readonly string[]): Promise<number> {
  const names = chosen(args);
  if (names === undefined) {
    console.error(`usage: npm test [-- --project NAME]…, where NAME is one of ${projects.join(', ')}`);
    return 2;
  }
  const start = performance.now();
  const left = () => Math.max(1, withinMs - (performance.now() - start));
  const tallies: Tally[] = [];
  if (names.includes('check')) tallies.push(await runChecks());
  const vitest = vitestProjects.filter(name => names.includes(name));
  if (vitest.length > 0) {
    const within = left() - (names.includes('go') ? goReserveMs : 0);
    tallies.push(await runVitest(root, vitest, { within }));
  }
  if (names.includes('go')) tallies.push(await runGo(root, left()));
  const total = sum(tallies);
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const name of total.failed) console.log(`failed: ${name}`);
  console.log(countLine(total));
  return isGood(total) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
