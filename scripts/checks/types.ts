import type { Check } from './check.ts';
import { byExitCode, runTool } from './tool.ts';

const tsc = (root: string, project: string) =>
  runTool(root, 'node_modules/typescript7/bin/tsc', ['--project', project, '--noEmit', '--pretty', 'false']);

export const types: Check = {
  name: 'types',
  summary: 'TypeScript, the whole checkout',
  run: async root => byExitCode(await tsc(root, 'tsconfig.json')),
};

export const purity: Check = {
  name: 'purity',
  summary: 'TypeScript, the pure folders without Node and without a clock',
  run: async root => byExitCode(await tsc(root, 'tsconfig.pure.json')),
};
