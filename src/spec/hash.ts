/** The hash that approvals and records refer to a spec by. */

import { sha256Hex } from '../base/ids.ts';
import { stableJson } from '../base/json.ts';
import type { Spec } from './experiment.ts';

/**
 * `sha256:` and hex of the normal form: what the spec means with all defaults filled in, its title, seed and schedule
 * too. Two ways of writing the same give the same hash.
 */
export function specHash({ experiment, schedule }: Omit<Spec, 'hash'>): string {
  return `sha256:${sha256Hex(stableJson({ experiment, schedule }))}`;
}
