/** Whether the experiments of a namespace are known. */

import type { Core } from './state.ts';

/** All were read once, or can't be listed: then none is known. True where they are not watched. */
export function experimentsRead(core: Core, namespace: string): boolean {
  const watch = core.watches.get(`${namespace} experiments`);
  return watch === undefined || watch.failures > 0 || (watch.listed && watch.reading.size === 0);
}
