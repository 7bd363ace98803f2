/** The controller's core in this process, by the token of whoever runs the command: takes the lock, acts, gives it back. */

import { SiroccoError } from '../base/errors.ts';
import { createController } from '../controller/step.ts';
import type { ControllerConfig, Summary } from '../controller/types.ts';
import { type Engine, startEngine } from '../daemon/engine.ts';
import type { StopReport } from '../daemon/types.ts';
import type { Note } from '../lifecycle/effects.ts';
import { answerOf, requestOf } from '../nomad/calls.ts';
import { logOptions } from '../world/real.ts';
import type { Cli } from './cli.ts';
import { probeAsker } from './controller/probing.ts';
import { leaderPath } from './leader.ts';

export interface SessionParts {
  readonly config: ControllerConfig;
  /** Of the whole, in milliseconds. */
  readonly withinMs: number;
  /** How long the lock is waited for: what is still held after 21 s has a holder that lives. */
  readonly lockWithinMs: number;
  readonly onNote: (note: Note) => void;
  /** Told every few seconds while another holds the lock. */
  readonly onWaiting: (waitedMs: number) => void;
}

export interface Session {
  readonly stop: Engine['stop'];
  summary(): Summary | undefined;
  /** Monotonic instant since which this process acts; undefined: not yet. */
  leadingSince(): number | undefined;
  /** How it ended by itself; undefined: it goes on. */
  report(): StopReport | undefined;
  /** Looks at once, then every so often and when it has ended, until `look` answers something; then it is ended. */
  until<T>(look: () => T | undefined): Promise<T>;
}

const lookEveryMs = 250;
const tellEveryMs = 5_000;

/**
 * Begins at once. `until` rejects with a SiroccoError: SIR-404 when another controller keeps the lock, SIR-401 when it may
 * not be taken, SIR-400 when Nomad did not answer.
 */
export function startSession(cli: Cli, parts: SessionParts): Session {
  const { config, lockWithinMs } = parts;
  const { clock } = cli;
  const connection = cli.connection();
  const begun = clock.mono();
  let core: ReturnType<typeof createController>['core'] | undefined;
  let leadingSince: number | undefined;
  let denied: string | undefined;
  let trouble: string | undefined;
  let report: StopReport | undefined;
  let toldAt = begun;

  const { level } = logOptions({ SIROCCO_LOG_LEVEL: 'error', ...cli.env });
  const engine = startEngine({
    begin: now => {
      const controller = createController(config, { catalog: cli.catalog, gates: cli.gates }, now);
      core = controller.core;
      return controller;
    },
    send: connection.send,
    openStream: connection.openStream,
    askProbe: probeAsker(cli, cli.settings().address),
    requestOf,
    answerOf,
    observer: {
      request: () => undefined,
      note: note => {
        if (note.type === 'leader' && note.leading) leadingSince ??= clock.mono();
        if (note.type === 'denied' && note.what === 'lock') denied = note.message;
        if (note.type === 'trouble' && note.what === 'lock') trouble = note.message;
        parts.onNote(note);
      },
    },
    clock,
    timers: clock,
    log: cli.world({ level }).log,
    prefix: config.prefix,
    stopWithinMs: parts.withinMs,
  });
  void engine.stopped.then(ended => {
    report = ended;
  });

  /** Why it will never act; undefined: it does, or may still. */
  const hopeless = (): SiroccoError | undefined => {
    if (leadingSince !== undefined || report !== undefined) return undefined;
    const waited = clock.mono() - begun;
    if (denied !== undefined)
      return new SiroccoError({ code: 'SIR-401', message: `the lock may not be taken: ${denied}` });
    if (waited > lockWithinMs) return noLock(trouble, lockWithinMs);
    if (clock.mono() - toldAt < tellEveryMs) return undefined;
    toldAt = clock.mono();
    parts.onWaiting(waited);
    return undefined;
  };

  return {
    stop: engine.stop,
    summary: engine.summary,
    leadingSince: () => leadingSince,
    report: () => report,
    async until<T>(look: () => T | undefined): Promise<T> {
      try {
        const end = await lookUntil<T | SiroccoError>(cli, () => look() ?? hopeless(), engine.stopped);
        if (end instanceof SiroccoError) throw end;
        return end;
      } finally {
        engine.abandon('it was told to end');
        await engine.stopped;
        if (core?.lease.phase === 'held') await release(cli, config, core.lease.lock);
      }
    },
  };
}

async function lookUntil<T>(cli: Cli, look: () => T | undefined, stopped: Promise<unknown>): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    let cancel = () => {};
    const later = new Promise<void>(resolve => {
      cancel = cli.clock.after(lookEveryMs, resolve);
    });
    await Promise.race([later, stopped]);
    cancel();
  }
}

function noLock(trouble: string | undefined, lockWithinMs: number): SiroccoError {
  if (trouble !== undefined)
    return new SiroccoError({ code: 'SIR-400', message: `the lock could not be taken: ${trouble}` });
  return new SiroccoError({
    code: 'SIR-404',
    message: `another controller holds the lock and renews it: after ${lockWithinMs / 1000} s it is no leftover`,
    allowed: 'sirocco halt makes that controller undo everything; or stop its job first',
  });
}

/** Gives the lock back where the core could not: else the next one waits for it to lapse. */
async function release(cli: Cli, { home, prefix }: ControllerConfig, lock: string): Promise<void> {
  const request = requestOf({ op: 'lock-release', namespace: home, path: leaderPath(prefix), lock });
  const outcome = await cli.connection().send(request);
  if (outcome.kind !== 'ok') cli.output.say(`the lock was not given back (${outcome.message}): it lapses within 21 s`);
}
