/** The answer to a schedule, where people wrote it: `chaos/status/<name>`. Written on change, at most once a second. */

import { formatDuration } from '../base/duration.ts';
import { problemItems } from '../base/errors.ts';
import { formatTime } from '../base/time.ts';
import { isBeforeHarm } from '../lifecycle/run.ts';
import type { Variable } from '../nomad/types.ts';
import { haltsInForce } from './control.ts';
import { acts, ask, deadline, note } from './core.ts';
import type { Core, SpecEntry } from './state.ts';
import type { Answer } from './types.ts';
import { spendStatusWrite } from './writes.ts';

const everyMs = 1_000;

/** The word for a schedule's state. */
export function statusState(core: Core, entry: SpecEntry): string {
  if (entry.spec === undefined) return 'rejected';
  for (const { standing } of core.runs.values()) {
    if (standing.run.namespace === entry.namespace && standing.run.schedule === entry.name) return 'running';
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
    ...(problem === undefined ? {} : problemItems(problem)),
  };
  if (more.length > 0) items['error'] = [problem, ...more].map(each => each?.message).join('; ');
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

function equal(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const { updated_at: _a, ...left } = a;
  const { updated_at: _b, ...right } = b;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every(key => left[key] === right[key]);
}

/** Publishes what changed, when it may. */
export function tendStatus(core: Core, key: string, entry: SpecEntry): void {
  const { status } = entry;
  if (!acts(core) || status.writing) return;
  if (!status.known) {
    readStatus(core, key, entry);
    return;
  }
  if (aboutToHarm(core, entry)) {
    deadline(core, 'status', key, asideMs);
    return;
  }
  const items = statusItems(core, entry);
  if (status.published !== undefined && equal(status.published, items)) return;
  const wait = status.writtenAt + everyMs - core.mono;
  if (wait > 0) {
    deadline(core, 'status', key, wait);
    return;
  }
  if (!spendStatusWrite(core, key)) return;
  status.writing = true;
  status.writtenAt = core.mono;
  const full = { ...items, updated_at: formatTime(core.wall) };
  const path = `${core.config.prefix}/status/${entry.name}`;
  const call = { op: 'write-variable', namespace: entry.namespace, path, items: full, cas: status.index } as const;
  note(core, { type: 'write', kind: 'status' });
  ask(core, '-', 'status', call, answer => written(core, key, entry, full, answer));
}

/** The answer to a schedule that is gone goes too. */
export function removeStatus(core: Core, entry: SpecEntry): void {
  const { status, namespace, name } = entry;
  if (!acts(core) || !status.known || status.index === 0) return;
  const path = `${core.config.prefix}/status/${name}`;
  ask(core, '-', 'status', { op: 'delete-variable', namespace, path, cas: status.index }, answer => {
    if (answer.kind !== 'ok')
      note(core, { type: 'trouble', what: `delete ${namespace}:${path}`, message: answer.message });
  });
}

/** While a run is on its way to its call, its schedule's status stands aside. */
const asideMs = 250;

function aboutToHarm(core: Core, { namespace, name }: SpecEntry): boolean {
  for (const { standing } of core.runs.values()) {
    const { state, run } = standing;
    if (run.namespace !== namespace || run.schedule !== name) continue;
    const unsent =
      state === 'injecting' && run.intents.some(each => each.state === 'sending' && each.sentAt === undefined);
    if ((isBeforeHarm(state) || unsent) && core.wall < run.claimedAt + asideMs) return true;
  }
  return false;
}

/** What an earlier life or another leader left there: an equal answer is not written again. */
function readStatus(core: Core, key: string, entry: SpecEntry): void {
  const { status } = entry;
  status.writing = true;
  const path = `${core.config.prefix}/status/${entry.name}`;
  ask(core, '-', 'status', { op: 'read-variable', namespace: entry.namespace, path }, answer => {
    status.writing = false;
    if (answer.kind === 'ok') {
      const variable = answer.value as Variable | undefined;
      status.known = true;
      status.index = variable?.ModifyIndex ?? 0;
      status.published = variable?.Items ?? undefined;
      core.dirtySpecs.add(key);
    } else {
      const denied = answer.kind === 'refused' && answer.reason === 'denied';
      note(core, {
        type: denied ? 'denied' : 'trouble',
        what: `read ${entry.namespace}:${path}`,
        message: answer.message,
      });
      deadline(core, 'status', key, denied ? 30_000 : everyMs);
    }
  });
}

function written(core: Core, key: string, entry: SpecEntry, items: Record<string, string>, answer: Answer): void {
  const { status } = entry;
  status.writing = false;
  const variable = answer.kind === 'ambiguous' ? undefined : (answer.value as Variable | undefined);
  if (answer.kind === 'ok') {
    status.published = items;
    status.index = variable?.ModifyIndex ?? answer.index;
    if (core.specs.get(key)?.status === status) core.dirtySpecs.add(key);
    else removeStatus(core, entry);
  } else if (answer.kind === 'refused' && answer.reason === 'conflict') {
    // Ours of an earlier life, or another leader's: the newest index is in the answer.
    status.index = variable?.ModifyIndex ?? 0;
    status.published = variable?.Items ?? undefined;
    status.writtenAt = Number.NEGATIVE_INFINITY;
    core.dirtySpecs.add(key);
  } else {
    const denied = answer.kind === 'refused' && answer.reason === 'denied';
    note(core, {
      type: denied ? 'denied' : 'trouble',
      what: `write ${entry.namespace}:${core.config.prefix}/status/${entry.name}`,
      message: answer.message,
    });
    deadline(core, 'status', key, denied ? 30_000 : everyMs);
  }
}
