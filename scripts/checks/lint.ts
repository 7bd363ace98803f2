import type { Check } from './check.ts';
import { byExitCode, runTool } from './tool.ts';

export const lint: Check = {
  name: 'lint',
  summary: 'Biome: format, lint, unused suppressions',
  run: async root =>
    byExitCode(
      await runTool(root, 'node_modules/@biomejs/biome/bin/biome', [
        'check',
        '--error-on-warnings',
        '--diagnostic-level=warn',
        '--max-diagnostics=20',
        '--colors=off',
        '.',
      ]),
    ),
};

/** Biome's own rule does not see promises of Node and of packages, so the two promise rules are asked of oxlint. */
export const promises: Check = {
  name: 'promises',
  summary: 'oxlint: no floating and no misused promise',
  run: async root => {
    const run = await runTool(root, 'node_modules/oxlint/bin/oxlint', ['--type-aware', '--deny-warnings', '.']);
    const looked = /Finished in .* on (\d+) files?/.exec(run.stdout)?.[1];
    if (run.code === 0 && (looked === undefined || looked === '0')) {
      return { ok: false, output: `oxlint looked at no file:\n${run.stdout}${run.stderr}`.trim() };
    }
    return byExitCode(run);
  },
};
