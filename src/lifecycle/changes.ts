/** What becomes of a run as it goes from one state to another. */

import { targetsKey } from './approval.ts';
import { type Facts, type Questioned, questions } from './facts.ts';
import { holdUntil, type Intent, nextStage, presentIntents, type Run, stageOf } from './run.ts';
import { judge, whyLate } from './verdict.ts';

/** The intents of its present stage, written as sent. */
function marked(run: Run, { term, sendBy }: Facts): Run {
  const { stage = 0 } = run;
  const intents = run.intents.map(intent =>
    stageOf(intent) === stage ? { ...intent, state: 'sending' as const, term, sendBy } : intent,
  );
  return { ...run, intents };
}

/** An intent whose target is healthy again; one that was noted so before stays as it was. */
function recoveredIn(intent: Intent, ms: number | undefined): Intent {
  if (intent.effect === undefined || intent.recovered !== undefined) return intent;
  return { ...intent, recovered: ms === undefined ? {} : { ms } };
}

/** The changes that the lifecycle's transitions make: the same run where one does not apply. Pure. */
export const changes = {
  choose(run: Run, { choice }: Facts): Run {
    return choice.kind === 'chosen' ? { ...run, intents: choice.intents, excluded: choice.excluded } : run;
  },
  end(run: Run, facts: Facts, { question }: Questioned): Run {
    const answer = facts[questions[question]];
    if (answer.kind !== 'end') return run;
    const { kind: _, ...judgement } = answer;
    return { ...run, ...judgement, intents: [] };
  },
  endAborted(run: Run, { abort, wall }: Facts): Run {
    if (abort === undefined) return run;
    return { ...run, abort: { ...abort, at: wall }, verdict: 'aborted', ...abort, intents: [] };
  },
  endLate(run: Run): Run {
    const message = 'start_deadline passed before it could begin';
    return { ...run, verdict: 'refused', reason: 'start_deadline', message, intents: [] };
  },
  /** What it had chosen stays to be read. Nothing of it was sent, so nothing is to be undone. */
  endShadow(run: Run, { shadow = 'mode shadow: all of it but the harm' }: Facts): Run {
    const intents = run.intents.map(({ undoState: _, ...intent }) => ({
      ...intent,
      state: 'withheld' as const,
      message: 'shadow',
    }));
    return { ...run, intents, verdict: 'passed', reason: 'shadow', message: shadow };
  },
  noteWaiting(run: Run, { blast, wall }: Facts): Run {
    if (blast.kind !== 'wait' || blast.why === undefined) return run;
    return {
      ...run,
      waiting: { ...blast.why, targets: targetsKey(run.intents), since: run.waiting?.since ?? wall },
    };
  },
  stopWaiting({ waiting: _, ...run }: Run): Run {
    return run;
  },
  arm(run: Run, { wall }: Facts): Run {
    return { ...run, armedAt: wall };
  },
  mark: marked,
  /** The stage that follows, with what was chosen for it just now. */
  goOn(run: Run, facts: Facts): Run {
    const stage = nextStage(run);
    if (stage === undefined) return run;
    const { next, wall } = facts;
    const before = run.intents.filter(each => stageOf(each) < stage);
    const intents = next.kind === 'chosen' ? [...before, ...next.intents] : run.intents;
    return marked({ ...run, intents, stage, stageAt: wall }, facts);
  },
  stop(run: Run, { next }: Facts): Run {
    if (next.kind !== 'end') return run;
    const { kind: _, ...stopped } = next;
    return { ...run, stopped };
  },
  noteAbort(run: Run, { abort, wall }: Facts): Run {
    if (abort === undefined || run.abort !== undefined) return run;
    return { ...run, abort: { ...abort, at: wall } };
  },
  hold(run: Run): Run {
    return { ...run, holdUntil: Math.max(...presentIntents(run).map(intent => holdUntil(run, intent))) };
  },
  revert(run: Run, { wall }: Facts): Run {
    return { ...run, revertingAt: wall };
  },
  recover(run: Run, { wall }: Facts): Run {
    return { ...run, recoverUntil: wall + run.experiment.recovery.withinMs };
  },
  judge(run: Run, { recovered: { ok, recoveryMs, times, missing } }: Facts): Run {
    // Seen only after a takeover, it may have come back, and too late.
    const late = whyLate(run, recoveryMs);
    const judged = { ...run, ...judge(run, ok && late === undefined, late ?? missing) };
    if (!ok) return judged;
    const intents = run.intents.map((intent, i) => recoveredIn(intent, times?.[i]));
    return { ...judged, intents, ...(recoveryMs === undefined ? {} : { recoveryMs }) };
  },
  finish(run: Run, { wall }: Facts): Run {
    return { ...run, doneAt: wall };
  },
};
