/** Schedules: from their Variables to ticks. A bad one disturbs nothing but itself, and is answered where it was written. */

import { runId } from '../base/ids.ts';
import type { Variable } from '../nomad/types.ts';
import { ticks } from '../schedule/ticks.ts';
import { parseSpec } from '../spec/flat.ts';
import { acts, allRunsDirty, deadline, note } from './core.ts';
import { armingMs, readAhead } from './questions.ts';
import { startRun } from './runs.ts';
import type { Core, FinishedRun, SpecEntry } from './state.ts';
import { removeStatus, tendStatus } from './status.ts';
import { touchStreams } from './streams.ts';

/** The longest that a due time is slept towards without a look at the wall clock, which may jump. */
const longestSleepMs = 60_000;

export function scheduleChanged(core: Core, namespace: string, path: string, variable: Variable | undefined): void {
  const name = path.slice(core.config.prefix.length + '/schedule/'.length);
  const key = `${namespace}/${name}`;
  if (variable === undefined) {
    const gone = core.specs.get(key);
    if (gone !== undefined) removeStatus(core, gone);
    core.specs.delete(key);
    for (const concern of ['tick', 'ahead']) core.deadlines.clear(`${concern} ${key}`);
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

/** What a schedule remembers of a run. */
type RunLike = Pick<FinishedRun, 'id' | 'namespace' | 'schedule' | 'tick' | 'verdict' | 'reason' | 'recoveryMs'>;

function lastRun(run: RunLike): SpecEntry['last'] {
  return {
    run: run.id,
    tick: run.tick,
    ...(run.verdict === undefined ? {} : { verdict: run.verdict }),
    ...(run.reason === undefined ? {} : { reason: run.reason }),
    ...(run.recoveryMs === undefined ? {} : { recoveryMs: run.recoveryMs }),
  };
}

/** After a takeover, when what earlier leaders claimed is known: one pass over the records, one over the specs. */
export function recallSpent(core: Core): void {
  const newest = new Map<string, RunLike>();
  const see = (run: RunLike) => {
    const key = `${run.namespace}/${run.schedule}`;
    if (run.tick > (newest.get(key)?.tick ?? Number.NEGATIVE_INFINITY)) newest.set(key, run);
  };
  for (const { standing } of core.runs.values()) see(standing.run);
  for (const run of core.finished.values()) see(run);
  for (const [key, entry] of core.specs) {
    const run = newest.get(key);
    if (run !== undefined) {
      entry.handled = Math.max(entry.handled, run.tick);
      if (run.tick >= (entry.last?.tick ?? Number.NEGATIVE_INFINITY)) entry.last = lastRun(run);
    }
    core.dirtySpecs.add(key);
  }
}

/** A run of this schedule changed its state or ended. */
export function runChanged(core: Core, run: RunLike): void {
  const key = `${run.namespace}/${run.schedule}`;
  const entry = core.specs.get(key);
  if (entry === undefined) return;
  if (run.tick >= (entry.last?.tick ?? Number.NEGATIVE_INFINITY)) entry.last = lastRun(run);
  core.dirtySpecs.add(key);
}

/** Runs of this schedule that are still open. */
function openRunOf(core: Core, entry: SpecEntry): string | undefined {
  for (const { standing, id } of core.runs.values()) {
    if (standing.run.namespace === entry.namespace && standing.run.schedule === entry.name) return id;
  }
  return undefined;
}

/** Looks at one schedule: starts what is due, sets the next deadline, publishes what changed. */
export function tendSpec(core: Core, key: string): void {
  const entry = core.specs.get(key);
  if (entry === undefined) return;
  if (acts(core) && core.stop === undefined && entry.spec !== undefined && !entry.suspended)
    tick(core, key, entry, entry.spec);
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
  if (found.next === undefined) return;
  const wait = found.next - core.wall;
  deadline(core, 'tick', key, Math.min(longestSleepMs, wait));
  if (wait > aheadMs) deadline(core, 'ahead', key, wait - aheadMs);
}

/** So long before a tick is due, what its run will rest on is read: then only the two writes are left between it and its call. */
const aheadMs = 1_000;

/** A tick is near. */
export function readForTick(core: Core, key: string): void {
  const entry = core.specs.get(key);
  const experiment = entry?.spec?.experiment;
  const fault = core.catalog.get(experiment?.method[0]?.fault ?? '');
  if (!acts(core) || core.stop !== undefined || entry === undefined || experiment === undefined || fault === undefined)
    return;
  readAhead(core, { namespace: entry.namespace, experiment }, fault, armingMs - aheadMs);
}

/** Claims beyond what limits could let through soon would only wait: their ticks wait unclaimed. */
const crowdedMs = 500;

function start(core: Core, entry: SpecEntry, spec: NonNullable<SpecEntry['spec']>, due: number): void {
  const { namespace, name } = entry;
  if (core.runs.size >= 2 * core.limits.limits.maxConcurrentRuns + 2) {
    deadline(core, 'crowded', `${namespace}/${name}`, crowdedMs);
    return;
  }
  entry.handled = due;
  const id = runId(namespace, name, due);
  if (core.runs.has(id) || core.finished.has(id)) return;
  const other = openRunOf(core, entry);
  if (other !== undefined) {
    note(core, { type: 'tick', namespace, schedule: name, outcome: 'forbidden', reason: `${other} is still open` });
    return;
  }
  startRun(core, { id, namespace, schedule: name, spec, tick: due });
}
