/** How calls become requests: one entry a call, in tables that miss none. */

import type { Call } from '../lifecycle/effects.ts';
import type { NomadRequest } from './types.ts';

/** One function for each `op` of a set of calls. */
export type Requests<C extends Call> = { readonly [Op in C['op']]: (call: Extract<C, { op: Op }>) => NomadRequest };

/** An id as one segment of a path, also where it holds slashes. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}
