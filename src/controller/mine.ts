/** Which runs this controller is to end. */

import type { Core } from './state.ts';

/** Runs that this controller is to end: all, or those it was started for. */
export function isMine(core: Core, run: string): boolean {
  const { undoOnly, only } = core.config;
  if (only !== undefined) return run === only.id;
  return undoOnly === undefined || undoOnly === 'all' || undoOnly.includes(run);
}
