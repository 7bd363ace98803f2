/** The step of an experiment that a run carries out. */

import type { Candidate } from '../../faults/fault.ts';
import type { FaultCall } from '../../lifecycle/effects.ts';
import type { FaultStep } from '../../spec/experiment.ts';
import type { GateContext } from '../gate.ts';

/** Undefined only where the context's fault is none of the experiment's. */
export function stepOf({ experiment, fault }: GateContext): FaultStep | undefined {
  return experiment.method.find(step => step.fault === fault.name);
}

/** The calls that the fault would make for a candidate: data, nothing is sent. */
export function callsFor(context: GateContext, candidate: Candidate): readonly FaultCall[] {
  const { task } = context.experiment.target;
  const params = stepOf(context)?.with ?? {};
  const planned = context.fault.plan(candidate, {
    params,
    view: context.view,
    ...(task === undefined ? {} : { task }),
  });
  return planned.map(({ call }) => call);
}
