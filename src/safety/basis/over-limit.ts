/** The refusal of a limit that is a share of allocations, in words that say what to do. */

import type { GateAnswer, GateContext } from '../gate.ts';
import { refuse } from './answer.ts';
import { type Load, total } from './load.ts';
import { raiseLine } from './raise.ts';
import { percentFor, share } from './share.ts';

/**
 * Undefined when the load is within `percent` of what is desired. Where the run alone is too much the refusal has the
 * line that raises the limit; where it is not, waiting may help.
 */
export function overLimit(
  context: GateContext,
  key: string,
  percent: number,
  { load, where }: { readonly load: Load; readonly where: string },
): GateAnswer | undefined {
  const allowed = share(load.desired, percent);
  if (total(load) <= allowed) return undefined;
  const numbers = `${load.asked} asked for, ${load.out} unhealthy already, ${load.held} held by other runs, of ${load.desired}`;
  const limit = `${where}: ${key} ${percent} of ${load.desired} allows ${allowed}`;
  const waiting = load.asked <= allowed;
  if (waiting) return refuse(key, `${limit}; ${numbers}`, true);
  const line = raiseLine(context, key, percentFor(load.desired, total(load)));
  return refuse(key, `${limit}; ${numbers}; to raise it: ${line}`);
}
