/** What blackouts do to runs beside letting none start: they make shadow runs of them, and undo what is in force. */

import type { Facts } from '../lifecycle/facts.ts';
import { mayBeInForce, type Run } from '../lifecycle/run.ts';
import { blackoutsInForce, blackoutsOf, blackoutWords, nextOf } from '../safety/basis/in-force.ts';
import type { Blackout } from '../safety/basis/period.ts';
import { almanac } from '../schedule/almanac.ts';
import type { Core } from './state.ts';

function faultsOf({ experiment }: Run): readonly string[] {
  return [...new Set(experiment.method.map(({ fault }) => fault))];
}

/** The first in force that concerns a fault of a run. */
function inForce(core: Core, run: Run, isMeant: (blackout: Blackout) => boolean): string | undefined {
  const { limits } = core.limits;
  if (limits.blackouts.length === 0) return undefined;
  for (const fault of faultsOf(run)) {
    const asking = { limits, almanac, namespace: run.namespace, fault, now: core.wall };
    const found = blackoutsInForce(asking).find(isMeant);
    if (found !== undefined) return blackoutWords(almanac, found, core.wall);
  }
  return undefined;
}

/** Why a run must do no harm now, though it may start: in words. */
export function shadowOf(core: Core, run: Run): string | undefined {
  return inForce(core, run, ({ mode }) => mode === 'shadow');
}

/** Something of it may be in force, and its undo was not begun. */
function isInForce({ intents, revertingAt }: Run): boolean {
  return revertingAt === undefined && intents.some(mayBeInForce);
}

/** Why what is in force must be undone; one that is before its harm is refused by the gate. */
export function blackoutAbort(core: Core, run: Run): Facts['abort'] {
  if (!isInForce(run)) return undefined;
  const message = inForce(core, run, ({ abort }) => abort === true);
  return message === undefined ? undefined : { reason: 'blackout', message };
}

/** When the next blackout begins that would undo what is in force of a run, milliseconds since the epoch. */
export function nextBlackoutAbort(core: Core, run: Run): number | undefined {
  const { limits } = core.limits;
  if (limits.blackouts.length === 0) return undefined;
  const aborting = faultsOf(run)
    .flatMap(fault => blackoutsOf(limits, run.namespace, fault))
    .filter(({ abort }) => abort === true);
  return nextOf(almanac, aborting, core.wall)?.begin;
}
