/** Stopping in order: a handover gives the lock back at once; a drain undoes what it can first. */

import { allRunsDirty, deadline, note } from './core.ts';
import { release } from './lease.ts';
import { isBeingUndone, isMine } from './mine.ts';
import type { Core } from './state.ts';

/** Nomad allows 30 seconds between SIGTERM and SIGKILL; what is not undone by then is named. */
const drainForMs = 25_000;

export function stopping(core: Core, mode: 'handover' | 'drain'): void {
  if (core.stop !== undefined) return;
  core.stop = mode;
  core.drainUntil = core.mono + drainForMs;
  if (core.config.undoOnly !== undefined || core.config.only !== undefined) core.drainUntil = Number.POSITIVE_INFINITY;
  deadline(core, 'stop', '', mode === 'drain' ? Math.min(drainForMs, core.drainUntil - core.mono) : 0);
  allRunsDirty(core);
}

/** A controller for one run stops when that is over, all who asked were answered, and nothing else is being undone. */
export function stopAfterOnly(core: Core): void {
  const { only } = core.config;
  if (only === undefined || core.stop !== undefined || !core.finished.has(only.id)) return;
  // What others' runs are answered goes on for as long as they do.
  const isAsked = [...core.requests.values()].some(
    ({ outcome }) => outcome !== undefined && (outcome.kind !== 'run' || outcome.run === only.id),
  );
  const isUndoing = [...core.runs.values()].some(each => isBeingUndone(core, each));
  if (!isAsked && !isUndoing) stopping(core, 'handover');
}

/** Releases the lock when nothing is left to wait for. */
export function stopWhenDone(core: Core): void {
  // What is owed is not known yet.
  const loading = core.lease.phase === 'held' && !core.lease.loaded;
  if (core.stop === 'drain' && loading && core.mono < core.drainUntil) return;
  const left = [...core.runs.values()].filter(each => isMine(core, each.id) || isBeingUndone(core, each));
  // Whether those are to be undone nobody knows.
  const unread = [...core.unread.keys()].filter(id => isMine(core, id));
  if (core.stop === 'drain' && left.length + unread.length > 0) {
    if (core.mono < core.drainUntil) return;
    for (const id of [...left.map(each => each.id), ...unread])
      note(core, { type: 'trouble', what: `run ${id}`, message: `not undone in time: sirocco undo ${id}` });
  }
  release(core);
}
