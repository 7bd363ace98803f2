/** The questions between a claim and the harm: admission, whom, limits, steadiness, and all of it again in the tick of the harm. */

import { groupHealth } from '../cluster/health.ts';
import type { View } from '../cluster/types.ts';
import type { TargetRef } from '../faults/fault.ts';
import type { Answered } from '../lifecycle/facts.ts';
import { type Intent, isLaterWave, nextStage, presentIntents, type Run, stageOf } from '../lifecycle/run.ts';
import { askAll, candidateJudge } from '../safety/ask.ts';
import { harmedBy } from '../safety/basis/harm.ts';
import { shadowOf } from './blackouts.ts';
import { type Chosen, chooseSteps } from './choice.ts';
import { haltsDenied, haltsUnread } from './control.ts';
import { acts, knowsAll } from './core.ts';
import { armingMs, gateContext, together, verdictOf } from './gates-asked.ts';
import { presenceOf } from './presence.ts';
import { whyExcluded } from './replan.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import { knownSteps } from './steps.ts';
import { freshFor } from './target-reads.ts';
import { groupsOf, targetsOf } from './targets.ts';

/** Bytes of a record that Nomad surely takes, before deflation. */
export const recordHardLimit = 56 * 1024;

export function askAdmission(core: Core, run: Run): Answered {
  if (core.limits.state === 'unread' || !knowsAll(core) || presenceOf(core, run) === 'unknown') return { kind: 'wait' };
  if (haltsDenied(core, run.namespace).length === 0 && haltsUnread(core, run.namespace, armingMs).length > 0)
    return { kind: 'wait' };
  const steps = knownSteps(core.catalog, run.experiment);
  return together(
    steps.map(step => verdictOf(core, run, askAll(core.gates, 'admission', gateContext(core, run, step)))),
  );
}

/** Whether those that some steps hit are within limits, each step beside those that are done together with it. */
function blastOf(core: Core, run: Run, intents: readonly Intent[]): Answered {
  const steps = knownSteps(core.catalog, run.experiment).filter(({ index }) =>
    intents.some(({ step = 0 }) => step === index),
  );
  // A later wave begins once the one before is whole again.
  const now = intents.filter(({ wave = 0 }) => wave === 0);
  const targets = steps.map(step => ({
    step,
    chosen: targetsOf(core.view, { intents: now.filter(each => (each.step ?? 0) === step.index) }).found,
  }));
  return together(
    targets.map(({ step, chosen }) => {
      const beside = targets.filter(other => other.step !== step && other.step.stage === step.stage);
      const harmed = beside.flatMap(other => {
        const context = gateContext(core, run, other.step, other.chosen);
        return other.chosen.flatMap(candidate => harmedBy(context, candidate));
      });
      const context = { ...gateContext(core, run, step, chosen), ...(harmed.length === 0 ? {} : { beside: harmed }) };
      return verdictOf(core, run, askAll(core.gates, 'blast', context));
    }),
  );
}

export function askBlast(core: Core, entry: RunEntry): Answered {
  const { run } = entry.standing;
  const answer = blastOf(core, run, run.intents);
  if (answer.kind === 'go') entry.judgedIn = core.steps;
  return answer;
}

/** What a group lacks of the default hypothesis, in words; undefined when it has what it desires, healthy. */
export function unsteady(view: View, namespace: string, job: string, group: string): string | undefined {
  const { healthy, desired } = groupHealth(view, namespace, job, group);
  return healthy.length >= desired ? undefined : `group ${job}/${group} has ${healthy.length} of ${desired} healthy`;
}

/** Whether what is hit is to be whole before: a job in the middle of a deployment never is. */
export function isSteadyBefore({ kind }: TargetRef): boolean {
  return kind !== 'deployment';
}

/** The default hypothesis, before: each group hit has what it desires, healthy. */
export function askSteady(core: Core, run: Run): Answered {
  const asked = { intents: run.intents.filter(({ target }) => isSteadyBefore(target)) };
  for (const [namespace, job, group] of groupsOf(core.view, asked)) {
    const why = unsteady(core.view, namespace, job, group);
    if (why === undefined) continue;
    return { kind: 'end', verdict: 'failed', reason: 'not_steady', message: `${why} before anything was done` };
  }
  return { kind: 'go' };
}

