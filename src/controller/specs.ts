/** Schedules: from their Variables to ticks. A bad one disturbs nothing but itself, and is answered where it was written. */

import type { Variable } from '../nomad/types.ts';
import { parseSpec } from '../spec/flat.ts';
import { acts, allRunsDirty, deadline, knowsAll, note } from './core.ts';
import { experimentsRead } from './library.ts';
import { listen } from './listening.ts';
import { createStatus } from './publishing.ts';
import type { FinishedRun } from './run-entry.ts';
import type { SpecEntry } from './spec-entry.ts';
import type { Core } from './state.ts';
import { removeStatus, tendStatus } from './status.ts';
import { touchStreams } from './streams.ts';
import { tick } from './ticking.ts';

/** Between looks at whether the experiments of a namespace were read. */
const lookAgainMs = 50;

export function scheduleChanged(core: Core, namespace: string, path: string, variable: Variable | undefined): void {
  const name = path.slice(core.config.prefix.length + '/schedule/'.length);
  const key = `${namespace}/${name}`;
  if (variable === undefined) {
    const gone = core.specs.get(key);
    if (gone !== undefined) removeStatus(core, gone);
    core.specs.delete(key);
    listen(core, key, undefined);
    core.interests.put(key, namespace, undefined);
    for (const concern of ['tick', 'ahead']) core.deadlines.clear(`${concern} ${key}`);
    allRunsDirty(core);
    touchStreams(core);
    return;
  }
  const known = core.specs.get(key);
  if (known !== undefined && variable.ModifyIndex <= known.index) return;
  const entry: SpecEntry = {
    namespace,
    name,
    index: variable.ModifyIndex,
    modifyTime: Math.floor(variable.ModifyTime / 1e6),
    spec: undefined,
    problems: [],
    refers: undefined,
    waits: false,
    suspended: false,
    handled: spentUntil(core, namespace, name),
    next: undefined,
    replacing: undefined,
    missed: 0,
    last: known?.last ?? lastOf(core, namespace, name),
    status: known?.status ?? createStatus(),
  };
  core.specs.set(key, entry);
  takeIn(core, entry, variable);
}

/** Reads what a schedule says, with the experiments that there are now. */
export function takeIn(core: Core, entry: SpecEntry, variable: Variable): void {
  const { namespace, name } = entry;
  const parsed = parseSpec(name, variable.Items ?? {}, core.catalog, core.experiments.get(namespace));
  entry.refers = parsed.refersTo === undefined ? undefined : { to: parsed.refersTo, variable };
  entry.waits = entry.refers !== undefined && !experimentsRead(core, namespace);
  entry.spec = parsed.ok ? parsed.spec : undefined;
  entry.problems = parsed.ok ? [] : parsed.problems;
  entry.suspended = parsed.ok && parsed.spec.schedule.suspend;
  listen(core, `${namespace}/${name}`, entry);
  core.interests.put(`${namespace}/${name}`, namespace, entry.spec);
  core.dirtySpecs.add(`${namespace}/${name}`);
  touchStreams(core);
  if (entry.waits) return;
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
    const { run } = standing;
    if (run.namespace === namespace && run.schedule === name && run.request === undefined)
      latest = Math.max(latest, run.tick);
  }
  for (const run of core.finished.values())
    if (run.namespace === namespace && run.schedule === name && run.request === undefined)
      latest = Math.max(latest, run.tick);
  return latest;
}

function lastOf(core: Core, namespace: string, name: string): SpecEntry['last'] {
  let last: SpecEntry['last'];
  for (const run of core.finished.values()) {
    if (run.request?.spec === true) continue;
    if (run.namespace === namespace && run.schedule === name && run.tick >= (last?.tick ?? Number.NEGATIVE_INFINITY))
      last = lastRun(run);
  }
  return last;
}

/** What a schedule remembers of a run. */
type RunLike = Pick<
  FinishedRun,
  'id' | 'namespace' | 'schedule' | 'tick' | 'verdict' | 'reason' | 'recoveryMs' | 'request'
>;

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
  const spent = new Map<string, number>();
  const over = new Map<string, number>();
  const see = (run: RunLike) => {
    if (run.request?.spec === true) return;
    const key = `${run.namespace}/${run.schedule}`;
    // A run that a request asked for spends no tick.
    if (run.request === undefined) spent.set(key, Math.max(run.tick, spent.get(key) ?? Number.NEGATIVE_INFINITY));
    if (run.tick > (newest.get(key)?.tick ?? Number.NEGATIVE_INFINITY)) newest.set(key, run);
  };
  for (const { standing } of core.runs.values()) see(standing.run);
  for (const run of core.finished.values()) {
    see(run);
    const key = `${run.namespace}/${run.schedule}`;
    if (run.request?.spec !== true) over.set(key, Math.max(run.doneAt, over.get(key) ?? Number.NEGATIVE_INFINITY));
  }
  for (const [key, entry] of core.specs) {
    const run = newest.get(key);
    if (run !== undefined) {
      const forbidden = forbids(entry) ? over.get(key) : undefined;
      entry.handled = Math.max(entry.handled, spent.get(key) ?? entry.handled, forbidden ?? entry.handled);
      if (run.tick >= (entry.last?.tick ?? Number.NEGATIVE_INFINITY)) entry.last = lastRun(run);
    }
    core.dirtySpecs.add(key);
  }
}

/** What fell into a run of its own it has left out; of a tick that chance moved nobody knows by its name where it fell. */
function forbids({ spec }: SpecEntry): boolean {
  return spec !== undefined && spec.schedule.concurrency === undefined && spec.schedule.jitterMs === undefined;
}

/** A run of this schedule changed its state or ended. */
export function runChanged(core: Core, run: RunLike): void {
  core.requestRunChanged(core, run);
  const key = `${run.namespace}/${run.schedule}`;
  const entry = run.request?.spec === true ? undefined : core.specs.get(key);
  if (entry === undefined) return;
  if (run.tick >= (entry.last?.tick ?? Number.NEGATIVE_INFINITY)) entry.last = lastRun(run);
  core.dirtySpecs.add(key);
}

/** Looks at one schedule: starts what is due, sets the next deadline, publishes what changed. */
export function tendSpec(core: Core, key: string): void {
  const entry = core.specs.get(key);
  if (entry === undefined) return;
  if (entry.waits && entry.refers !== undefined) {
    if (experimentsRead(core, entry.namespace)) takeIn(core, entry, entry.refers.variable);
    else deadline(core, 'tick', key, lookAgainMs);
    if (entry.waits) return;
  }
  if (acts(core) && knowsAll(core) && core.stop === undefined && entry.spec !== undefined && !entry.suspended)
    tick(core, key, entry, entry.spec);
  else entry.next = undefined;
  tendStatus(core, key, entry);
}
