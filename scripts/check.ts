/** `npm run check [-- NAME…]`: every check that needs no test runner, or only the named ones. */

import { join } from 'node:path';
import type { Check, CheckResult } from './checks/check.ts';
import { checks } from './checks/index.ts';

/** Runs one check and prints its line, then what it found. A tool that can't be run is a failed check. */
export async function report(check: Check, root: string): Promise<CheckResult> {
  const start = performance.now();
  const result = await check.run(root).catch((error: unknown) => ({ ok: false, output: String(error) }));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${check.name.padEnd(10)} ${check.summary} (${seconds} s)`);
  if (result.output !== '') console.log(result.output.replaceAll(/^/gm, '     '));
  return result;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter(name => !checks.some(check => check.name === name));
  if (unknown.length > 0) {
    console.error(`no check named ${unknown.join(', ')}; there are: ${checks.map(check => check.name).join(', ')}`);
    return 2;
  }
  const chosen = checks.filter(check => names.length === 0 || names.includes(check.name));
  const failed: string[] = [];
  for (const check of chosen) {
    const { ok } = await report(check, join(import.meta.dirname, '..'));
    if (!ok) failed.push(check.name);
  }
  console.log(failed.length === 0 ? `${chosen.length} checks ok` : `failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