/** Once more, in one tick, just before harm is written. */
export function askArmed(core: Core, entry: RunEntry): Answered {
  const { run } = entry.standing;
  if (!acts(core)) return { kind: 'wait' };
  const again = askAdmission(core, run);
  if (again.kind !== 'go') return again;
  const first = presentIntents(run);
  const steps = knownSteps(core.catalog, run.experiment);
  if (freshFor(core, run, steps).kind !== 'go') return { kind: 'wait' };
  // Of what was chosen or judged in this very step nothing can have changed.
  const gone = entry.chosenIn === core.steps ? undefined : (missingTargets(core, run, first) ?? whyExcluded(core, run));
  if (gone !== undefined) return { kind: 'end', verdict: 'refused', reason: 'target_changed', message: gone };
  const tooLarge = whyTooLarge(run);
  if (tooLarge !== undefined) return { kind: 'end', verdict: 'refused', reason: 'record_too_large', message: tooLarge };
  return entry.judgedIn === core.steps ? { kind: 'go' } : askBlast(core, entry);
}

/** Why the record of a run might not fit into a Variable. */
function whyTooLarge(run: Run): string | undefined {
  const size = JSON.stringify(run).length + 2 * run.intents.length * 200;
  return size > recordHardLimit
    ? `the record of ${run.intents.length} intents may reach ${size} bytes, and ${recordHardLimit} are allowed`
    : undefined;
}

/**
 * Whether the next stage begins. Each step chooses anew, with the run's seed: what an earlier one hit may have been
 * replaced. It waits for the targets to be fit again.
 */
export function askNext(core: Core, entry: RunEntry): Answered | Chosen {
  const { run } = entry.standing;
  const stage = nextStage(run);
  if (stage === undefined || !acts(core)) return { kind: 'wait' };
  const admission = askAdmission(core, run);
  if (admission.kind !== 'go') return admission;
  // Harm was done already: what would begin as a shadow run can't go on as one.
  const shadow = shadowOf(core, run);
  if (shadow !== undefined) return { kind: 'end', verdict: 'refused', reason: 'blackout', message: shadow };
  const steps = knownSteps(core.catalog, run.experiment).filter(each => each.stage === stage);
  const fresh = freshFor(core, run, knownSteps(core.catalog, run.experiment));
  if (fresh.kind !== 'go') return fresh;
  if (isLaterWave(stage)) {
    const why = groupsOf(core.view, run).map(group => unsteady(core.view, ...group));
    const leaving = run.intents.filter(each => stageOf(each) === stage);
    if (why.some(each => each !== undefined) || missingTargets(core, run, leaving) !== undefined)
      return { kind: 'wait' };
    return { kind: 'go' };
  }
  const choice = chooseSteps(core, run, steps, Math.max(...run.intents.map(({ n }) => n)) + 1);
  if (choice.kind === 'nothing') return { kind: 'wait' };
  const blast = blastOf(core, run, choice.intents);
  if (blast.kind !== 'go') return blast;
  const after = run.intents.filter(each => stageOf(each) > stage && !steps.some(({ index }) => index === each.step));
  const intents = [...choice.intents, ...after];
  const tooLarge = whyTooLarge({ ...run, intents: [...run.intents.filter(each => stageOf(each) < stage), ...intents] });
  if (tooLarge !== undefined) return { kind: 'end', verdict: 'failed', reason: 'record_too_large', message: tooLarge };
  return { ...choice, intents };
}

/** Words for the first target that is no longer there to be hit, or, where they are asked, that a gate would leave out now. */
export function missingTargets(core: Core, run: Run, intents: readonly Intent[], isJudged = true): string | undefined {
  for (const step of knownSteps(core.catalog, run.experiment)) {
    const mine = intents.filter(each => (each.step ?? 0) === step.index);
    if (mine.length === 0) continue;
    const judge = candidateJudge(core.gates, gateContext(core, run, step));
    const { found, missing } = targetsOf(core.view, { intents: mine });
    if (missing > 0) return 'a chosen target is no longer there';
    for (const candidate of found) {
      if (candidate.kind === 'allocation' && candidate.alloc.client !== 'running')
        return `allocation ${candidate.alloc.id.slice(0, 8)} is ${candidate.alloc.client} now`;
      const why = isJudged ? judge(candidate) : undefined;
      if (why !== undefined) return why;
    }
  }
  return undefined;
}
