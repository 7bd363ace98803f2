/**
 * What was planned some time before the harm, made anew of the same targets as they are now: while a run waited for its
 * limits, other runs or people may have changed what its calls carry and its undo compares with.
 */

import { presentIntents, type Run } from '../lifecycle/run.ts';
import { unmeant } from '../targeting/unmeant.ts';
import { setRun } from './entry.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import { callsOf, contextOf, intentsOf, type KnownStep, knownSteps } from './steps.ts';
import { targetsOf } from './targets.ts';

/** Takes the calls of an armed run anew from the view, before it is asked whether that is fresh: its targets stay the same. */
export function replan(core: Core, entry: RunEntry): void {
  const { state, run } = entry.standing;
  // Of what was chosen in this very step nothing can have changed.
  if (state !== 'armed' || entry.chosenIn === core.steps) return;
  const steps = knownSteps(core.catalog, run.experiment);
  const intents = steps.filter(({ stage }) => stage === (run.stage ?? 0)).flatMap(step => planned(core, run, step));
  const anew = new Map(intents.map(each => [each.n, each]));
  const changed = run.intents.map(each => anew.get(each.n) ?? each);
  if (JSON.stringify(changed) !== JSON.stringify(run.intents)) setRun(entry, { intents: changed });
}

/** The intents of a step on its targets as they are; none where they would be others or more. */
function planned(core: Core, run: Run, step: KnownStep): Run['intents'] {
  const mine = run.intents.filter(each => (each.step ?? 0) === step.index);
  const { found } = targetsOf(core.view, { intents: mine });
  const calls = callsOf(step, { view: core.view, target: run.experiment.target, run: run.id }, found);
  const intents = intentsOf(step, calls, mine[0]?.n ?? 0);
  const isSame = intents.length === mine.length && intents.every((each, i) => isAlike(each.target, mine[i]?.target));
  return isSame ? intents : [];
}

/** Why the fault itself or the spec leaves out a target now that was chosen, if so. */
export function whyExcluded(core: Core, run: Run): string | undefined {
  const { view } = core;
  const present = presentIntents(run);
  const strayed = unmeant(run.experiment.target, run.namespace, view);
  for (const step of knownSteps(core.catalog, run.experiment)) {
    const intents = present.filter(each => (each.step ?? 0) === step.index);
    const context = contextOf(step, { view, target: run.experiment.target, run: run.id });
    for (const candidate of targetsOf(view, { intents }).found) {
      // A fault on a group that hits its allocations judges groups.
      const judged = candidate.kind === step.fault.targetKind ? step.fault.exclude?.(candidate, context) : undefined;
      const why = judged ?? strayed(candidate);
      if (why !== undefined) return why;
    }
  }
  return undefined;
}

function isAlike(a: object, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
