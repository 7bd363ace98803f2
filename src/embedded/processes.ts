/**
 * Real processes for `raw_exec` tasks, each in a process group of its own, with its output in files.
 *
 * None is left behind: every group is killed when its task ends, when this is closed, and when this process exits or is
 * ended by a signal. Against SIGKILL of this process each task has a warden: a shell that waits for the end of a pipe that
 * only this process holds open, and then kills the group. What a task moved into a session of its own is out of reach,
 * and after such a SIGKILL the folder with its files stays.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { interpolate } from './core/client/environment.ts';
import { type LogRequest, logStart } from './core/log-request.ts';
import type { ProcessOrder, ProcessReport, StartOrder } from './core/orders.ts';

export interface Processes {
  /** Carries out an order of the cluster; what comes of it is reported later. */
  perform(order: ProcessOrder): void;
  /** What a task wrote; undefined when it never ran. */
  readLog(ask: LogRequest): Promise<{ readonly text: Buffer; readonly size: number } | undefined>;
  /** The process ids of the tasks that run. */
  pids(): readonly number[];
  /** Kills what still runs and removes the files. */
  close(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly warden: ChildProcess;
  readonly ended: Promise<void>;
}

/** Waits for the end of its input, then kills the group given; ended by hand when the task has ended before. */
const wardenScript = 'read -r line; [ "$line" = done ] || kill -s KILL -- "-$0"';

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended already.
  }
}

function writeFiles(taskDir: string, files: StartOrder['files']): void {
  for (const { path, base64 } of files) {
    const file = join(taskDir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(base64, 'base64'), { mode: 0o777 });
  }
}

/** Directories of a task, made if need be, and the variables that name them. */
function directories(root: string, order: StartOrder): { env: Record<string, string>; cwd: string; logs: string } {
  const alloc = join(root, order.alloc);
  const cwd = join(alloc, order.task);
  const dirs = {
    NOMAD_ALLOC_DIR: join(alloc, 'alloc'),
    NOMAD_TASK_DIR: join(cwd, 'local'),
    NOMAD_SECRETS_DIR: join(cwd, 'secrets'),
  };
  const logs = join(dirs.NOMAD_ALLOC_DIR, 'logs');
  for (const dir of [
    ...Object.values(dirs),
    logs,
    join(dirs.NOMAD_ALLOC_DIR, 'data'),
    join(dirs.NOMAD_ALLOC_DIR, 'tmp'),
  ]) {
    mkdirSync(dir, { recursive: true });
  }
  return { env: dirs, cwd, logs };
}

const logFile = (root: string, alloc: string, task: string, type: string) =>
  join(root, alloc, 'alloc', 'logs', `${task}.${type}.0`);

/** `tell` is called with each report, never within `perform`. */
export function createProcesses(tell: (report: ProcessReport) => void, options: { dir?: string } = {}): Processes {
  const root = options.dir ?? mkdtempSync(join(tmpdir(), 'sirocco-embedded-'));
  const running = new Map<string, Running>();
  let closed = false;

  const killAll = () => {
    for (const { pid } of running.values()) killGroup(pid);
  };
  process.on('exit', killAll);

  function start(order: StartOrder): void {
    const { env: dirs, cwd, logs } = directories(root, order);
    writeFiles(dirs['NOMAD_TASK_DIR'] ?? cwd, order.files);
    const env = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: process.env['HOME'] ?? '/',
      LANG: process.env['LANG'] ?? 'C.UTF-8',
      ...order.env,
      ...dirs,
    };
    for (const [key, value] of Object.entries(order.env)) env[key as keyof typeof env] = interpolate(value, env);
    const fill = (text: string) => interpolate(text, env);
    const [stdout, stderr] = [
      openSync(join(logs, `${order.task}.stdout.0`), 'a'),
      openSync(join(logs, `${order.task}.stderr.0`), 'a'),
    ];
    const child = spawn(fill(order.command), order.args.map(fill), {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', stdout, stderr],
    });
    closeSync(stdout);
    closeSync(stderr);
    const { pid } = child;
    child.once('error', error => {
      if (pid === undefined)
        tell({
          kind: 'failed',
          handle: order.handle,
          error: `failed to launch command with executor: ${error.message}`,
        });
    });
    if (pid === undefined) return;
    const warden = spawn('/bin/sh', ['-c', wardenScript, String(pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // A warden that can't be had is no reason to fail: its task is still ended by all other means.
    warden.on('error', () => undefined);
    warden.stdin?.on('error', () => undefined);
    const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
    running.set(order.handle, { child, pid, warden, ended });
    child.once('spawn', () => tell({ kind: 'started', handle: order.handle }));
    child.once('exit', (code, signal) => {
      running.delete(order.handle);
      killGroup(pid);
      warden.stdin?.end('done\n');
      const number = signal === null ? 0 : constants.signals[signal];
      tell({ kind: 'exited', handle: order.handle, exitCode: code ?? 128 + number, signal: number });
    });
  }

  /** A command that can't even be asked for, such as an empty one, fails its task and nothing else. */
  function tryStart(order: StartOrder): void {
    try {
      start(order);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const failed = { kind: 'failed', handle: order.handle, error: `failed to launch command: ${why}` } as const;
      setImmediate(() => tell(failed));
    }
  }

  function send(handle: string, signal: string): void {
    const found = running.get(handle);
    if (found === undefined) return;
    const known = Object.hasOwn(constants.signals, signal);
    // An unknown name is taken for SIGINT, as a real client was seen to do.
    if (signal !== 'SIGNULL') found.child.kill(known ? (signal as NodeJS.Signals) : 'SIGINT');
  }

  return {
    perform(order) {
      if (closed) return;
      if (order.kind === 'start') tryStart(order);
      else if (order.kind === 'signal') send(order.handle, order.signal);
      else if (order.kind === 'kill') {
        const found = running.get(order.handle);
        if (found !== undefined) killGroup(found.pid);
      } else rmSync(join(root, order.alloc), { recursive: true, force: true });
    },
    async readLog(ask) {
      const path = logFile(root, ask.alloc, ask.task, ask.type);
      if (!existsSync(path)) return undefined;
      const file = await open(path, 'r');
      try {
        const { size } = await file.stat();
        const from = logStart(ask, size);
        const text = Buffer.alloc(size - from);
        await file.read(text, 0, text.length, from);
        return { text, size };
      } finally {
        await file.close();
      }
    },
    pids: () => [...running.values()].map(({ pid }) => pid),
    async close() {
      closed = true;
      const all = [...running.values()].map(({ ended }) => ended);
      killAll();
      await Promise.all(all);
      process.off('exit', killAll);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
