/** Limits hold whenever an intent stands written: read from the operators' Variable, counted from the records. */

import type { Cluster } from '../../src/embedded/core/types.ts';
import { type Intent, isBeforeHarm, mayBeInForce, presentIntents, type Run } from '../../src/lifecycle/run.ts';
import { jobOf } from '../../src/lifecycle/target.ts';
import { type Limits, parseLimits } from '../../src/safety/limits.ts';
import type { RunRecords } from './run-records.ts';
import { home, services } from './scenario.ts';

/** A choice may rest on what was read so long ago: people may have made a group smaller since. */
const viewMs = 10_000;

export interface Reserving {
  /** Sizes may have changed. */
  changed(): void;
  /** Some record was written. */
  written(): void;
  /** What was too much, though some of it turned out to have left: told once all is over. */
  atEnd(): void;
}

/** What stood written at one instant. */
interface Held {
  readonly at: number;
  readonly runs: readonly Run[];
  /** Jobs that a run took up just now. */
  readonly fresh: ReadonlySet<string>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly nodes: number;
  readonly limits: Limits;
}

export function createReserving({
  cluster,
  records,
  hasLeft,
  now,
  broken,
}: {
  readonly cluster: Cluster;
  readonly records: RunRecords;
  /** Whether any call of this run ever left. */
  readonly hasLeft: (run: string) => boolean;
  readonly now: () => number;
  readonly broken: (text: string) => void;
}): Reserving {
  /** Counts of each job that were so within `viewMs`, and until when each was. */
  const sizes = new Map<string, Map<number, number>>();
  const judged = new Set<string>();
  const doubtful: Held[] = [];

  function limits(): Limits {
    const items = cluster.tables.variables.get(home)?.get('chaos/control/limits')?.Items ?? undefined;
    const parsed = parseLimits(items);
    if (!parsed.ok) throw new Error('the limits of the scenario are not valid');
    return parsed.limits;
  }

  function largest(job: string): number {
    const known = [...(sizes.get(job) ?? [])].filter(([, until]) => now() - until <= viewMs).map(([size]) => size);
    return Math.max(0, ...known);
  }

  /** Runs with harm on record. */
  function open(): readonly Run[] {
    return records.all().flatMap(each => {
      const read = records.read(each);
      if (read.kind !== 'run' || isBeforeHarm(read.standing.state) || read.standing.state === 'done') return [];
      const { run } = read.standing;
      return run.intents.some(mayBeInForce) && run.verdict === undefined ? [run] : [];
    });
  }

  return {
    changed() {
      for (const job of Object.keys(services)) {
        const count = cluster.tables.jobs.get(`default/${job}`)?.job.TaskGroups[0]?.Count ?? 0;
        const known = sizes.get(job) ?? new Map<number, number>();
        for (const [size, until] of known) if (now() - until > viewMs) known.delete(size);
        known.set(count, now());
        sizes.set(job, known);
      }
    },
    written() {
      const runs = open();
      const fresh = runs.filter(run => !judged.has(`${run.id} ${run.stage ?? 0}`));
      for (const run of fresh) judged.add(`${run.id} ${run.stage ?? 0}`);
      if (fresh.length === 0) return;
      const held: Held = {
        at: now(),
        runs,
        fresh: new Set(fresh.flatMap(run => heldOf(run).flatMap(each => jobOf(each.target)?.job ?? []))),
        sizes: new Map(Object.keys(services).map(job => [job, largest(job)])),
        nodes: cluster.tables.nodes.size,
        limits: limits(),
      };
      if (tooMuch(held).length > 0) doubtful.push(held);
    },
    atEnd() {
      // One whose calls never left, or were all refused, harmed nothing, and may be forgotten before its record says so.
      const harmed = (id: string) => hasLeft(id) && records.run(id)?.run.intents.some(mayBeInForce) !== false;
      for (const held of doubtful) {
        const runs = held.runs.filter(({ id }) => harmed(id));
        for (const each of tooMuch({ ...held, runs })) broken(`at ${held.at}, ${each}`);
      }
    },
  };
}

function heldOf(run: Run): readonly Intent[] {
  return presentIntents(run).filter(mayBeInForce);
}

/** What is beyond a limit, in words. */
function tooMuch({ runs, fresh, sizes, nodes, limits }: Held): readonly string[] {
  const found: string[] = [];
  const ids = runs.map(each => each.id).join(', ');
  if (runs.length > limits.maxConcurrentRuns) found.push(`${runs.length} runs are open at once: ${ids}`);
  const intents = runs.flatMap(heldOf);
  const on = (job: string) => (each: Intent) => jobOf(each.target)?.job === job;
  let [all, whole] = [0, 0];
  for (const [job, size] of sizes) {
    const mine = intents.filter(on(job));
    const takes = mine.flatMap(each => each.takes ?? []);
    const hit = new Set(mine.flatMap(({ target }) => ('alloc' in target ? [target.alloc] : []))).size;
    const held = hit + takes.reduce((sum, each) => sum + each.taken, 0);
    const of = Math.max(size, ...takes.map(each => each.of));
    all += held;
    whole += of;
    if (!fresh.has(job)) continue;
    if (held > Math.floor((of * limits.maxGroupPercent) / 100))
      found.push(`${held} of ${of} of ${job} are hit at once: ${ids}`);
    const open = runs.filter(run => heldOf(run).some(on(job)));
    if (open.length > limits.maxRunsPerJob)
      found.push(`${open.length} runs are open on ${job}: ${open.map(each => each.id).join(', ')}`);
  }
  if (fresh.size > 0 && all > Math.floor((whole * limits.maxNamespacePercent) / 100))
    found.push(`${all} of ${whole} allocations are hit at once: ${ids}`);
  const out = new Set(intents.flatMap(({ target }) => (target.kind === 'node' ? [target.node] : [])));
  const allowed = Math.max(1, Math.floor((nodes * limits.maxNodesPercent) / 100));
  if (out.size > allowed) found.push(`${out.size} nodes are taken out at once, and ${allowed} may be: ${ids}`);
  const alone = runs.find(run => run.fault === 'scheduler-pause');
  if (alone !== undefined && runs.length > 1) found.push(`${alone.id} must be alone: ${ids}`);
  return found;
}
