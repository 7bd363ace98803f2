/** Runs one command line on a Nomad in memory, at an instant that stands still unless timers are waited for. */

import { Readable } from 'node:stream';
import type { FaultCatalog } from '../faults/fault.ts';
import type { Cli, Environment } from './cli.ts';
import { type FakeNomad, fakeNomad } from './nomad.fixture.ts';
import { main } from './program.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly nomad: FakeNomad;
  /** Standard output as JSON. */
  json(): unknown;
}

export interface RunOptions {
  readonly nomad?: FakeNomad;
  readonly env?: Environment;
  readonly stdin?: string;
  readonly catalog?: FaultCatalog;
  /** Told of each listener, to send signals. */
  readonly onSignal?: (signal: string, listener: () => void) => void;
}

/** 24 November 2026, 10:00 UTC. */
export const now = Date.UTC(2026, 10, 24, 10);

/** The words of a command line, split at blanks. */
export async function sirocco(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
  const nomad = options.nomad ?? fakeNomad();
  const out: string[] = [];
  const err: string[] = [];
  const { clock, end } = hurriedClock();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const log = { ...silent, child: () => log };
  const code = await main(
    {
      argv: typeof line === 'string' ? line.split(' ').filter(word => word !== '') : line,
      env: { USER: 'ana', ...options.env },
      stdin: Readable.from(options.stdin === undefined ? [] : [options.stdin]),
      stdout: { write: text => out.push(text) },
      stderr: { write: text => err.push(text) },
    },
    {
      clock,
      signals: { on: (signal, listener) => options.onSignal?.(signal, listener), off: () => {} },
      connect: () => nomad,
      world: () => ({ ...clock, log }),
      ...(options.catalog === undefined ? {} : { catalog: options.catalog }),
    },
  );
  end();
  const text = out.join('').replace(/\n$/, '');
  return { code, out: text, err: err.join('').replace(/\n$/, ''), nomad, json: () => JSON.parse(text) as unknown };
}

/** Waiting costs no time: whenever nothing else is to be done, the clock goes on to the timer that is due first. */
function hurriedClock(): { readonly clock: Cli['clock']; end(): void } {
  let passed = 0;
  let pump: NodeJS.Immediate | undefined;
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  const arm = () => {
    if (pump !== undefined || timers.size === 0) return;
    pump = setImmediate(() => {
      pump = undefined;
      const [first] = [...timers].sort((a, b) => a.at - b.at);
      if (first !== undefined) {
        timers.delete(first);
        passed = Math.max(passed, first.at);
        first.fn();
      }
      arm();
    });
  };
  const clock = {
    wall: () => now + passed,
    mono: () => passed,
    bytes: (n: number) => new Uint8Array(n).fill(7),
    after: (ms: number, fn: () => void) => {
      const timer = { at: passed + ms, fn };
      timers.add(timer);
      arm();
      return () => timers.delete(timer);
    },
  };
  return {
    clock,
    end: () => {
      timers.clear();
      if (pump !== undefined) clearImmediate(pump);
    },
  };
}
