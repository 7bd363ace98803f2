/** The two commands that bring their own Nomad, as a newcomer runs them. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { findNomad } from '../support/nomad-binary.ts';

const bin = fileURLToPath(new URL('../../bin/sirocco.js', import.meta.url));
const run = promisify(execFile);
const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

/** `sirocco dev`, when it told its address. */
async function dev(): Promise<{ child: ChildProcess; env: NodeJS.ProcessEnv }> {
  const child = spawn(process.execPath, [bin, 'dev', '--port', '0', '--services'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const address = /NOMAD_ADDR=(\S+)/.exec(text)?.[1];
    if (address !== undefined) return { child, env: { ...process.env, NOMAD_ADDR: address, NOMAD_TOKEN: '' } };
  }
  throw new Error(`sirocco dev ended without an address: ${text}`);
}

describe('sirocco demo', () => {
  it('kills, stops, scales and drains for real, tells it, and ends with the expected verdicts', {
    timeout: 120_000,
  }, async () => {
    const { stdout } = await run(process.execPath, [bin, 'demo']);
    expect(stdout).toMatch(/seen: task server was sent SIGKILL and ended/);
    expect(stdout).toMatch(/put back on node .*: undone/);
    const rows = stdout.slice(stdout.indexOf('SCHEDULE')).split('\n').slice(1, 7);
    expect(rows.map(row => row.trim().split(/\s+/).slice(0, 4))).toEqual([
      ['typo', 'alloc-kil', 'rejected', 'rejected'],
      ['web-kill', 'alloc-kill', 'passed', 'passed'],
      ['api-stop', 'alloc-stop', 'passed', 'passed'],
      ['worker-all', 'alloc-kill', 'refused', 'refused'],
      ['worker-scale', 'job-scale', 'passed', 'passed'],
      ['node-drain', 'node-drain', 'passed', 'passed'],
    ]);
  });
});

describe('sirocco dev', () => {
  it('answers our own commands, and leaves nothing when it ends', { timeout: 120_000 }, async () => {
    const { child, env } = await dev();
    const sirocco = (...args: string[]) => run(process.execPath, [bin, ...args], { env });
    expect((await sirocco('plan', 'fault=alloc-kill', 'target_job=nothing', 'at=now').catch(error => error)).code).toBe(
      3,
    );
    await sirocco('halt', '--reason', 'test');
    expect((await sirocco('status')).stdout).toMatch(/halt/i);
    await sirocco('resume');
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  const nomad = findNomad();
  it.skipIf(nomad === undefined)('answers the nomad CLI (needs nomad on the PATH)', { timeout: 120_000 }, async () => {
    const { env } = await dev();
    const cli = async (...args: string[]) => (await run('nomad', args, { env })).stdout;
    expect(await cli('node', 'status')).toMatch(/ready/);
    expect(await cli('job', 'status')).toMatch(/web\s+service/);
    const [alloc] = JSON.parse(await cli('job', 'allocs', '-json', 'web')) as { ID: string }[];
    expect(await cli('alloc', 'status', alloc?.ID ?? '')).toMatch(/Client Status\s+= (running|pending)/);
    await cli('var', 'put', 'chaos/schedule/x', 'fault=alloc-kill');
    expect(await cli('var', 'get', '-out', 'json', 'chaos/schedule/x')).toMatch(/alloc-kill/);
    expect(await cli('var', 'list', '-out', 'json')).toMatch(/chaos\/schedule\/x/);
  });
});
