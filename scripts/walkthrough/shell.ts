/** One shell for the whole walk-through, as a reader has: what a command exports or defines, the next one sees. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ran {
  /** Both outputs, as a terminal shows them. */
  readonly output: string;
  readonly exit: number;
}

export interface Shell {
  /** Runs one command to its end; an Error when that takes longer than two minutes, or ends the shell. */
  run(command: string): Promise<Ran>;
  /** Ends the shell. */
  close(): Promise<void>;
}

const longestMs = 120_000;

export function openShell(folder: string, env: NodeJS.ProcessEnv): Shell {
  const child = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
  let count = 0;
  return {
    async run(command) {
      count += 1;
      const end = `--- end of command ${count}: `;
      // Its standard input is not ours: a command that reads must not eat the next one.
      child.stdin.write(`{ ${command}\n} </dev/null 2>&1\nprintf '\\n%s%d\\n' '${end}' "$?"\n`);
      const text = await untilPrinted(child, end);
      const at = text.lastIndexOf(`\n${end}`);
      return { output: text.slice(0, at), exit: Number(text.slice(at + end.length + 1)) };
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function untilPrinted(child: ChildProcess & { stdout: NodeJS.ReadableStream }, end: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const text = () => Buffer.concat(chunks).toString();
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      child.stdout.off('data', onData);
      child.off('exit', onExit);
      finish();
    };
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      const all = text();
      if (all.endsWith('\n') && all.includes(`\n${end}`)) settle(() => resolve(all));
    };
    const onExit = () => settle(() => reject(new Error(`the shell has ended; it printed:\n${text()}`)));
    const tooLong = () => settle(() => reject(new Error(`not done within ${longestMs / 1000} s; printed:\n${text()}`)));
    const timer = setTimeout(tooLong, longestMs);
    child.stdout.on('data', onData);
    child.on('exit', onExit);
  });
}
