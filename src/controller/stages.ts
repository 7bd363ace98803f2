/** From one stage of a run to the next. */

import type { Answered, Facts } from '../lifecycle/facts.ts';
import { givenUp, nextStage, owesUndo, presentIntents, type Run } from '../lifecycle/run.ts';
import { whyLate } from '../lifecycle/verdict.ts';
import { lookAgain } from './core.ts';
import { askNext } from './questions.ts';
import { keepRecoveries, keepTimes, looked } from './recovering.ts';
import { isReverted } from './revert.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import { knownSteps } from './steps.ts';

type Next = Facts['next'];

const notAsked: Answered = { kind: 'wait' };

/**
 * Whether the next stage begins. The present one is over when each of its calls had its effect and what lasts is put
 * back; then comes the pause. Whatever keeps it from going on may do so as long as recovery may take.
 */
export function askStage(core: Core, entry: RunEntry): Next {
  const { run } = entry.standing;
  const present = presentIntents(run);
  const { withinMs } = run.experiment.recovery;
  const [lost] = givenUp(run);
  if (lost !== undefined)
    return {
      kind: 'end',
      verdict: 'failed',
      reason: 'given_up',
      message: lost.undoMessage ?? 'what it had hit is gone',
    };
  const undone = present.find(each => each.state !== 'done');
  // What an earlier leader may have sent is decided by what is seen of it.
  if (undone?.state === 'unknown')
    return late(core, entry, entry.enteredAt + withinMs, {
      verdict: 'failed',
      reason: 'unknown_effect',
      message: undone.message ?? 'a call may have had its effect',
    });
  if (undone !== undefined)
    return {
      kind: 'end',
      verdict: 'failed',
      reason: 'step_failed',
      message: undone.message ?? `a call is ${undone.state}`,
    };
  const longest = Math.max(0, ...[...entry.holdEnds.values()].map(each => each - core.mono));
  if (longest > 0) return notAsked;
  if (present.some(each => each.effect === undefined))
    return late(core, entry, entry.enteredAt + withinMs, {
      verdict: 'failed',
      reason: 'no_effect',
      message: 'the calls were accepted and no effect was seen',
    });
  if (present.some(owesUndo) || !isReverted(core, entry)) return notAsked;
  entry.stageOverAt ??= core.mono;
  return afterStage(core, entry, entry.stageOverAt);
}

/** The same once the present stage is over, which it is since `overAt` (monotonic). */
function afterStage(core: Core, entry: RunEntry, overAt: number): Next {
  const { withinMs } = entry.standing.run.experiment.recovery;
  const hasLooked = looked(core, entry, overAt);
  const behind = hasLooked ? whyBehind(core, entry, overAt) : undefined;
  if (behind !== undefined) return { kind: 'end', verdict: 'deviated', reason: 'not_recovered', message: behind };
  const { run } = entry.standing;
  const pauses = knownSteps(core.catalog, run.experiment)
    .filter(({ stage }) => stage === nextStage(run))
    .map(({ step }) => step.pauseMs ?? 0);
  const from = overAt + Math.max(0, ...pauses);
  if (core.mono < from) {
    lookAgain(core, entry.id, from - core.mono);
    return notAsked;
  }
  const asked = hasLooked ? askNext(core, entry) : notAsked;
  if (asked.kind === 'go' || asked.kind === 'chosen') keepTimes(core, entry);
  if (asked.kind !== 'wait') return asked;
  return late(core, entry, from + withinMs, {
    verdict: 'deviated',
    reason: 'not_recovered',
    message: 'the targets of the next step were not fit within recover_within',
  });
}

/** Why a stage that is over did not recover in time, in words; undefined: it did, or its time is not over yet. */
function whyBehind(core: Core, entry: RunEntry, overAt: number): string | undefined {
  const missing = keepRecoveries(core, entry);
  const { run } = entry.standing;
  const until = overAt + run.experiment.recovery.withinMs;
  if (missing.length === 0) return whyLate(run, longestOf(run));
  if (core.mono >= until) return [...new Set(missing)].slice(0, 5).join('; ');
  lookAgain(core, entry.id, until - core.mono);
  return undefined;
}

function longestOf({ intents }: Run): number | undefined {
  const known = intents.flatMap(({ recovered }) => recovered?.ms ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** An end, once an instant is past (monotonic); until then the run waits. */
function late(core: Core, entry: RunEntry, since: number, end: Omit<Extract<Answered, { kind: 'end' }>, 'kind'>): Next {
  if (core.mono >= since) return { kind: 'end', ...end };
  lookAgain(core, entry.id, since - core.mono);
  return notAsked;
}
