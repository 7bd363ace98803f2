/** The step of an experiment that a run carries out. */

import type { Candidate, FaultContext } from '../../faults/fault.ts';
import type { FaultCall } from '../../lifecycle/effects.ts';
import type { FaultStep } from '../../spec/experiment.ts';
import type { GateContext } from '../gate.ts';

/** Undefined only where the context's fault is none of the experiment's. */
export function stepOf({ experiment, fault, step }: GateContext): FaultStep | undefined {
  return step ?? experiment.method.find(step => step.fault === fault.name);
}

/** What the fault is asked with. */
export function faultContext(context: GateContext): FaultContext<Readonly<Record<string, unknown>>> {
  const { task } = context.experiment.target;
  return { params: stepOf(context)?.with ?? {}, view: context.view, ...(task === undefined ? {} : { task }) };
}

/** The calls that the fault would make for a candidate: data, nothing is sent. */
export function callsFor(context: GateContext, candidate: Candidate): readonly FaultCall[] {
  return context.fault.plan(candidate, faultContext(context)).map(({ call }) => call);
}
