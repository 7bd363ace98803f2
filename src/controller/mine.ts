/**
 * What a controller is to do about a run. One that was started for some runs only, by the command line, holds the lock
 * that everybody else waits for: so it also tends what others left, as far as that is to end.
 */

import { isBeforeHarm, owesUndo } from '../lifecycle/run.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';

/** Runs that this controller carries on or is to end: all, or those it was started for. */
export function isMine(core: Core, run: string): boolean {
  const { undoOnly, only } = core.config;
  if (only !== undefined) return run === only.id;
  return undoOnly === undefined || undoOnly === 'all' || undoOnly.includes(run);
}

/**
 * Runs that this controller looks at: its own, and of others those that did harm: it is watched, and undone when due.
 * What comes back is left to others where probes are to tell, which may ask from another place and know no secret here.
 */
export function isTended(core: Core, { id, standing: { state, run } }: RunEntry): boolean {
  if (isMine(core, id)) return true;
  return !isBeforeHarm(state) && !(state === 'recovering' && run.experiment.steadyState !== undefined);
}

/** What was stuck before gets at least this long: a takeover repeats its undo for 21 s. */
const stuckAfterMs = 45_000;

/** Others' runs whose time is over: the lock is not given back in the middle of their undo, unless that is stuck. */
export function isBeingUndone(core: Core, { id, standing: { state, run }, undoing }: RunEntry): boolean {
  if (isMine(core, id)) return false;
  if (run.stuck !== undefined && core.mono - core.lease.acquiredAt > stuckAfterMs) return false;
  return state === 'reverting' || run.intents.some(each => owesUndo(each) && undoing.has(each.n));
}
