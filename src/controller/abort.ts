/** Why a run is to end early. */

import { formatTime } from '../base/time.ts';
import type { Facts } from '../lifecycle/machine.ts';
import type { Run } from '../lifecycle/run.ts';
import { blackoutAbort } from './blackouts.ts';
import { haltsDenied, haltsInForce } from './control.ts';
import type { Core } from './state.ts';

/** The first reason there is; undefined: none. */
export function abortOf(core: Core, run: Run): Facts['abort'] {
  if (run.abort !== undefined) return { reason: run.abort.reason, message: run.abort.message };
  const halt = haltsInForce(core, run.namespace)[0];
  if (halt !== undefined)
    return { reason: 'halted', message: `halted in ${halt.namespace}${halt.reason === '' ? '' : `: ${halt.reason}`}` };
  const denied = haltsDenied(core, run.namespace)[0];
  if (denied !== undefined)
    return { reason: 'halt_unreadable', message: `the halt of ${denied} may not be read any more` };
  const blackout = blackoutAbort(core, run);
  if (blackout !== undefined) return blackout;
  const { abortAsked } = core.runs.get(run.id) ?? {};
  if (abortAsked !== undefined) return abortAsked;
  // A request that brought its own spec has no schedule behind it.
  const watch = run.request?.spec === true ? undefined : core.watches.get(`${run.namespace} schedule`);
  if (watch?.listed === true && !watch.known.has(`${watch.prefix}${run.schedule}`)) {
    return { reason: 'spec_deleted', message: 'its schedule was deleted' };
  }
  const { replacing } = core.specs.get(`${run.namespace}/${run.schedule}`) ?? {};
  if (replacing !== undefined && run.request?.spec !== true && run.tick < replacing)
    return { reason: 'replaced', message: `its schedule's tick of ${formatTime(replacing)} takes its place` };
  if (core.config.undoOnly !== undefined)
    return { reason: 'undone_by_hand', message: 'an operator undid it with sirocco undo' };
  if (core.stop === 'drain')
    return { reason: 'controller_stopped', message: 'the controller was asked to undo everything and stop' };
  return undefined;
}
