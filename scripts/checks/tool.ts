import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import type { CheckResult } from './check.ts';

export interface ToolRun {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a JavaScript tool of `node_modules` with the Node that runs this script.
 * `script` is relative to `root`, `input` is its standard input.
 */
export function runTool(root: string, script: string, args: readonly string[], input = ''): Promise<ToolRun> {
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, NO_COLOR: '1', PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.stdin.on('error', () => undefined); // a tool that ends without reading is judged by its exit code
    child.on('close', code => {
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    child.stdin.end(input);
  });
}

/** The plain reading of a run: exit code 0 is good, and everything printed is the finding. */
export function byExitCode(run: ToolRun): CheckResult {
  const output = `${run.stdout}${run.stderr}`.trim();
  if (run.code === 0) return { ok: true, output: '' };
  return { ok: false, output: output === '' ? `ended with exit code ${run.code} and no message` : output };
}
