import { spawn } from 'node:child_process';

export interface ProcessEnd {
  /** Absent for exit code 0; else how it ended, in words. */
  readonly trouble: string | undefined;
  /** What it wrote to standard output, where that was kept. */
  readonly stdout: string;
}

export interface ProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is ended, with all its children. */
  readonly within: number;
  /** `keep` keeps standard output instead of showing it, `drop` shows nothing at all. Default `show`. */
  readonly output?: 'show' | 'keep' | 'drop';
}

const graceMs = 5_000;

const streams = {
  show: ['inherit', 'inherit'],
  keep: ['pipe', 'inherit'],
  drop: ['ignore', 'ignore'],
} as const;

/** Runs one program in a process group of its own, so that what it started ends with it. */
export function runProcess(file: string, args: readonly string[], options: ProcessOptions): Promise<ProcessEnd> {
  return new Promise(resolve => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', ...streams[options.output ?? 'show']],
      detached: true,
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const signalAll = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // the whole group has ended
      }
    };
    let interrupted: NodeJS.Signals | undefined;
    const pass = (signal: NodeJS.Signals) => {
      interrupted = signal;
      signalAll(signal);
    };
    process.on('SIGINT', pass).on('SIGTERM', pass);
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      signalAll('SIGTERM');
    }, options.within);
    const last = setTimeout(() => signalAll('SIGKILL'), options.within + graceMs);
    const end = (trouble: string | undefined) => {
      clearTimeout(deadline);
      clearTimeout(last);
      process.off('SIGINT', pass).off('SIGTERM', pass);
      if (interrupted !== undefined) process.kill(process.pid, interrupted);
      resolve({ trouble, stdout: Buffer.concat(chunks).toString() });
    };
    child.on('error', error => end(`could not be started: ${error.message}`));
    child.on('close', (code, signal) => {
      if (late) end(`not done after ${Math.round(options.within / 1000)} s`);
      else if (signal !== null) end(`ended by ${signal}`);
      else end(code === 0 ? undefined : `exit code ${code}`);
    });
  });
}
