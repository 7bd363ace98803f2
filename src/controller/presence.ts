/**
 * Whether the schedule of a run is still there. A list may be older than the schedule, or denied, which looks as if there
 * were none: what a list does not settle is read, since a denied read says so.
 */

import type { Run } from '../lifecycle/run.ts';
import { allRunsDirty, ask, freshMs, lookAgain, note } from './core.ts';
import type { Core, WatchState } from './state.ts';
import { isDeleted } from './watch.ts';

/** How old the answer of a read may be. */
const oldestMs = freshMs / 2;
const retryMs = 1_000;
const deniedRetryMs = 30_000;

/** `gone` only by proof. A run that brought its own spec has no schedule behind it. */
export function presenceOf(core: Core, run: Run): 'there' | 'gone' | 'unknown' {
  const watch = run.request?.spec === true ? undefined : core.watches.get(`${run.namespace} schedule`);
  if (watch === undefined) return 'there';
  const path = `${watch.prefix}${run.schedule}`;
  const asOf = core.runs.get(run.id)?.claimIndex;
  if (watch.known.has(path)) return 'there';
  if (isDeleted(watch, path, asOf)) return 'gone';
  const asked = watch.asked.get(path);
  if (asked?.there === true && core.mono - asked.at <= oldestMs) return 'there';
  if (asked === undefined || (!asked.reading && core.mono >= asked.notBefore)) confirm(core, watch, path, asOf);
  else if (!asked.reading) lookAgain(core, run.id, asked.notBefore - core.mono);
  return 'unknown';
}

function confirm(core: Core, watch: WatchState, path: string, asOf = 0): void {
  const asked = { reading: true, there: false, at: core.mono, notBefore: core.mono };
  watch.asked.set(path, asked);
  ask(core, '-', 'read', { op: 'read-variable', namespace: watch.namespace, path }, answer => {
    asked.reading = false;
    asked.there = answer.kind === 'ok' && answer.value !== undefined;
    const isDenied = answer.kind === 'refused' && answer.reason === 'denied';
    asked.notBefore = core.mono + (isDenied ? deniedRetryMs : asked.there ? oldestMs : retryMs);
    if (isDenied) note(core, { type: 'denied', what: `read ${watch.namespace}:${path}`, message: answer.message });
    // One that is older than the run's claim comes from a server that lags.
    if (answer.kind === 'ok' && answer.value === undefined && answer.index >= asOf) watch.gone.add(path);
    allRunsDirty(core);
  });
}
