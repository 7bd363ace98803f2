/** Programs that a figure runs as processes of their own, so that what is measured shares nothing with what measures. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const longestMs = 300_000;

/** A TypeScript program of this folder as a command for `run` and `start`; `flags` are Node's own. */
export function script(file: URL, args: readonly string[], flags: readonly string[] = []): readonly [string, string[]] {
  return [process.execPath, [...flags, fileURLToPath(file), ...args]];
}

/** Whether a program of this name is on the PATH. */
export function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** Runs a program to its end and answers what it wrote. Rejects with its errors when it fails or takes five minutes. */
export async function run(file: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(file, [...args], { cwd, timeout: longestMs, maxBuffer: 2 ** 26 });
  return stdout;
}

/** A running program that ends when its input does. */
export interface Running {
  /** The first line that it wrote. */
  readonly first: string;
  /** Ends it and waits for its end. */
  stop(): Promise<void>;
}

/** Starts a program and waits for its first line; `onLine` gets the others. Rejects when it ends without one. */
export async function start(
  file: string,
  args: readonly string[],
  onLine: (line: string) => void = () => {},
): Promise<Running> {
  const child: ChildProcess = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  if (child.stdout === null) throw new Error(`${file} has no output`);
  const lines = createInterface(child.stdout);
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    ended.then(([code]) => Promise.reject(new Error(`${args.join(' ')} ended with ${code} before its first line`))),
  ]);
  lines.on('line', onLine);
  return {
    first,
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}
