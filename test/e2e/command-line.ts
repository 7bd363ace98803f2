/** One command line in this process. */

import { Readable } from 'node:stream';
import { main } from '../../src/cli/program.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs it to its end, with nothing of this process's environment. */
export async function sirocco(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main({
    argv,
    env,
    stdin: Readable.from([]),
    stdout: { write: text => out.push(text) },
    stderr: { write: text => err.push(text) },
  });
  return { code, out: out.join(''), err: err.join('') };
}
