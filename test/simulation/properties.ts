/** The promises, held against what reached the cluster: none asks the controller what it believes. */

import type { Cluster, VariableRecord } from '../../src/embedded/core/types.ts';
import type { FaultCatalog } from '../../src/faults/fault.ts';
import type { FaultCall } from '../../src/lifecycle/effects.ts';
import { type ReadRecord, readRecord } from '../../src/lifecycle/record.ts';
import type { Intent, Run } from '../../src/lifecycle/run.ts';
import { isBeforeHarm, mayBeInForce } from '../../src/lifecycle/run.ts';
import { claimProblem } from './by-chance.ts';
import type { SentCall } from './process.ts';
import { home, services } from './scenario.ts';
import type { EndState } from './types.ts';

/** Half of a group's size: the default of max_group_percent. */
const groupPercent = 50;
const maxConcurrentRuns = 3;

export interface Properties {
  sent(call: SentCall): void;
  /** After everything that changed the cluster. */
  changed(): void;
  atEnd(): EndState;
  readonly problems: readonly string[];
  readonly counts: Record<string, number>;
}

const harmful = (op: string): op is FaultCall['op'] =>
  op === 'alloc-signal' || op === 'alloc-stop' || op === 'alloc-restart' || op === 'node-eligibility';

export function createProperties(cluster: Cluster, catalog: FaultCatalog, now: () => number): Properties {
  const problems: string[] = [];
  const counts: Record<string, number> = {};
  const onceSent = new Map<string, string>();
  const verdicts = new Map<string, string>();
  /** Runs that had a call leave when its lease or its write no longer allowed it. */
  const lateRuns = new Set<string>();
  const claims = new Set<string>();
  let haltedSince: number | undefined;
  let seen = new Map<string, number>();

  const broken = (text: string) => {
    if (problems.length < 20) problems.push(`${now()}: ${text}`);
  };
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const parsed = new Map<string, { readonly index: number; readonly read: ReadRecord }>();
  /** Each version of a record is parsed once. */
  const readOf = (record: VariableRecord): ReadRecord => {
    const known = parsed.get(record.Path);
    if (known?.index === record.ModifyIndex) return known.read;
    const read = readRecord(record.Items ?? {});
    parsed.set(record.Path, { index: record.ModifyIndex, read });
    return read;
  };
  const records = () => {
    const found = cluster.tables.variables.get(home) ?? new Map<string, never>();
    return [...found.values()].filter(each => each.Path.startsWith('chaos/runs/'));
  };

  function intentOf(run: string, call: FaultCall): Intent | undefined {
    const record = records().find(each => each.Path === `chaos/runs/${run}`);
    const read = record === undefined ? undefined : readOf(record);
    if (read?.kind !== 'run') return undefined;
    return read.standing.run.intents.find(each => JSON.stringify(sorted(each.call)) === JSON.stringify(sorted(call)));
  }

  function sent({ process, effect, at, leaseEnd, decidedAt }: SentCall): void {
    const { call } = effect;
    if (!harmful(call.op)) return;
    const run = effect.id.slice(0, effect.id.lastIndexOf('/'));
    const isUndo = call.op === 'node-eligibility' && (call as { eligible: boolean }).eligible;
    count(isUndo ? 'undo calls' : `${call.op} calls`);
    if (isUndo) return;
    const intent = intentOf(run, call as FaultCall);
    if (intent === undefined || intent.state === 'planned')
      broken(`${process} sent ${effect.id} ${call.op} without an acknowledged intent`);
    if (intent?.sending === 'once') {
      const key = `${run} ${intent.n}`;
      const first = onceSent.get(key);
      if (first !== undefined) broken(`${process} sent intent ${key} again (first: ${first})`);
      onceSent.set(key, `${process} at ${at}`);
    }
    if (at >= leaseEnd) {
      // Only a freeze between the check and the send may do this, and such a run may not pass.
      if (decidedAt === at) broken(`${process} sent ${effect.id} ${at - leaseEnd} ms after its lease had ended`);
      lateRuns.add(run);
    }
    if (haltedSince !== undefined && decidedAt - haltedSince > 5_100)
      broken(`${process} sent ${effect.id} though a halt had stood for ${decidedAt - haltedSince} ms`);
  }

  function changed(): void {
    const halt = cluster.tables.variables.get(home)?.get('chaos/control/halt');
    haltedSince = halt === undefined ? undefined : (haltedSince ?? cluster.now);
    const present = new Map<string, number>();
    let wrote = false;
    for (const record of records()) {
      present.set(record.Path, record.ModifyIndex);
      if (seen.get(record.Path) === record.ModifyIndex) continue;
      wrote = true;
      written(record.Path.slice('chaos/runs/'.length), readOf(record));
    }
    seen = present;
    if (wrote) reserved();
  }

  function written(id: string, read: ReadRecord): void {
    count('record writes');
    if (read.kind !== 'run') {
      broken(`the record of ${id} can't be read: ${read.why}`);
      return;
    }
    const { run } = read.standing;
    if (!claims.has(id)) claimed(run);
    if (run.verdict === undefined) return;
    const before = verdicts.get(id);
    if (before !== undefined && before !== run.verdict)
      broken(`the verdict of ${id} changed from ${before} to ${run.verdict}`);
    if (before === undefined) count(`verdict ${run.verdict}`);
    verdicts.set(id, run.verdict);
    if (run.verdict !== 'passed') return;
    const bad = run.intents.find(each => each.state !== 'done' || each.effect === undefined);
    if (run.intents.length === 0 || bad !== undefined)
      broken(
        `${id} passed with an intent that is ${bad?.state ?? 'missing'}, effect ${bad?.effect?.evidence ?? 'not seen'}`,
      );
    if (lateRuns.has(id)) broken(`${id} passed though a call of it left after its lease had ended`);
  }

  /** At the first writing of its record. */
  function claimed(run: Run): void {
    claims.add(run.id);
    const variable = cluster.tables.variables.get(run.namespace)?.get(`chaos/schedule/${run.schedule}`);
    const problem = claimProblem(run, variable, catalog);
    if (problem !== undefined) broken(problem);
  }

  /** Limits hold whenever an intent stands written. */
  function reserved(): void {
    const open = records().flatMap(each => {
      const read = readOf(each);
      if (read.kind !== 'run' || isBeforeHarm(read.standing.state) || read.standing.state === 'done') return [];
      const { run } = read.standing;
      return run.intents.some(mayBeInForce) && run.verdict === undefined ? [run] : [];
    });
    if (open.length > maxConcurrentRuns)
      broken(`${open.length} runs are open at once: ${open.map(each => each.id).join(', ')}`);
    for (const [job, size] of Object.entries(services)) {
      const hit = new Set(
        open.flatMap(run =>
          run.intents.flatMap(({ target }) =>
            target.kind === 'allocation' && target.job === job ? [target.alloc] : [],
          ),
        ),
      );
      if (hit.size > Math.floor((size * groupPercent) / 100))
        broken(`${hit.size} of ${size} allocations of ${job} are hit at once`);
    }
  }

  function atEnd(): EndState {
    const healthy: Record<string, number> = {};
    for (const { record } of cluster.tables.allocs.values()) {
      const runs = record.DesiredStatus === 'run' && record.ClientStatus === 'running';
      if (runs && Object.values(record.TaskStates ?? {}).every(each => each.State === 'running'))
        healthy[record.JobID] = (healthy[record.JobID] ?? 0) + 1;
    }
    const ineligible = [...cluster.tables.nodes.values()]
      .filter(each => each.SchedulingEligibility !== 'eligible')
      .map(each => each.Name);
    const open: string[] = [];
    for (const record of records())
      if (record.Items?.['state'] !== 'done')
        open.push(`${record.Path.slice('chaos/runs/'.length)} ${record.Items?.['state']}`);
    for (const [job, size] of Object.entries(services))
      if (healthy[job] !== size) broken(`${job} has ${healthy[job] ?? 0} of ${size} healthy at the end`);
    for (const name of ineligible) broken(`node ${name} is ineligible at the end`);
    for (const each of open) broken(`run ${each} is open at the end`);
    return { healthy, ineligible, open };
  }

  return { sent, changed, atEnd, problems, counts };
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
