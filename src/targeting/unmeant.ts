/** Whether what was chosen some time ago is still what its target means. */

import type { View } from '../cluster/types.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { type Judge, otherFacts } from './candidates.ts';
import { excluder } from './exclude.ts';
import { patterns } from './patterns.ts';

/** Why a candidate is not meant any more: the meta of nodes and jobs changes while they run. */
export function unmeant(target: TargetSpec, namespace: string, view: View): Judge {
  const wanted = patterns(target);
  const excluded = excluder(target, namespace, view);
  return candidate => otherFacts(candidate, view, wanted) ?? excluded(candidate);
}
