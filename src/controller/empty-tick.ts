/**
 * Ticks of schedules with `if_empty=skip`: one that finds nothing to hit is counted, and leaves no record. So its run is
 * claimed only once it is known to hit something. What was asked for by a person is answered by a record whatever it finds.
 */

import { findsNothing } from './choice.ts';
import { note } from './core.ts';
import type { RunEntry } from './run-entry.ts';
import { claimsLate } from './runs.ts';
import type { Core } from './state.ts';
import { touchStreams } from './streams.ts';

/** Whether a run is not to be claimed now: it waits to know, or was skipped and has left the table. */
export function isHeldBack(core: Core, entry: RunEntry): boolean {
  const { state, run } = entry.standing;
  if (state !== 'queued' || !claimsLate(core, entry) || core.wall > run.startDeadline) return false;
  const found = findsNothing(core, run);
  if (found === 'nothing') skip(core, entry);
  return found !== 'something';
}

function skip(core: Core, { id, standing: { run } }: RunEntry): void {
  const { namespace, schedule } = run;
  note(core, { type: 'tick', namespace, schedule, outcome: 'skipped', reason: 'no_target' });
  core.runs.delete(id);
  core.dirtySpecs.add(`${namespace}/${schedule}`);
  touchStreams(core);
}
