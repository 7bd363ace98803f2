/** The controller's core in this process, for one purpose: take the lock, undo, give the lock back. */

import type { ControllerConfig, Summary } from '../../controller/types.ts';
import type { Note } from '../../lifecycle/effects.ts';
import type { Cli } from '../cli.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { startSession } from '../session.ts';

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
  const session = startSession(cli, { ...options, lockWithinMs });
  const interrupts = listenForInterrupts(cli);
  const look = (): SessionEnd | undefined => {
    const report = session.report();
    const leadingSince = session.leadingSince();
    if (report !== undefined) return report.how === 'exit' && leadingSince !== undefined ? 'done' : 'lost';
    if (interrupts.count() > 0) return 'interrupted';
    if (leadingSince === undefined) return undefined;
    const left = mine(session.summary(), config.undoOnly);
    if (left.length > 0 && left.every(each => each.stuck) && clock.mono() - leadingSince > stuckAfterMs) return 'stuck';
    return clock.mono() - begun > withinMs ? 'timeout' : undefined;
  };
  try {
    return await session.until(look);
  } finally {
    interrupts.off();
  }
}

function mine(summary: Summary | undefined, wanted: readonly string[] | 'all'): Summary['open'] {
  return (summary?.open ?? []).filter(each => wanted === 'all' || wanted.includes(each.run));
}
