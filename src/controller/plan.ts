/** A dry run: every gate with its answer, the targets with reasons, the calls that would be made. Changes nothing. */

import type { View } from '../cluster/types.ts';
import type { AnyFault, FaultCatalog, Planned } from '../faults/fault.ts';
import { type Asked, askAll, candidateJudge } from '../safety/ask.ts';
import type { Gate, GateContext } from '../safety/gate.ts';
import { nextTicks } from '../schedule/next.ts';
import type { Spec } from '../spec/experiment.ts';
import { type Choice, choose } from '../targeting/choose.ts';
import { callsOf, isSteadyBefore, unsteady } from './questions.ts';
import { groupsOf } from './targets.ts';

export interface PlanInput {
  readonly spec: Spec;
  readonly catalog: FaultCatalog;
  readonly gates: readonly Gate[];
  readonly view: View;
  /** Everything that gates look at, save what the spec itself says. */
  readonly context: Omit<GateContext, 'experiment' | 'fault' | 'view' | 'chosen'>;
  /** Seed of the choice where the spec gives none; a run draws its own. */
  readonly seed: string;
  /** Of the schedule's Variable, or now: milliseconds since the epoch. */
  readonly modifyTime: number;
}

export interface Plan {
  readonly fault: AnyFault;
  /** Admission, then blast radius. */
  readonly gates: readonly Asked[];
  readonly choice: Choice;
  /** Groups that don't have what they desire, in words. */
  readonly notSteady: readonly string[];
  readonly calls: readonly Planned[];
  readonly nextRuns: readonly number[];
  /** Whether a run would inject now. */
  readonly goes: boolean;
}

/** Asks everything that a run would ask, of the same view, with the same words. */
export function planOf(input: PlanInput): Plan {
  const { spec, view, gates } = input;
  const { experiment } = spec;
  const step = experiment.method[0];
  const fault = step === undefined ? undefined : input.catalog.get(step.fault);
  if (step === undefined || fault === undefined) throw new Error('a valid spec names a known fault');
  const context: GateContext = { ...input.context, experiment, fault, view };
  const { target } = experiment;
  const choice = choose({
    view,
    namespace: context.namespace,
    target,
    fault,
    params: step.with,
    seed: input.seed,
    judge: candidateJudge(gates, context),
  });
  const asked = [
    ...askAll(gates, 'admission', context),
    ...askAll(gates, 'blast', { ...context, chosen: choice.chosen }),
  ];
  const calls = callsOf(view, experiment, { fault }, choice.chosen);
  const groups = isSteadyBefore(fault) ? groupsOf(view, { intents: calls }) : [];
  const notSteady = groups.flatMap(([namespace, job, group]) => unsteady(view, namespace, job, group) ?? []);
  return {
    fault,
    gates: asked,
    choice,
    notSteady,
    calls,
    nextRuns: nextTicks(spec.schedule, { modifyTime: input.modifyTime, after: context.now }, 3),
    goes: calls.length > 0 && notSteady.length === 0 && asked.every(each => each.answer.ok),
  };
}
