/** The host agent as it is shipped, built once a process. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const source = new URL('../../agents/nomad', import.meta.url).pathname;

/** What building it needs, as one sentence; undefined where nothing is missing. */
export function missingForAgent(): string | undefined {
  if (process.platform !== 'linux') return `the agent runs on Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the agent takes root';
  const found = (process.env.PATH ?? '').split(delimiter).some(folder => existsSync(join(folder, 'go')));
  return found ? undefined : 'no go on the PATH';
}

let built: string | undefined;

/** Path of the binary; its folder goes with this process. */
export function agentBinary(): string {
  if (built !== undefined) return built;
  const folder = mkdtempSync(join(tmpdir(), 'sirocco-agent-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'sirocco-agent');
  execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', path, '.'], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  built = path;
  return path;
}
