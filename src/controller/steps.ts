/** The steps of a run's method: with their faults, the calls that they would make, and in which order. */

import type { View } from '../cluster/types.ts';
import type { AnyFault, Candidate, FaultCatalog, FaultContext, Planned } from '../faults/fault.ts';
import { faultOf, type Intent, type Run, stageNumber } from '../lifecycle/run.ts';
import type { Experiment, FaultStep } from '../spec/experiment.ts';
import type { Judge } from '../targeting/candidates.ts';
import { type Choice, choose } from '../targeting/choose.ts';

/** A step with its fault, and its place in the method. */
export interface KnownStep {
  readonly index: number;
  readonly step: FaultStep;
  readonly fault: AnyFault;
  /** Steps of one stage are done together. */
  readonly stage: number;
}

/** The steps of a method whose faults this release knows. */
export function knownSteps(catalog: FaultCatalog, { method }: Pick<Experiment, 'method'>): readonly KnownStep[] {
  return method.flatMap((step, index) => {
    const fault = catalog.get(step.fault);
    return fault === undefined ? [] : [{ index, step, fault, stage: stageNumber(step.stage ?? index, 0) }];
  });
}

/** A fault of the method that this release does not know; undefined: it knows them all. */
export function unknownFault(catalog: FaultCatalog, run: Run): string | undefined {
  return [run.fault, ...run.intents.map(intent => faultOf(run, intent))].find(name => !catalog.has(name));
}

/** The fault that an intent does. */
export function faultIn(catalog: FaultCatalog, run: Run, intent: Intent): AnyFault | undefined {
  return catalog.get(faultOf(run, intent));
}

/** Intents by the fault that they do. */
export function byFault(
  catalog: FaultCatalog,
  run: Run,
  intents: readonly Intent[],
): ReadonlyMap<AnyFault, readonly Intent[]> {
  const groups = new Map<AnyFault, Intent[]>();
  for (const intent of intents) {
    const fault = faultIn(catalog, run, intent);
    if (fault === undefined) continue;
    const group = groups.get(fault);
    if (group === undefined) groups.set(fault, [intent]);
    else group.push(intent);
  }
  return groups;
}

export interface Wanted {
  readonly view: View;
  readonly namespace: string;
  readonly experiment: Experiment;
  readonly seed: string;
  readonly judge: Judge;
}

/** Whom one step would hit now: every step of a run picks with the same seed. */
export function chooseFor({ fault, step }: KnownStep, wanted: Wanted): Choice {
  const { view, namespace, experiment, seed, judge } = wanted;
  return choose({ view, namespace, target: experiment.target, fault, params: step.with, seed, judge });
}

interface Aim {
  readonly view: View;
  readonly target: Experiment['target'];
  /** Absent in a dry run. */
  readonly run?: string;
}

/** What a step's fault is told of. */
export function contextOf({ step }: KnownStep, { view, target: { task }, run }: Aim): FaultContext<unknown> {
  return {
    params: step.with,
    view,
    ...(task === undefined ? {} : { task }),
    ...(run === undefined ? {} : { run }),
  };
}

/** The calls that a step would make on those chosen. */
export function callsOf(step: KnownStep, aim: Aim, chosen: readonly Candidate[]): readonly Planned[] {
  const context = contextOf(step, aim);
  return chosen.flatMap(candidate => step.fault.plan(candidate, context));
}

/** Calls as intents that nothing was done about yet. `from`: the first number. */
export function intentsOf({ index, stage }: KnownStep, calls: readonly Planned[], from: number): readonly Intent[] {
  return calls.map((call, n): Intent => {
    const of = stage + (call.wave ?? 0);
    return {
      ...call,
      n: from + n,
      ...(index === 0 ? {} : { step: index }),
      ...(of === 0 ? {} : { stage: of }),
      state: 'planned',
      ...(call.undo === undefined ? {} : { undoState: 'pending' }),
    };
  });
}
