/** What `chaos/status/requests/<id>` says. */

import { formatDuration } from '../base/duration.ts';
import { type Problem, problemItems } from '../base/errors.ts';
import { isBeforeHarm, mayBeInForce, owesUndo, type Run } from '../lifecycle/run.ts';
import type { FinishedRun } from './run-entry.ts';
import type { RequestEntry } from './spec-entry.ts';
import type { Core } from './state.ts';
import { waitItems } from './status.ts';

type Items = Record<string, string>;

/** Nothing more will follow. */
export function isFinal(items: Readonly<Items>): boolean {
  return items['state'] === 'done' || items['state'] === 'rejected';
}

/** Items of the answer, without `updated_at`; undefined: there is nothing to say yet. */
export function answerItems(core: Core, entry: RequestEntry): Items | undefined {
  const { outcome } = entry;
  if (outcome === undefined) return undefined;
  const body = outcome.kind === 'rejected' ? rejectedItems(outcome.problems) : runItems(core, outcome);
  if (body === undefined) return undefined;
  const observed = entry.variable?.ModifyIndex ?? entry.status.published?.['observed_index'];
  return { ...body, ...(observed === undefined ? {} : { observed_index: String(observed) }) };
}

function rejectedItems(problems: readonly Problem[]): Items {
  const [first] = problems;
  const items = { state: 'rejected', ...(first === undefined ? {} : problemItems(first)) };
  return problems.length > 1 ? { ...items, error: problems.map(({ message }) => message).join('; ') } : items;
}

function runItems(
  core: Core,
  outcome: Exclude<RequestEntry['outcome'], undefined | { kind: 'rejected' }>,
): Items | undefined {
  const { run } = outcome;
  const told = outcome.kind === 'done' ? { message: outcome.message } : {};
  const finished = core.finished.get(run);
  if (finished !== undefined) return { state: 'done', run, ...verdictItems(finished), ...told };
  const open = core.runs.get(run);
  if (outcome.kind === 'done')
    return { state: 'done', run, ...(open === undefined ? {} : { phase: open.standing.state }), ...told };
  // Until its record is acknowledged there is no run.
  if (open?.written === undefined) return undefined;
  const { state, run: at } = open.standing;
  const phase = { run, phase: state };
  if (state === 'limited' && at.waiting !== undefined)
    return { state: 'running', ...phase, ...waitItems(run, at.waiting.message, at.startDeadline) };
  if (isBeforeHarm(state)) return { state: 'accepted', ...phase };
  return { state: 'running', ...phase, ...progressItems(at), ...stuckItems(open.unwritable ?? at.stuck?.reason) };
}

function verdictItems({ verdict, reason, message, recoveryMs }: FinishedRun): Items {
  return {
    ...(verdict === undefined ? {} : { verdict }),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(recoveryMs === undefined ? {} : { recovery: formatDuration(recoveryMs) }),
  };
}

/** For those who may not read records: how many calls were made, had their effect, and are still to be undone. */
function progressItems(run: Run): Items {
  const all = run.intents;
  const sent = all.filter(mayBeInForce).length;
  const seen = all.filter(each => each.effect !== undefined).length;
  const owed = all.filter(owesUndo).length;
  return {
    injections: `${sent} of ${all.length}`,
    effects: `${seen} of ${sent}`,
    ...(owed > 0 ? { to_undo: String(owed) } : {}),
    ...(run.abort === undefined ? {} : { reason: run.abort.reason, message: run.abort.message }),
  };
}

function stuckItems(message: string | undefined): Items {
  return message === undefined ? {} : { reason: 'stuck', message };
}
