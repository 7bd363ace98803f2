/** The promises, held against what reached the cluster: none asks the controller what it believes. */

import type { FaultCatalog } from '../../src/faults/fault.ts';
import type { CallEffect } from '../../src/lifecycle/effects.ts';
import type { ReadRecord } from '../../src/lifecycle/record.ts';
import type { Intent, Run } from '../../src/lifecycle/run.ts';
import { claimProblem } from './by-chance.ts';
import { endOf } from './ending.ts';
import { createLedger, runOf } from './ledger.ts';
import type { Wish } from './people.ts';
import type { SentCall } from './process.ts';
import { createReserving } from './reserving.ts';
import { createRunRecords, idOf } from './run-records.ts';
import { home } from './scenario.ts';
import { createSending } from './sending.ts';
import type { Applied, Server } from './server.ts';
import { createStanding } from './standing.ts';
import type { EndState } from './types.ts';

/** What may be in force is looked at this often, virtual milliseconds. */
const lookEveryMs = 500;

export interface Properties {
  sent(call: SentCall): void;
  answered(effect: CallEffect, isOk: boolean): void;
  applied(applied: Applied): void;
  wished(wish: Wish): void;
  /** After everything that changed the cluster. */
  changed(): void;
  atEnd(): EndState;
  readonly problems: readonly string[];
  readonly counts: Record<string, number>;
}

/** `now`: virtual milliseconds since the start. */
export function createProperties(
  { cluster, aged }: Pick<Server, 'cluster' | 'aged'>,
  catalog: FaultCatalog,
  now: () => number,
): Properties {
  const problems: string[] = [];
  const counts: Record<string, number> = {};
  const verdicts = new Map<string, string>();
  const claims = new Set<string>();
  let haltedSince: number | undefined;
  let lookedAt = 0;
  let seen = new Map<string, number>();

  const broken = (text: string) => {
    if (problems.length < 20) problems.push(`${now()}: ${text}`);
  };
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const records = createRunRecords(cluster);
  const ledger = createLedger(
    {
      decidedAt: effect => sending.decidedAt(effect),
      intentOf: effect => sending.intentOf(effect),
      markOf: effect =>
        records.run(runOf(effect))?.run.intents.find(({ call }) => call.op === 'node-drain')?.effect?.marks?.[
          'accessor'
        ],
      mayHaveStopped: job =>
        records.all().some(record => {
          const read = records.read(record);
          if (read.kind !== 'run' || read.standing.state === 'done') return false;
          const isUnsure = ({ state }: Intent) => state === 'sending' || state === 'unknown';
          return read.standing.run.intents.some(
            each => each.call.op === 'job-stop' && each.call.job === job && isUnsure(each),
          );
        }),
      aged,
    },
    cluster,
    broken,
  );
  const sending = createSending({
    cluster,
    records,
    ledger: () => ledger,
    haltedSince: () => haltedSince,
    broken,
    count,
  });
  const standing = createStanding({ cluster, records, ledger, now: () => cluster.now, broken });
  const reserving = createReserving({ cluster, records, hasLeft: sending.hasLeft, now: () => cluster.now, broken });

  function changed(): void {
    const halt = cluster.tables.variables.get(home)?.get('chaos/control/halt');
    haltedSince = halt === undefined ? undefined : (haltedSince ?? cluster.now);
    const present = new Map<string, number>();
    let wrote = false;
    for (const record of records.all()) {
      present.set(record.Path, record.ModifyIndex);
      if (seen.get(record.Path) === record.ModifyIndex) continue;
      wrote = true;
      written(idOf(record), records.read(record));
    }
    seen = present;
    reserving.changed();
    if (wrote) reserving.written();
    if (cluster.now - lookedAt < lookEveryMs) return;
    lookedAt = cluster.now;
    standing.look();
  }

  function written(id: string, read: ReadRecord): void {
    count('record writes');
    if (read.kind !== 'run') {
      broken(`the record of ${id} can't be read: ${read.why}`);
      return;
    }
    const { run } = read.standing;
    if (!claims.has(id)) claimed(run);
    const early = run.intents.find(each => each.state === 'done' && sending.late.has(`${id} ${each.n}`));
    if (early !== undefined) broken(`intent ${id} ${early.n} is done though it left after its lease had ended`);
    if (run.verdict === undefined) return;
    const before = verdicts.get(id);
    if (before !== undefined && before !== run.verdict)
      broken(`the verdict of ${id} changed from ${before} to ${run.verdict}`);
    if (before === undefined) judged(run, run.verdict);
    verdicts.set(id, run.verdict);
    if (run.verdict !== 'passed') return;
    const bad = run.intents.find(each => each.state !== 'done' || each.effect === undefined);
    if (run.intents.length === 0 || bad !== undefined)
      broken(
        `${id} passed with an intent that is ${bad?.state ?? 'missing'}, effect ${bad?.effect?.evidence ?? 'not seen'}`,
      );
    if (sending.lateRuns.has(id)) broken(`${id} passed though a call of it left after its lease had ended`);
  }

  function judged(run: Run, verdict: string): void {
    count(`verdict ${verdict}`);
    count(`${run.schedule}: ${verdict}`);
    for (const { undoState } of run.intents) if (undoState !== undefined) count(`undo state ${undoState}`);
  }

  /** At the first writing of its record. */
  function claimed(run: Run): void {
    claims.add(run.id);
    const variable = cluster.tables.variables.get(run.namespace)?.get(`chaos/schedule/${run.schedule}`);
    const problem = claimProblem(run, variable, catalog);
    if (problem !== undefined) broken(problem);
  }

  return {
    sent: sending.sent,
    answered: sending.answered,
    applied(applied) {
      ledger.applied(applied);
    },
    wished(wish) {
      ledger.wished(wish, cluster.now);
    },
    changed,
    atEnd() {
      standing.look();
      reserving.atEnd();
      counts['longest over'] = Math.round(standing.longest() / 1000);
      counts['crossed'] = ledger.crossed.size;
      return endOf({ cluster, records, ledger, broken });
    },
    problems,
    counts,
  };
}
