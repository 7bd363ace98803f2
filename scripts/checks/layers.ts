import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Check, CheckResult } from './check.ts';
import { projectFiles } from './files.ts';
import { runTool } from './tool.ts';

/** Fewer modules than this and dependency-cruiser was looking elsewhere. */
const leastModules = 60;

const answer = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    violations: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        rule: z.object({ name: z.string(), severity: z.string() }),
        comment: z.string().optional(),
        cycle: z.array(z.object({ name: z.string() })).optional(),
      }),
    ),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string().optional() })) }),
  }),
});

/** Which folder may name which; `least` is the number of modules that it must have looked at. */
export const layersOfAtLeast = (least: number): Check => ({
  name: 'layers',
  summary: 'dependency-cruiser: which folder may name which',
  run: async root => blind(root) ?? judge(root, least),
});

export const layers: Check = layersOfAtLeast(leastModules);

/** Beside a TypeScript that it can't use, dependency-cruiser passes having read nothing. */
function blind(root: string): CheckResult | undefined {
  const text = readFileSync(join(root, 'node_modules/typescript/package.json'), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
  if (version.startsWith('6.')) return undefined;
  return { ok: false, output: `dependency-cruiser needs typescript 6 beside it, found ${version}` };
}

async function judge(root: string, least: number): Promise<CheckResult> {
  const args = ['--config', 'tools/lint/dependency-cruiser.mjs', '--output-type', 'json', 'src'];
  const run = await runTool(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', args);
  if (!run.stdout.startsWith('{')) return { ok: false, output: `${run.stdout}${run.stderr}`.trim() };
  const { modules, summary } = answer.parse(JSON.parse(run.stdout));
  const seen = new Set(modules.map(module => module.source));
  const missed = projectFiles(root).filter(path => /^src\/.*(?<!\.test)\.tsx?$/.test(path) && !seen.has(path));
  const why = new Map(summary.ruleSetUsed.forbidden.map(rule => [rule.name, rule.comment ?? '']));
  const found = summary.violations.map(({ from, to, rule, cycle }) => {
    const steps = cycle?.map(step => step.name) ?? (from === to ? [] : [to]);
    return `${rule.name}: ${[from, ...steps].join(' → ')} (${why.get(rule.name) ?? ''})`;
  });
  if (seen.size < least) found.push(`looked at ${seen.size} modules, at least ${least} expected`);
  found.push(...missed.map(path => `not looked at: ${path}`));
  return { ok: found.length === 0, output: found.join('\n') };
}
