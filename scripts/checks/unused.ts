import type { Check } from './check.ts';
import { byExitCode, runTool } from './tool.ts';

export const unused: Check = {
  name: 'unused',
  summary: 'knip: unused files, exports and dependencies',
  run: async root =>
    byExitCode(await runTool(root, 'node_modules/knip/bin/knip.js', ['--no-progress', '--no-config-hints'])),
};
