import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { type ProcessOptions, runProcess } from './process.ts';
import { nothing, type Tally, withExit } from './tally.ts';

const file = z.object({
  name: z.string(),
  status: z.string(),
  message: z.string().optional(),
  assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
});

const report = z.object({ success: z.boolean(), testResults: z.array(file) });

/**
 * Counts the JSON report of vitest. A file that failed without a failed test (it did not load, or a hook threw)
 * is one failure.
 */
function readVitest(root: string, json: unknown): Tally {
  const files = report.parse(json).testResults;
  const named = files.flatMap(each => {
    const path = relative(root, each.name);
    return each.assertionResults.map(test => ({ name: `${path}: ${test.fullName}`, status: test.status }));
  });
  const broken = files.filter(
    each => each.status === 'failed' && !each.assertionResults.some(test => test.status === 'failed'),
  );
  return {
    passed: named.filter(test => test.status === 'passed').length,
    failed: [
      ...named.filter(test => test.status === 'failed').map(test => test.name),
      ...broken.map(each => `${relative(root, each.name)}: ${firstLine(each.message) ?? 'did not load'}`),
    ],
    skipped: named.filter(test => test.status !== 'passed' && test.status !== 'failed').map(test => test.name),
  };
}

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n').find(line => line.trim() !== '');
}

/** Runs the chosen vitest projects, all when none is named. */
export async function runVitest(
  root: string,
  projects: readonly string[],
  options: Pick<ProcessOptions, 'within' | 'output'>,
): Promise<Tally> {
  const results = join(root, 'results');
  const output = join(results, 'vitest.json');
  mkdirSync(results, { recursive: true });
  rmSync(output, { force: true });
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${output}`,
    ...projects.map(project => `--project=${project}`),
  ];
  const { trouble } = await runProcess(process.execPath, args, { cwd: root, ...options });
  if (!existsSync(output)) return withExit(nothing, 'vitest', trouble ?? 'wrote no report');
  return withExit(readVitest(root, JSON.parse(readFileSync(output, 'utf8'))), 'vitest', trouble);
}
