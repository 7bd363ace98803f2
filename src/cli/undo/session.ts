/** The controller's core in this process, for one purpose: take the lock, undo, give the lock back. */

import { SiroccoError } from '../../base/errors.ts';
import { createController } from '../../controller/step.ts';
import type { ControllerConfig, Summary } from '../../controller/types.ts';
import { startEngine } from '../../daemon/engine.ts';
import type { StopReport } from '../../daemon/types.ts';
import type { Note } from '../../lifecycle/effects.ts';
import { answerOf, requestOf } from '../../nomad/calls.ts';
import { logOptions } from '../../world/real.ts';
import type { Cli } from '../cli.ts';
import { leaderPath } from '../leader.ts';

export interface SessionOptions {
  readonly config: ControllerConfig & { readonly undoOnly: readonly string[] | 'all' };
  /** Of the whole, in milliseconds. */
  readonly withinMs: number;
  readonly onNote: (note: Note) => void;
  /** Told every few seconds while another holds the lock. */
  readonly onWaiting: (waitedMs: number) => void;
}

/** `stuck`: what is left would not be undone by waiting longer. */
export type SessionEnd = 'done' | 'stuck' | 'timeout' | 'interrupted' | 'lost';

/** A lock whose holder is gone ends after 21 s; what still holds after this is alive. */
const lockWithinMs = 25_000;
/** A run that was stuck before gets at least this long: a takeover repeats its undo for 21 s. */
const stuckAfterMs = 45_000;
const lookEveryMs = 250;
const tellEveryMs = 5_000;

/**
 * Undoes until nothing is left, or nothing more can be done. A SiroccoError: SIR-404 when another controller keeps the
 * lock, SIR-401 when it may not be taken, SIR-400 when Nomad did not answer.
 */
export async function undoSession(cli: Cli, options: SessionOptions): Promise<SessionEnd> {
  const { config } = options;
  const { clock } = cli;
  const connection = cli.connection();
  const begun = clock.mono();
  let core: ReturnType<typeof createController>['core'] | undefined;
  let leadingSince: number | undefined;
  let denied: string | undefined;
  let trouble: string | undefined;
  let stopReport: StopReport | undefined;

  const { level } = logOptions({ SIROCCO_LOG_LEVEL: 'error', ...cli.env });
  const engine = startEngine({
    begin: now => {
      const controller = createController(config, { catalog: cli.catalog, gates: cli.gates }, now);
      core = controller.core;
      return controller;
    },
    send: connection.send,
    openStream: connection.openStream,
    requestOf,
    answerOf,
    observer: {
      request: () => undefined,
      note: note => {
        if (note.type === 'leader' && note.leading) leadingSince ??= clock.mono();
        if (note.type === 'denied' && note.what === 'lock') denied = note.message;
        if (note.type === 'trouble' && note.what === 'lock') trouble = note.message;
        options.onNote(note);
      },
    },
    clock,
    timers: clock,
    log: cli.world({ level }).log,
    prefix: config.prefix,
    stopWithinMs: options.withinMs,
  });
  void engine.stopped.then(report => {
    stopReport = report;
  });

  const interrupt = interruption(cli);
  let toldAt = begun;
  const look = (): SessionEnd | SiroccoError | undefined => {
    const waited = clock.mono() - begun;
    if (stopReport !== undefined) return stopReport.how === 'exit' && leadingSince !== undefined ? 'done' : 'lost';
    if (interrupt.asked()) return 'interrupted';
    if (leadingSince === undefined) {
      if (denied !== undefined)
        return new SiroccoError({ code: 'SIR-401', message: `the lock may not be taken: ${denied}` });
      if (waited > lockWithinMs) return noLock(trouble);
      if (clock.mono() - toldAt >= tellEveryMs) {
        toldAt = clock.mono();
        options.onWaiting(waited);
      }
      return undefined;
    }
    const left = mine(engine.summary(), config.undoOnly);
    if (left.length > 0 && left.every(each => each.stuck) && clock.mono() - leadingSince > stuckAfterMs) return 'stuck';
    return waited > options.withinMs ? 'timeout' : undefined;
  };

  try {
    const end = await lookUntil(cli, look, engine.stopped);
    if (end instanceof SiroccoError) throw end;
    return end;
  } finally {
    interrupt.off();
    engine.abandon('it was told to end');
    await engine.stopped;
    if (core?.lease.phase === 'held') await release(cli, config, core.lease.lock);
  }
}

/** Looks at once, then every so often and when the engine has ended, until there is an answer. */
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

function mine(summary: Summary | undefined, wanted: readonly string[] | 'all'): Summary['open'] {
  return (summary?.open ?? []).filter(each => wanted === 'all' || wanted.includes(each.run));
}

function noLock(trouble: string | undefined): SiroccoError {
  if (trouble !== undefined)
    return new SiroccoError({ code: 'SIR-400', message: `the lock could not be taken: ${trouble}` });
  return new SiroccoError({
    code: 'SIR-404',
    message: `another controller holds the lock and renews it: after ${lockWithinMs / 1000} s it is no leftover`,
    allowed: 'sirocco halt makes that controller undo everything; or stop its job first',
  });
}

function interruption(cli: Cli): { asked(): boolean; off(): void } {
  let asked = false;
  const listener = () => {
    asked = true;
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) cli.signals.on(name, listener);
  return {
    asked: () => asked,
    off: () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) cli.signals.off(name, listener);
    },
  };
}

/** Gives the lock back where the core could not: else the next one waits for it to lapse. */
async function release(cli: Cli, { home, prefix }: ControllerConfig, lock: string): Promise<void> {
  const request = requestOf({ op: 'lock-release', namespace: home, path: leaderPath(prefix), lock });
  const outcome = await cli.connection().send(request);
  if (outcome.kind !== 'ok') cli.output.say(`the lock was not given back (${outcome.message}): it lapses within 21 s`);
}
