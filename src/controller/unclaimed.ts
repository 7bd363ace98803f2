/** Runs whose claim was refused for good: no record of them can be, so they end without one, and their schedule says why. */

import { note } from './core.ts';
import type { RunEntry } from './run-entry.ts';
import { finished } from './runs.ts';
import { runChanged } from './specs.ts';
import type { Core } from './state.ts';
import { touchStreams } from './streams.ts';

/** Ends a run that can't be claimed. False: nothing was refused. */
export function endUnclaimed(core: Core, { id, standing, claimRefused }: RunEntry): boolean {
  if (claimRefused === undefined) return false;
  const message = `its record was refused: ${claimRefused}`;
  const end = { verdict: 'refused', reason: 'record_refused', message, doneAt: core.wall } as const;
  const run = { ...standing.run, ...end, intents: [] };
  core.runs.delete(id);
  core.finished.set(id, finished(run));
  const { namespace, schedule, fault } = run;
  const { verdict, reason } = end;
  note(core, { type: 'verdict', run: id, namespace, schedule, fault, verdict, reason, message });
  runChanged(core, run);
  touchStreams(core);
  return true;
}
