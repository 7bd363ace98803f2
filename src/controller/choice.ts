/** Whom a run hits, in all its steps. */

import type { Answered } from '../lifecycle/facts.ts';
import type { Exclusion, Intent, Run } from '../lifecycle/run.ts';
import { candidateJudge } from '../safety/ask.ts';
import type { Choice } from '../targeting/choose.ts';
import { recordExclusions } from '../targeting/explain.ts';
import { note } from './core.ts';
import { gateContext } from './gates-asked.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import { callsOf, chooseFor, intentsOf, type KnownStep, knownSteps } from './steps.ts';
import { freshFor } from './target-reads.ts';

export interface Chosen {
  readonly kind: 'chosen';
  readonly intents: readonly Intent[];
  readonly excluded: readonly Exclusion[];
}

/** Whom the run hits, in all its steps: one that would find nothing ends it before any harm. */
export function askChoice(core: Core, entry: RunEntry): Answered | Chosen {
  const { run } = entry.standing;
  const steps = knownSteps(core.catalog, run.experiment);
  const fresh = freshFor(core, run, steps);
  if (fresh.kind !== 'go') return fresh;
  const choice = chooseSteps(core, run, steps, 0);
  if (choice.kind === 'chosen') {
    entry.chosenIn = core.steps;
    return choice;
  }
  if (run.experiment.target.ifEmpty === 'wait') return { kind: 'wait' };
  const { message } = choice;
  note(core, { type: 'gate', run: run.id, namespace: run.namespace, gate: 'target', reason: 'no_target', message });
  return { kind: 'end', verdict: 'refused', reason: 'no_target', message };
}

/** Whether a run would find anything to hit, as far as that can be known before it is claimed. What is denied is left to the run itself to tell. */
export function findsNothing(core: Core, run: Run): 'nothing' | 'something' | 'waiting' {
  if (core.limits.state === 'unread') return 'waiting';
  const steps = knownSteps(core.catalog, run.experiment);
  const fresh = freshFor(core, run, steps);
  if (fresh.kind !== 'go') return fresh.kind === 'end' ? 'something' : 'waiting';
  return chooseSteps(core, run, steps, 0).kind === 'nothing' ? 'nothing' : 'something';
}

/** Intents of some steps, numbered from `from`; or why one of them finds nothing to hit. */
export function chooseSteps(
  core: Core,
  run: Run,
  steps: readonly KnownStep[],
  from: number,
): Chosen | { readonly kind: 'nothing'; readonly message: string } {
  const { view } = core;
  const { target } = run.experiment;
  const intents: Intent[] = [];
  const excluded: Exclusion[] = [];
  for (const step of steps) {
    const judge = candidateJudge(core.gates, gateContext(core, run, step));
    const choice = chooseFor(step, {
      view,
      namespace: run.namespace,
      experiment: run.experiment,
      seed: run.seed,
      judge,
    });
    const calls = callsOf(step, { view, target, run: run.id }, choice.chosen);
    if (calls.length === 0) return { kind: 'nothing', message: whyNothing(choice) };
    intents.push(...intentsOf(step, calls, from + intents.length));
    excluded.push(...choice.excluded);
  }
  return { kind: 'chosen', intents, excluded: recordExclusions(excluded) };
}

function whyNothing({ nothing, excluded }: Choice): string {
  const why =
    nothing ??
    excluded
      .slice(0, 5)
      .map(each => `${each.name}: ${each.why}`)
      .join('; ');
  return why === '' ? 'nothing that was chosen could be hit' : why;
}
