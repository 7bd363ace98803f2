import { z } from 'zod';
import { bool } from '../base/fields.ts';
import type { Fault } from './fault.ts';
import { allocOf, allocTarget, lifecyclePermissions, targetAlloc } from './shared.ts';

const parameters = z.strictObject({
  no_shutdown_delay: bool({ help: "Leave out the group's and tasks' shutdown_delay." }).default(false),
});

/** Stops an allocation as `nomad alloc stop` does; its replacement is a new allocation, anywhere. */
export const allocStop: Fault<z.infer<typeof parameters>> = {
  name: 'alloc-stop',
  summary: 'Stops an allocation; Nomad places another one, maybe elsewhere.',
  targetKind: 'allocation',
  reach: 'target',
  lasts: false,
  undoClass: 'by-nomad',
  comesBack: 'reschedule',
  parameters,
  permissions: lifecyclePermissions,
  byHand: target =>
    target.kind === 'allocation'
      ? `nothing to undo: Nomad places another; if it did not, nomad job eval -namespace ${target.namespace} ${target.job}`
      : 'nothing to undo',

  exclude(candidate) {
    const alloc = allocOf(candidate);
    if (alloc === undefined) return 'not an allocation';
    if (alloc.desired !== 'run') return `it is being stopped already (desired is ${alloc.desired})`;
    return alloc.migrating ? 'it is being moved off its node already' : undefined;
  },

  plan(candidate, { params }) {
    const alloc = allocOf(candidate);
    if (alloc === undefined) return [];
    const call = {
      op: 'alloc-stop',
      namespace: alloc.namespace,
      alloc: alloc.id,
      noShutdownDelay: params.no_shutdown_delay,
    } as const;
    const before = { modify_index: alloc.modifyIndex };
    return [{ target: allocTarget(alloc), call, sending: 'repeatable', before }];
  },

  observe({ target, before, answeredIndex }, view) {
    const alloc = targetAlloc(target, view);
    if (alloc === undefined) return { seen: false, why: "the allocation can't be seen any more: that is no proof" };
    if (alloc.desired !== 'stop') return { seen: false, why: `its desired state is still ${alloc.desired}` };
    if (alloc.modifyIndex < (answeredIndex ?? 0) || alloc.modifyIndex <= Number(before['modify_index'] ?? 0))
      return { seen: false, why: 'what is known of it is older than the answer' };
    // Our call marks it to move; a stop without that mark, and without an answer to ours, is somebody else's.
    if (answeredIndex === undefined && !alloc.migrating)
      return { seen: false, why: 'it is being stopped, but not by a call like ours' };
    const evidence = `its desired state is stop (index ${alloc.modifyIndex})`;
    return { seen: true, evidence, at: { server: alloc.modifyTime } };
  },
};
