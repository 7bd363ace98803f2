import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld } from '../world/real.ts';
import { jobBody } from './core/testing.ts';
import { type Embedded, startEmbedded } from './index.ts';

let running: Embedded | undefined;

afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(): Promise<Embedded> {
  running = await startEmbedded({ world: createWorld({ level: 'error' }), seed: 'processes', nodes: 1 });
  return running;
}

async function until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 250; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(20);
  }
  throw new Error(`not seen within 5 s: ${what}`);
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const script = (text: string, more: object = {}) => ({
  Name: 't',
  Driver: 'raw_exec',
  Config: { command: '/bin/sh', args: ['-c', text] },
  KillTimeout: 300e6,
  ...more,
});

async function run(at: Embedded, text: string, group: object = {}): Promise<string> {
  const body = jobBody({
    tasks: [script(text)],
    group: { RestartPolicy: { Attempts: 1, Delay: 1e8, Interval: 600e9, Mode: 'fail' }, ...group },
  });
  const answer = await fetch(`${at.address}/v1/jobs`, { method: 'PUT', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return until(
    'a running allocation',
    () => [...at.cluster.tables.allocs.values()].find(({ record }) => record.ClientStatus === 'running')?.record.ID,
  );
}

const log = async (at: Embedded, alloc: string, type = 'stdout') =>
  (await fetch(`${at.address}/v1/client/fs/logs/${alloc}?task=t&type=${type}&plain=true&origin=start`)).text();
const stop = (at: Embedded) => fetch(`${at.address}/v1/job/web`, { method: 'DELETE' });

describe('a real process', () => {
  it('runs with Nomad’s variables and its ports, and its output can be read', async () => {
    const at = await start();
    const alloc = await run(
      at,
      'echo "$NOMAD_JOB_NAME $NOMAD_GROUP_NAME $NOMAD_TASK_NAME $NOMAD_ALLOC_INDEX $NOMAD_PORT_http"; echo oops >&2; pwd; ls -d "$NOMAD_ALLOC_DIR" "$NOMAD_TASK_DIR"; exec sleep 60',
      { Networks: [{ DynamicPorts: [{ Label: 'http' }] }] },
    );
    const port = at.cluster.tables.allocs.get(alloc)?.record.AllocatedResources.Shared.Ports?.[0]?.Value;
    const text = await until('its output', async () => {
      const read = await log(at, alloc);
      return read.split('\n').length >= 5 && read;
    });
    expect(text.split('\n')[0]).toBe(`web g t 0 ${port}`);
    expect(text.split('\n')[1]).toMatch(new RegExp(`/${alloc}/t$`));
    expect(await log(at, alloc, 'stderr')).toBe('oops\n');
    const framed = await fetch(`${at.address}/v1/client/fs/logs/${alloc}?task=t&type=stderr`);
    expect(JSON.parse(await framed.text())).toMatchObject({ Data: Buffer.from('oops\n').toString('base64') });
  });

  it('killed by a signal is restarted, as another process', async () => {
    const at = await start();
    const alloc = await run(at, 'exec sleep 60');
    const [pid = 0] = at.processes.pids();
    await fetch(`${at.address}/v1/client/allocation/${alloc}/signal`, {
      method: 'PUT',
      body: JSON.stringify({ Signal: 'SIGKILL', Task: 't' }),
    });
    const next = await until('another process', () => at.processes.pids().find(each => each !== pid));
    expect([lives(pid), lives(next)]).toEqual([false, true]);
    const state = await until(
      'its restart',
      () =>
        [...at.cluster.tables.allocs.values()].find(({ record }) => record.TaskStates?.['t']?.Restarts === 1)?.record
          .TaskStates?.['t'],
    );
    expect(state.Events?.find(event => event.Type === 'Terminated')?.Details).toMatchObject({
      exit_code: '137',
      signal: '9',
    });
  });

  it('is stopped by its kill signal, and by force with its children when it ignores that', async () => {
    const at = await start();
    const alloc = await run(at, 'trap "" INT; sleep 60 & echo $!; wait; sleep 60');
    const [pid = 0] = at.processes.pids();
    const child = Number(await until('its child', async () => (await log(at, alloc)).trim()));
    await stop(at);
    await until('its end', () => !lives(pid) && !lives(child));
    const ended = await until('a complete allocation', () =>
      [...at.cluster.tables.allocs.values()].find(({ record }) => record.ClientStatus === 'complete'),
    );
    expect(ended.record.TaskStates?.['t']?.Events?.map(event => event.Type).slice(-3)).toEqual([
      'Killing',
      'Terminated',
      'Killed',
    ]);
  });

  it('that can’t be started fails its allocation, with the reason', async () => {
    const at = await start();
    const body = jobBody({ tasks: [{ Name: 't', Driver: 'raw_exec', Config: { command: '/no/such' } }] });
    await fetch(`${at.address}/v1/jobs`, { method: 'PUT', body: JSON.stringify(body) });
    const failed = await until('a failed allocation', () =>
      [...at.cluster.tables.allocs.values()].find(({ record }) => record.ClientStatus === 'failed'),
    );
    expect(
      failed.record.TaskStates?.['t']?.Events?.find(event => event.Type === 'Driver Failure')?.DisplayMessage,
    ).toMatch(/ENOENT/);
  });

  it('ends with the cluster, and its files go', async () => {
    const at = await start();
    const alloc = await run(at, 'pwd; exec sleep 60');
    const dir = await until('its folder', async () => (await log(at, alloc)).trim());
    const [pid = 0] = at.processes.pids();
    await at.close();
    running = undefined;
    expect([lives(pid), existsSync(dir)]).toEqual([false, false]);
  });

  it('ends even when the process that started it is killed', async () => {
    const source = `
      import { createProcesses } from ${JSON.stringify(fileURLToPath(new URL('./processes.ts', import.meta.url)))};
      const processes = createProcesses(told => told.kind === 'started' && console.log(processes.pids()[0]));
      processes.perform({ kind: 'start', handle: 'h', alloc: 'a', task: 't', command: '/bin/sleep', args: ['60'], env: {}, ports: [], files: [] });
      setInterval(() => {}, 1000);`;
    const host = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const text = await new Promise<string>(resolve => host.stdout.once('data', part => resolve(String(part))));
    const pid = Number(text);
    expect(lives(pid)).toBe(true);
    host.kill('SIGKILL');
    await until('its end', () => !lives(pid));
  });
});
