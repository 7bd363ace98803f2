/** The command line as people start it: a process of its own, by a token of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Place } from './place.ts';

const bin = fileURLToPath(new URL('../../bin/sirocco.js', import.meta.url));

export interface CliEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliProcess {
  readonly ended: Promise<CliEnd>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts it in a place's namespace, which is home too. */
export function startCli(place: Place, args: readonly string[], token: string): CliProcess {
  const { namespace } = place;
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      NOMAD_ADDR: place.nomad.address,
      NOMAD_TOKEN: token,
      NOMAD_NAMESPACE: namespace,
      SIROCCO_HOME: namespace,
      SIROCCO_NAMESPACES: namespace,
      USER: 'ana',
    },
  });
  const [out, err] = ['', ''].map((_, n) => {
    const chunks: Buffer[] = [];
    child.stdio[n + 1]?.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString('utf8');
  });
  return {
    signal: signal => child.kill(signal),
    ended: once(child, 'close').then(([code]) => ({
      code: code as number | null,
      out: out?.() ?? '',
      err: err?.() ?? '',
    })),
  };
}
