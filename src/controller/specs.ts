/** Schedules: from their Variables to ticks. A bad one disturbs nothing but itself, and is answered where it was written. */

import { runId } from '../base/ids.ts';
import type { Variable } from '../nomad/types.ts';
import { ticks } from '../schedule/ticks.ts';
import { parseSpec } from '../spec/flat.ts';
import { acts, allRunsDirty, deadline, note } from './core.ts';
import { startRun } from './runs.ts';
import type { Core, SpecEntry } from './state.ts';
import { tendStatus } from './status.ts';
import { touchStreams } from './streams.ts';

/** The longest that a due time is slept towards without a look at the wall clock, which may jump. */
const longestSleepMs = 60_000;

export function scheduleChanged(core: Core, namespace: string, path: string, variable: Variable | undefined): void {
  const name = path.slice(core.config.prefix.length + '/schedule/'.length);
  const key = `${namespace}/${name}`;
  if (variable === undefined) {
    core.specs.delete(key);
    core.deadlines.clear(`tick ${key}`);
    allRunsDirty(core);
    touchStreams(core);
    return;
  }
  const known = core.specs.get(key);
  if (known !== undefined && variable.ModifyIndex <= known.index) return;
  const parsed = parseSpec(name, variable.Items ?? {}, core.catalog);
  const modifyTime = Math.floor(variable.ModifyTime / 1e6);
  const entry: SpecEntry = {
    namespace,
    name,
    index: variable.ModifyIndex,
    modifyTime,
    spec: parsed.ok ? parsed.spec : undefined,
    problems: parsed.ok ? [] : parsed.problems,
    suspended: parsed.ok ? parsed.spec.schedule.suspend : false,
    handled: spentUntil(core, namespace, name),
    next: undefined,
    missed: 0,
    last: known?.last ?? lastOf(core, namespace, name),
    status: known?.status ?? {
      known: false,
      published: undefined,
      index: 0,
      writing: false,
      writtenAt: Number.NEGATIVE_INFINITY,
    },
  };
  core.specs.set(key, entry);
  core.dirtySpecs.add(key);
  touchStreams(core);
  const error = entry.problems[0]?.message;
  note(core, {
    type: 'spec',
    namespace,
    name,
    state: error === undefined ? 'accepted' : 'rejected',
    ...(error === undefined ? {} : { error }),
  });
}

/** Ticks at or before this were claimed, by whichever leader. */
function spentUntil(core: Core, namespace: string, name: string): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { standing } of core.runs.values()) {
    if (standing.run.namespace === namespace && standing.run.schedule === name)
      latest = Math.max(latest, standing.run.tick);
  }
  for (const run of core.finished.values())
    if (run.namespace === namespace && run.schedule === name) latest = Math.max(latest, run.tick);
  return latest;
}

function lastOf(core: Core, namespace: string, name: string): SpecEntry['last'] {
  let last: SpecEntry['last'];
  for (const run of core.finished.values()) {
    if (run.namespace === namespace && run.schedule === name && run.tick >= (last?.tick ?? Number.NEGATIVE_INFINITY))
      last = lastRun(run);
  }
  return last;
}

function lastRun(run: {
  id: string;
  tick: number;
  verdict?: NonNullable<SpecEntry['last']>['verdict'];
  reason?: string;
  recoveryMs?: number;
}): SpecEntry['last'] {
  return {
    run: run.id,
    tick: run.tick,
    ...(run.verdict === undefined ? {} : { verdict: run.verdict }),
    ...(run.reason === undefined ? {} : { reason: run.reason }),
    ...(run.recoveryMs === undefined ? {} : { recoveryMs: run.recoveryMs }),
  };
}

/** After a takeover, when what earlier leaders claimed is known. */
export function recallSpent(core: Core): void {
  for (const [key, entry] of core.specs) {
    entry.handled = Math.max(entry.handled, spentUntil(core, entry.namespace, entry.name));
    entry.last ??= lastOf(core, entry.namespace, entry.name);
    core.dirtySpecs.add(key);
  }
}

/** A run of this schedule changed its state or ended. */
export function runChanged(
  core: Core,
  run: {
    id: string;
    namespace: string;
    schedule: string;
    tick: number;
    verdict?: NonNullable<SpecEntry['last']>['verdict'];
    reason?: string;
    recoveryMs?: number;
  },
): void {
  const key = `${run.namespace}/${run.schedule}`;
  const entry = core.specs.get(key);
  if (entry === undefined) return;
  if (run.tick >= (entry.last?.tick ?? Number.NEGATIVE_INFINITY)) entry.last = lastRun(run);
  core.dirtySpecs.add(key);
}

/** Runs of this schedule that are still open. */
export function openRunOf(core: Core, entry: SpecEntry): string | undefined {
  for (const { standing, id } of core.runs.values()) {
    if (standing.run.namespace === entry.namespace && standing.run.schedule === entry.name) return id;
  }
  return undefined;
}

/** Looks at one schedule: starts what is due, sets the next deadline, publishes what changed. */
export function tendSpec(core: Core, key: string): void {
  const entry = core.specs.get(key);
  if (entry === undefined) return;
  if (acts(core) && entry.spec !== undefined && !entry.suspended) tick(core, key, entry, entry.spec);
  else entry.next = undefined;
  tendStatus(core, key, entry);
}

function tick(core: Core, key: string, entry: SpecEntry, spec: NonNullable<SpecEntry['spec']>): void {
  const found = ticks(spec.schedule, { modifyTime: entry.modifyTime, handled: entry.handled, now: core.wall });
  entry.next = found.next;
  if (found.missed > 0) {
    entry.missed += found.missed;
    entry.handled = found.missedUntil;
    for (let i = 0; i < Math.min(found.missed, 1_000); i += 1) {
      note(core, {
        type: 'tick',
        namespace: entry.namespace,
        schedule: entry.name,
        outcome: 'missed',
        reason: 'start_deadline',
      });
    }
  }
  if (found.due !== undefined) start(core, entry, spec, found.due);
  if (found.next !== undefined) deadline(core, 'tick', key, Math.min(longestSleepMs, found.next - core.wall));
}

function start(core: Core, entry: SpecEntry, spec: NonNullable<SpecEntry['spec']>, due: number): void {
  entry.handled = due;
  const { namespace, name } = entry;
  const id = runId(namespace, name, due);
  if (core.runs.has(id) || core.finished.has(id)) return;
  const other = openRunOf(core, entry);
  if (other !== undefined) {
    note(core, { type: 'tick', namespace, schedule: name, outcome: 'forbidden', reason: `${other} is still open` });
    return;
  }
  startRun(core, { id, namespace, schedule: name, spec, tick: due });
}
