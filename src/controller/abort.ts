/** Why a run is to end early. */

import { formatTime } from '../base/time.ts';
import type { Facts } from '../lifecycle/facts.ts';
import type { Run } from '../lifecycle/run.ts';
import { blackoutAbort } from './blackouts.ts';
import { haltsDenied, haltsInForce } from './control.ts';
import { isMine } from './mine.ts';
import { presenceOf } from './presence.ts';
import type { Core } from './state.ts';

/** The first reason there is; undefined: none. */
export function abortOf(core: Core, run: Run): Facts['abort'] {
  if (run.abort !== undefined) return { reason: run.abort.reason, message: run.abort.message };
  const halt = haltsInForce(core, run.namespace)[0];
  if (halt !== undefined)
    return { reason: 'halted', message: `halted in ${halt.namespace}${halt.reason === '' ? '' : `: ${halt.reason}`}` };
  const mine = isMine(core, run.id);
  // Of a person's token it tells nothing about runs of others.
  const denied = mine ? haltsDenied(core, run.namespace)[0] : undefined;
  if (denied !== undefined)
    return { reason: 'halt_unreadable', message: `the halt of ${denied} may not be read any more` };
  const blackout = blackoutAbort(core, run);
  if (blackout !== undefined) return blackout;
  const { abortAsked } = core.runs.get(run.id) ?? {};
  if (abortAsked !== undefined) return abortAsked;
  if (presenceOf(core, run) === 'gone') return { reason: 'spec_deleted', message: 'its schedule was deleted' };
  const { replacing } = core.specs.get(`${run.namespace}/${run.schedule}`) ?? {};
  if (replacing !== undefined && run.request?.spec !== true && run.tick < replacing)
    return { reason: 'replaced', message: `its schedule's tick of ${formatTime(replacing)} takes its place` };
  if (mine && core.config.undoOnly !== undefined)
    return { reason: 'undone_by_hand', message: 'an operator undid it with sirocco undo' };
  if (mine && core.stop === 'drain')
    return { reason: 'controller_stopped', message: 'the controller was asked to undo everything and stop' };
  return undefined;
}
