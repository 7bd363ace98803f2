/** A dry run: every gate with its answer, the targets with reasons, the calls that would be made. Changes nothing. */

import type { View } from '../cluster/types.ts';
import type { FaultCatalog, Planned } from '../faults/fault.ts';
import { type Asked, askAll, candidateJudge } from '../safety/ask.ts';
import { harmedBy } from '../safety/basis/harm.ts';
import { blackoutsInForce } from '../safety/basis/in-force.ts';
import type { Gate, GateContext } from '../safety/gate.ts';
import { nextTicks } from '../schedule/next.ts';
import type { Spec } from '../spec/experiment.ts';
import type { Choice } from '../targeting/choose.ts';
import { isSteadyBefore, unsteady } from './questions.ts';
import { callsOf, chooseFor, type KnownStep, knownSteps } from './steps.ts';
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

/** What one step would do. */
export interface PlannedStep extends KnownStep {
  readonly choice: Choice;
  readonly calls: readonly Planned[];
}

export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** Admission, then blast radius; what is answered alike for several steps is there once. */
  readonly gates: readonly Asked[];
  /** Groups that don't have what they desire, in words. */
  readonly notSteady: readonly string[];
  readonly calls: readonly Planned[];
  readonly nextRuns: readonly number[];
  /** Whether a run would inject now; with `shadow`, whether it would get as far as that. */
  readonly goes: boolean;
  /** It would go no further: its mode says so, or a blackout in force. */
  readonly shadow: boolean;
}

/** Asks everything that a run would ask, of the same view, with the same words. */
export function planOf(input: PlanInput): Plan {
  const { spec, view, gates } = input;
  const { experiment } = spec;
  const { namespace, now } = input.context;
  const context = ({ fault, step }: KnownStep): GateContext => ({ ...input.context, experiment, fault, step, view });
  const steps = knownSteps(input.catalog, experiment).map((step): PlannedStep => {
    const judge = candidateJudge(gates, context(step));
    const choice = chooseFor(step, { view, namespace, experiment, seed: input.seed, judge });
    return { ...step, choice, calls: callsOf(step, { view, target: experiment.target }, choice.chosen) };
  });
  const asked = [
    ...steps.flatMap(step => askAll(gates, 'admission', context(step))),
    ...steps.flatMap(step => askAll(gates, 'blast', blastContext(step, steps, context))),
  ];
  const calls = steps.flatMap(step => step.calls);
  const hit = { intents: calls.filter(({ target }) => isSteadyBefore(target)) };
  const notSteady = groupsOf(view, hit).flatMap(group => unsteady(view, ...group) ?? []);
  return {
    steps,
    gates: onceEach(asked),
    notSteady,
    calls,
    nextRuns: nextTicks(spec.schedule, { modifyTime: input.modifyTime, after: now }, 3),
    goes:
      steps.every(step => step.calls.length > 0) &&
      steps.length > 0 &&
      notSteady.length === 0 &&
      asked.every(each => each.answer.ok),
    shadow: experiment.mode === 'shadow' || steps.some(step => isShadowed(context(step))),
  };
}

function isShadowed({ limits, almanac, namespace, fault, now }: GateContext): boolean {
  return blackoutsInForce({ limits, almanac, namespace, fault: fault.name, now }).some(({ mode }) => mode === 'shadow');
}

/** A step beside those that are done together with it. */
function blastContext(
  step: PlannedStep,
  steps: readonly PlannedStep[],
  context: (step: KnownStep) => GateContext,
): GateContext {
  const beside = steps
    .filter(other => other !== step && other.stage === step.stage)
    .flatMap(other => other.choice.chosen.flatMap(candidate => harmedBy(context(other), candidate)));
  const given = beside.length === 0 ? {} : { beside };
  return { ...context(step), chosen: step.choice.chosen, ...given };
}

function onceEach(asked: readonly Asked[]): readonly Asked[] {
  return [...new Map(asked.map(each => [`${each.gate.name} ${each.answer.message}`, each])).values()];
}
