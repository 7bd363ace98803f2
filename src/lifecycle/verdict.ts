/** What a run's end is called. Set once, from what is known: never from what was hoped. */

import { givenUp, type Run, type Verdict } from './run.ts';

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly message?: string;
}

/**
 * The verdict of a run that entered `injecting`.
 * What was given up comes first, then an abort; then what makes the run no evidence (nothing sent, refused, unknown, unseen); then the hypothesis.
 * `recovered`: the targets' groups have what they desire again; `missing`: what they don't, in words.
 */
export function judge(
  run: Run,
  recovered: boolean,
  missing = 'the targets were not healthy again within recover_within',
): Judgement {
  // A stage that was never gone into tells nothing by itself.
  const intents = run.intents.filter(each => each.state !== 'planned');
  const first = (state: string) => intents.find(intent => intent.state === state);
  const unknown = first('unknown') ?? first('sending');
  const [lost] = givenUp(run);
  // Whatever else was so: what it did was not put back by anyone.
  if (lost !== undefined)
    return { verdict: 'failed', reason: 'given_up', message: lost.undoMessage ?? 'what it had hit is gone' };
  if (run.abort !== undefined) return { verdict: 'aborted', reason: run.abort.reason, message: run.abort.message };
  if (unknown !== undefined) {
    const why = unknown.message ?? 'neither an answer nor an observation tells whether it had its effect';
    return { verdict: 'failed', reason: 'unknown_effect', message: why };
  }
  const refused = first('refused');
  if (refused !== undefined) {
    return { verdict: 'failed', reason: 'injection_refused', message: refused.message ?? 'Nomad refused the call' };
  }
  const withheld = first('withheld');
  if (withheld !== undefined) {
    const some = intents.some(intent => intent.state === 'done');
    return {
      verdict: some ? 'aborted' : 'refused',
      reason: 'withheld',
      message: withheld.message ?? 'withheld just before the call',
    };
  }
  const unseen = intents.find(intent => intent.effect === undefined);
  if (unseen !== undefined)
    return { verdict: 'failed', reason: 'no_effect', message: 'the calls were accepted and no effect was seen' };
  // Harm was done: what was refused then is only what was to follow.
  if (run.stopped !== undefined)
    return run.stopped.verdict === 'refused' ? { ...run.stopped, verdict: 'aborted' } : run.stopped;
  const during = violatedDuring(run);
  if (during !== undefined) return { verdict: 'deviated', reason: 'steady_state_violated', message: during };
  if (intents.length < run.intents.length)
    return { verdict: 'failed', reason: 'step_not_reached', message: 'not every step of the method was gone into' };
  if (!recovered) return { verdict: 'deviated', reason: 'not_recovered', message: missing };
  return { verdict: 'passed' };
}

/** Why a recovery took too long, in words; undefined: it did not, or nothing tells how long it took. */
export function whyLate({ experiment }: Run, recoveryMs: number | undefined): string | undefined {
  const { withinMs } = experiment.recovery;
  if (recoveryMs === undefined || recoveryMs <= withinMs) return undefined;
  return `the targets were healthy again after ${recoveryMs} ms, and recover_within is ${withinMs} ms`;
}

/** What of the steady state that had to hold under harm did not, in words. */
function violatedDuring({ samples = {} }: Run): string | undefined {
  for (const [key, { failures, count, firstFailure }] of Object.entries(samples)) {
    if (!key.startsWith('during ') || failures === 0) continue;
    return `${key.slice('during '.length)} failed ${failures} of ${count} times while harm was in force: ${firstFailure?.text ?? ''}`;
  }
  return undefined;
}
