/** The test's side of a controller's process: its log as it comes, its signals, its end. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/build.ts';
import { GiveUp, until } from '../support/until.ts';
import { type ProcessOptions, stepMessage } from './controller-process.ts';
import type { PassedStep } from './crashing-connection.ts';

/** One line of its log. */
export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Nomad {
  readonly address: string;
  readonly token: string;
}

const script = fileURLToPath(new URL('./controller-process.ts', import.meta.url));
/** The folder of the program in one file: many processes start from it in a short time. */
let built: Promise<string> | undefined;
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sirocco-e2e-'));
  await bundle(script, folder);
  return folder;
}

/** A running controller. */
export interface ControllerHandle {
  readonly name: string;
  /** All lines so far; grows. */
  readonly lines: readonly LogLine[];
  readonly ended: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
  /** Waits for a line; fails at once when the process has ended without it. Answers the line. */
  line(what: string, matches: (line: LogLine) => boolean, within?: number): Promise<LogLine>;
  /** Waits until it says that it acts. */
  leads(within?: number): Promise<LogLine>;
  /** Steps that it passed, in order. */
  steps(): readonly PassedStep[];
  /** The last of what it told, for an error's message. */
  story(): string;
  /** Where its HTTP interface listens. */
  address(): Promise<string>;
  /** Text of its `/metrics`. */
  metrics(): Promise<string>;
  /** SIGKILL where it still lives, and waits. */
  end(): Promise<void>;
}

/** Starts a controller's process; does not wait for what it does. */
export async function startController(options: ProcessOptions, nomad: Nomad): Promise<ControllerHandle> {
  built ??= build();
  const folder = await built;
  const child = spawn(process.execPath, [join(folder, 'main.js'), JSON.stringify(options)], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH ?? '', NOMAD_ADDR: nomad.address, NOMAD_TOKEN: nomad.token },
  });
  living.add(child);
  const lines: LogLine[] = [];
  const other: string[] = [];
  const reader = createInterface({ input: child.stderr });
  reader.on('line', text => {
    if (text.startsWith('{')) lines.push(JSON.parse(text) as LogLine);
    else other.push(text);
  });
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(([[code, signal]]): Ended => {
    living.delete(child);
    over = true;
    return { code, signal };
  });
  let over = false;
  const { name } = options.config;
  const story = () => {
    const told = lines.filter(each => each.msg !== stepMessage).map(each => `${each.time} ${each.msg}`);
    return [...told.slice(-40), ...other.slice(-12)].join('\n');
  };

  const line: ControllerHandle['line'] = (what, matches, within = 60_000) =>
    until(
      `${name}: ${what}`,
      () => {
        const found = lines.find(matches);
        if (found === undefined && over) throw new GiveUp(`${name} ended before ${what}: ${story()}`);
        return found;
      },
      { within, every: 50 },
    );

  const address = async () =>
    String((await line('it listens', each => typeof each['address'] === 'string'))['address']);

  return {
    name,
    lines,
    ended,
    line,
    story,
    signal: signal => child.kill(signal),
    leads: within => line('it acts', each => each['type'] === 'leader' && each['leading'] === true, within),
    steps: () => lines.filter(each => each.msg === stepMessage) as unknown as PassedStep[],
    address,
    async metrics() {
      return (await fetch(`${await address()}/metrics`)).text();
    },
    async end() {
      if (!over) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** After the last test of a file: ends every controller that still lives, and removes what they were started from. */
export async function endControllers(): Promise<void> {
  await Promise.all(
    [...living].map(async child => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
  if (built !== undefined) rmSync(await built, { recursive: true, force: true });
  built = undefined;
}
