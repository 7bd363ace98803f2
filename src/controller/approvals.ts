/** Runs that wait for somebody's word: what they would hit is looked at while they wait, and chosen anew when it is gone. */

import { approvalState } from '../lifecycle/approval.ts';
import type { Answered } from '../lifecycle/facts.ts';
import { presentIntents } from '../lifecycle/run.ts';
import { armingMs } from './gates-asked.ts';
import { askBlast, missingTargets } from './questions.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import { knownSteps } from './steps.ts';
import { freshFor } from './target-reads.ts';

/** How old what is known of the targets may be while nobody has said anything: streams tell most of it sooner. */
const restingMs = 15_000;

function freshWhile(core: Core, { standing: { run } }: RunEntry): Answered {
  const oldestMs = approvalState(run) === 'given' ? armingMs : restingMs;
  return freshFor(core, run, knownSteps(core.catalog, run.experiment), oldestMs);
}

/** Whether it is within limits, and was approved where it must be. A run that was taken up waits for what it sees first. */
export function askLimited(core: Core, entry: RunEntry): Answered {
  if (entry.standing.run.waiting !== undefined && entry.chosenIn !== core.steps) {
    const fresh = freshWhile(core, entry);
    if (fresh.kind !== 'go') return fresh;
  }
  return askBlast(core, entry);
}

/** What it had chosen can't be hit any more, while it waits for an approval, or just before the harm that was approved. */
export function isChanged(core: Core, entry: RunEntry): boolean {
  const { state, run } = entry.standing;
  const isWaiting = state === 'limited' && run.waiting !== undefined;
  const isApproved = state === 'armed' && run.approval !== undefined;
  if (!(isWaiting || isApproved) || entry.chosenIn === core.steps) return false;
  if (freshWhile(core, entry).kind !== 'go') return false;
  // While it waits, what a gate says of a target may pass; just before harm it counts.
  const intents = isWaiting ? run.intents : presentIntents(run);
  return missingTargets(core, run, intents, isApproved) !== undefined;
}
