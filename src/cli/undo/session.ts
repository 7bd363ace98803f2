/** The controller's core in this process, for one purpose: take the lock, undo, give the lock back. */

import type { ControllerConfig } from '../../controller/types.ts';
import type { Note } from '../../lifecycle/effects.ts';
import type { Cli } from '../cli.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { startSession } from '../session.ts';
import { createOthersTeller } from './others.ts';

export interface SessionOptions {
  readonly config: ControllerConfig & { readonly undoOnly: readonly string[] | 'all' };
  /** Of the whole, in milliseconds. */
  readonly withinMs: number;
  /** How long another may hold the lock; default: 25 s. */
  readonly lockWithinMs?: number;
  readonly onNote: (note: Note) => void;
  /** Told every few seconds while another holds the lock. */
  readonly onWaiting: (waitedMs: number) => void;
}

/** `stuck`: what is left would not be undone by waiting longer. */
export type SessionEnd = 'done' | 'stuck' | 'timeout' | 'interrupted' | 'lost';

/** A lock whose holder is gone ends after 21 s; what still holds after this is alive. */
const leftoverMs = 25_000;
/** A run that was stuck before gets at least this long: a takeover repeats its undo for 21 s. */
const stuckAfterMs = 45_000;

/**
 * Undoes until nothing is left, or nothing more can be done. A SiroccoError: SIR-404 when another controller keeps the
 * lock, SIR-401 when it may not be taken, SIR-400 when Nomad did not answer.
 */
export async function undoSession(cli: Cli, options: SessionOptions): Promise<SessionEnd> {
  const { config, withinMs, lockWithinMs = leftoverMs } = options;
  const { clock } = cli;
  const begun = clock.mono();
  let isLost = false;
  const tellOfOthers = createOthersTeller(cli, run => isWanted(config.undoOnly, run));
  const session = startSession(cli, {
    ...options,
    lockWithinMs,
    onNote: note => {
      if (note.type === 'leader') isLost = !note.leading && note.reason !== 'released';
      options.onNote(note);
    },
  });
  const interrupts = listenForInterrupts(cli);
  const look = (): SessionEnd | undefined => {
    const report = session.report();
    const leadingSince = session.leadingSince();
    if (report !== undefined) return report.how === 'exit' && leadingSince !== undefined && !isLost ? 'done' : 'lost';
    if (interrupts.count() > 0) return 'interrupted';
    if (leadingSince === undefined) return undefined;
    tellOfOthers(session.summary());
    const left = (session.summary()?.open ?? []).filter(({ run }) => isWanted(config.undoOnly, run));
    if (left.length > 0 && left.every(each => each.stuck) && clock.mono() - leadingSince > stuckAfterMs) return 'stuck';
    return clock.mono() - begun > withinMs ? 'timeout' : undefined;
  };
  try {
    return await session.until(look);
  } finally {
    interrupts.off();
  }
}

function isWanted(wanted: readonly string[] | 'all', run: string): boolean {
  return wanted === 'all' || wanted.includes(run);
}
