/** The answer to a schedule, where people wrote it: `chaos/status/<name>`. Written on change, at most once a second. */

import { formatDuration } from '../base/duration.ts';
import { placedMessage, problemItems } from '../base/errors.ts';
import { formatTime } from '../base/time.ts';
import { isBeforeHarm, type Run } from '../lifecycle/run.ts';
import { haltsInForce } from './control.ts';
import { acts, deadline } from './core.ts';
import { isKnown, type Place, publish, unpublish } from './publishing.ts';
import type { SpecEntry } from './spec-entry.ts';
import type { Core } from './state.ts';

/** Whether a run is one of a schedule: not one that a request brought its own spec for. */
export function isRunOf({ namespace, name }: Pick<SpecEntry, 'namespace' | 'name'>, run: Run): boolean {
  return run.namespace === namespace && run.schedule === name && run.request?.spec !== true;
}

/** What the schedule's runs wait for somebody to say, or why one of them can't end. */
function waitingItems(core: Core, entry: SpecEntry): Record<string, string> {
  for (const { standing, unwritable } of core.runs.values()) {
    const { state, run } = standing;
    if (!isRunOf(entry, run)) continue;
    if (unwritable !== undefined) return { reason: 'stuck', run: run.id, message: unwritable };
    if (state !== 'limited' || run.waiting === undefined) continue;
    return waitItems(run.id, run.waiting.message, run.startDeadline);
  }
  return {};
}

/** Items of an answer whose run waits for an approval. */
export function waitItems(run: string, message: string, until: number): Record<string, string> {
  return { reason: 'waiting_for_approval', run, message: `${message}; it waits until ${formatTime(until)}` };
}

/** The word for a schedule's state. */
export function statusState(core: Core, entry: SpecEntry): string {
  if (entry.spec === undefined) return 'rejected';
  for (const { standing } of core.runs.values()) {
    if (isRunOf(entry, standing.run)) return 'running';
  }
  if (entry.suspended) return 'suspended';
  if (haltsInForce(core, entry.namespace).length > 0) return 'halted';
  const { kind } = entry.spec.schedule.when;
  const isSpent = entry.next === undefined && entry.handled > Number.NEGATIVE_INFINITY;
  return isSpent && (kind === 'at' || kind === 'at-now') ? 'done' : 'accepted';
}

/** Items of the status Variable, without `updated_at`. */
function statusItems(core: Core, entry: SpecEntry): Record<string, string> {
  const [problem, ...more] = entry.problems;
  const { last } = entry;
  const items: Record<string, string> = {
    state: statusState(core, entry),
    ...waitingItems(core, entry),
    ...(problem === undefined ? {} : problemItems(problem)),
  };
  if (problem !== undefined && more.length > 0) items['error'] = [problem, ...more].map(placedMessage).join('; ');
  items['observed_index'] = String(entry.index);
  if (entry.next !== undefined) items['next_run'] = formatTime(entry.next);
  if (last !== undefined) {
    items['last_run'] = last.run;
    if (last.verdict !== undefined) items['last_verdict'] = last.verdict;
    if (last.reason !== undefined) items['last_reason'] = last.reason;
    if (last.recoveryMs !== undefined) items['last_recovery'] = formatDuration(last.recoveryMs);
  }
  if (entry.missed > 0) items['missed'] = String(entry.missed);
  return items;
}

function placeOf(core: Core, entry: SpecEntry): Place {
  const { namespace, name, status } = entry;
  const key = `${namespace}/${name}`;
  const path = `${core.config.prefix}/status/${name}`;
  return { key, namespace, path, status, isKept: () => core.specs.get(key)?.status === status };
}

/** Publishes what changed, when it may. */
export function tendStatus(core: Core, key: string, entry: SpecEntry): void {
  if (!acts(core) || entry.status.writing) return;
  const place = placeOf(core, entry);
  if (!isKnown(core, place)) return;
  if (aboutToHarm(core, entry)) deadline(core, 'status', key, asideMs);
  else publish(core, place, statusItems(core, entry));
}

/** The answer to a schedule that is gone goes too. */
export function removeStatus(core: Core, entry: SpecEntry): void {
  unpublish(core, placeOf(core, entry));
}

/** While a run is on its way to its call, its schedule's status stands aside. */
const asideMs = 250;

function aboutToHarm(core: Core, entry: SpecEntry): boolean {
  for (const { standing } of core.runs.values()) {
    const { state, run } = standing;
    if (!isRunOf(entry, run)) continue;
    const unsent =
      state === 'injecting' && run.intents.some(each => each.state === 'sending' && each.sentAt === undefined);
    if ((isBeforeHarm(state) || unsent) && core.wall < run.claimedAt + asideMs) return true;
  }
  return false;
}
