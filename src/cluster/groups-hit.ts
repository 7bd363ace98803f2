/** The groups of jobs that a target is, or is part of. */

import type { TargetRef } from '../faults/fault.ts';
import type { View } from './types.ts';

export type GroupName = readonly [namespace: string, job: string, group: string];

/** Of a node or a region none: whatever is there is not the fault's own. */
export function groupsHit(view: View, target: TargetRef): readonly GroupName[] {
  switch (target.kind) {
    case 'allocation':
    case 'group':
      return [[target.namespace, target.job, target.group]];
    case 'service': {
      const group = view.alloc(target.alloc)?.group;
      return group === undefined ? [] : [[target.namespace, target.job, group]];
    }
    case 'job':
    case 'deployment':
      return (view.job(target.namespace, target.job)?.groups ?? []).map(
        ({ name }): GroupName => [target.namespace, target.job, name],
      );
    case 'node':
    case 'region':
      return [];
  }
}
