/** Whether what a run hit is whole again: when one of its stages is over, and at its end. */

import { type Recovery, recovery, timeBack } from '../cluster/recovery.ts';
import type { Facts } from '../lifecycle/facts.ts';
import { type Intent, mayBeInForce, owesUndo, type Run, stageOf } from '../lifecycle/run.ts';
import { jobOf } from '../lifecycle/target.ts';
import { takeoverWindowMs } from './core.ts';
import { setIntent } from './entry.ts';
import { missingAfter } from './probing.ts';
import { freshRead, jobReads } from './reads.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';

/**
 * Whether what recovery rests on was read since this controller took the run up, and where jobs were changed, since
 * `since` (monotonic). What a denied read would tell is not to be had: then the verdict says what is missing.
 */
export function looked(core: Core, entry: RunEntry, since: number): boolean {
  // What the undo of a job changes shows in its allocations: those read before tell of the time before.
  const onJobs = entry.standing.run.intents.some(({ target }) => 'job' in target && target.kind !== 'allocation');
  const from = Math.max(entry.unsureUntil - takeoverWindowMs, onJobs ? since : Number.NEGATIVE_INFINITY);
  // By the targets' own jobs: of a job that was not read yet the view knows no groups.
  return jobsOf(entry.standing.run)
    .flatMap(({ namespace, job }) => jobReads(namespace, job).slice(0, 2))
    .map(call => freshRead(core, call, from))
    .every(each => each === 'fresh' || (typeof each === 'object' && each.denied));
}

/** The jobs that a run hits, each once. */
function jobsOf({ intents }: Run): readonly { readonly namespace: string; readonly job: string }[] {
  const jobs = intents.flatMap(({ target }) => jobOf(target) ?? []);
  return [...new Map(jobs.map(each => [`${each.namespace}/${each.job}`, each])).values()];
}

/** What is true of a run's recovery at this look. */
export interface Recovering {
  readonly effectsSeen: boolean;
  readonly looked: boolean;
  readonly found: Recovery;
}

/** Looks at what a run hit, and notes since when all of it has been whole; undefined where that is not asked yet. */
export function lookAtRecovery(core: Core, entry: RunEntry): Recovering | undefined {
  const { state, run } = entry.standing;
  if (state !== 'recovering') return undefined;
  const now = {
    effectsSeen: run.intents.every(each => each.effect !== undefined || !mayBeInForce(each)),
    looked: looked(core, entry, entry.enteredAt),
    found: recovery(core.view, run.intents),
  };
  const isWhole = now.effectsSeen && now.looked && now.found.recovered;
  entry.wholeSince = isWhole ? (entry.wholeSince ?? core.mono) : undefined;
  return now;
}

/** What the lifecycle is told of it: the steady state too is to be there again, once all is whole. */
export function recoveryFacts(
  entry: RunEntry,
  now: Recovering | undefined,
): Pick<Facts, 'effectsSeen' | 'looked' | 'recovered'> {
  if (now === undefined) return { effectsSeen: false, looked: true, recovered: { ok: false } };
  const { effectsSeen, found } = now;
  const missing = entry.wholeSince === undefined ? found.missing : [...found.missing, ...missingAfter(entry)];
  const { recoveryMs, times = [] } = found;
  const recovered =
    missing.length === 0
      ? { ok: true, times, ...(recoveryMs === undefined ? {} : { recoveryMs }) }
      : { ok: false, missing: missing.slice(0, 5).join('; ') };
  return { effectsSeen, looked: now.looked, recovered };
}

/** Those of the stages so far that had their effect, and were not seen to be whole again. */
function ill({ intents, stage = 0 }: Run): readonly Intent[] {
  return intents.filter(
    each => stageOf(each) <= stage && each.effect !== undefined && each.recovered === undefined && !owesUndo(each),
  );
}

function keep(entry: RunEntry, { n }: Intent, ms: number | undefined): void {
  setIntent(entry, n, { recovered: ms === undefined ? {} : { ms } });
}

/** Notes what is whole again of the stages that are over, before what comes later can be taken for theirs. Words: what is not. */
export function keepRecoveries(core: Core, entry: RunEntry): readonly string[] {
  const { run } = entry.standing;
  return ill(run).flatMap(intent => {
    const { recovered, times, missing } = recovery(core.view, [intent], run.intents);
    if (recovered) keep(entry, intent, times?.[0]);
    return missing;
  });
}

/** The same just before the next stage begins: of an allocation that is back itself, whatever its group lacks. */
export function keepTimes(core: Core, entry: RunEntry): void {
  const { run } = entry.standing;
  for (const intent of ill(run)) {
    const ms = timeBack(core.view, intent, run.intents);
    if (ms !== undefined) keep(entry, intent, ms);
  }
}
