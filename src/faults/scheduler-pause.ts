import { z } from 'zod';
import type { RegionView } from '../cluster/types.ts';
import type { FaultCall } from '../lifecycle/effects.ts';
import type { Fault } from './fault.ts';
import { asBefore, isChangedAfterUndo, isOlder } from './on-job.ts';

const parameters = z.strictObject({});

/**
 * Stops the scheduler of the region from taking evaluations (`PauseEvalBroker`): what runs goes on, nothing is placed or
 * replaced. Registrations stay allowed: refusing them would block our own undo.
 */
export const schedulerPause: Fault<z.infer<typeof parameters>> = {
  name: 'scheduler-pause',
  summary: 'Pauses the scheduler of the region: what runs goes on, nothing is placed or replaced.',
  targetKind: 'region',
  reach: 'cluster',
  lasts: true,
  alone: true,
  undoClass: 'inverse',
  parameters,
  permissions: [{ scope: 'operator', policy: 'write' }],
  byHand: () => 'nomad operator scheduler set-config -pause-eval-broker=false',

  checkByHand: () => ({
    line: 'nomad operator scheduler get-config',
    says: '`Pause Eval Broker` is `false`',
  }),

  // The configuration names nobody: whoever paused it, nothing is placed or replaced until it is resumed.
  residue: ({ region }) =>
    region?.paused === true
      ? [{ target: { kind: 'region', region: region.name }, why: 'it is paused', undo: { op: 'resume', args: {} } }]
      : [],

  exclude(candidate) {
    if (candidate.kind !== 'region') return 'not a region';
    return candidate.region.paused ? 'its scheduler is paused already' : undefined;
  },

  harms: () => [],

  plan(candidate) {
    if (candidate.kind !== 'region') return [];
    const { region } = candidate;
    return [
      {
        target: { kind: 'region', region: region.name },
        call: configured(region, true),
        sending: 'repeatable',
        before: { paused: region.paused, modify_index: region.modifyIndex },
        undo: { op: 'resume', args: {} },
      },
    ];
  },

  observe(intent, view) {
    const region = intent.target.kind === 'region' ? view.region() : undefined;
    if (intent.call.op !== 'scheduler-configure' || region === undefined)
      return { seen: false, why: "the scheduler's configuration can't be seen" };
    if (isOlder(region, intent) || region.modifyIndex <= Number(intent.before['modify_index'] ?? 0))
      return { seen: false, why: 'what is known of it is older than the call' };
    if (!region.paused) return { seen: false, why: 'it is not paused' };
    return { seen: true, evidence: `it is paused (index ${region.modifyIndex})`, at: {} };
  },

  undo(intent, view) {
    const region = view.region();
    if (region === undefined) return { kind: 'unreachable', why: "the scheduler's configuration can't be seen" };
    if (isOlder(region, intent))
      return { kind: 'unreachable', why: 'what is known of the configuration is older than what we did to it' };
    const after = { paused: region.paused, modify_index: region.modifyIndex };
    if (!region.paused) return asBefore(intent, after);
    return isChangedAfterUndo(intent, region.modifyIndex)
      ? { kind: 'superseded', after, why: 'somebody paused it again after we had resumed it' }
      : { kind: 'call', call: configured(region, false) };
  },
};

/** The configuration as it is now, with only this changed. */
function configured({ configuration, modifyIndex }: RegionView, pause: boolean): FaultCall {
  return {
    op: 'scheduler-configure',
    configuration: { ...configuration, PauseEvalBroker: pause },
    index: modifyIndex,
  };
}
