/** How long harm may stand: every injection is put back within its bound, is somebody else's, or is shown to be stuck. */

import type { Cluster } from '../../src/embedded/core/types.ts';
import { type Intent, type Run, stepOf } from '../../src/lifecycle/run.ts';
import { isInForce, thingOf } from './in-force.ts';
import type { Ledger } from './ledger.ts';
import { idOf, type RunRecords } from './run-records.ts';

/**
 * Beyond its duration, milliseconds, from the instant at which the harm was there: 60,000 of trying, after which it must be
 * shown as stuck, and 30,500 in which nobody may be there to say so: the longest freeze, or a takeover (twice the lock's TTL
 * and its delay, 21,000) after a crash of both (8,500 until one starts again).
 * Found in force after its run was done it is late at once: what an ambiguous call may still do is watched before.
 */
const boundMs = 60_000 + 30_500;

export interface Standing {
  /** Looks at everything that may be in force. */
  look(): void;
  /** How long harm stood beyond its duration, at most. */
  readonly longest: () => number;
}

export function createStanding({
  cluster,
  records,
  ledger,
  now,
  broken,
}: {
  readonly cluster: Cluster;
  readonly records: RunRecords;
  readonly ledger: Ledger;
  /** Absolute milliseconds. */
  readonly now: () => number;
  readonly broken: (text: string) => void;
}): Standing {
  const since = new Map<string, number>();
  const told = new Set<string>();
  let longest = 0;

  function lookAt(run: Run, state: string, intent: Intent): void {
    const key = `${run.id} ${intent.n}`;
    const thing = thingOf(intent.call) ?? '';
    const stands = ledger.owner(thing) === key && !ledger.crossed.has(thing) && isInForce(cluster, intent);
    if (!stands) {
      since.delete(key);
      return;
    }
    const from = since.get(key) ?? now();
    since.set(key, from);
    const over = now() - from - (stepOf(run, intent)?.durationMs ?? 0);
    longest = Math.max(longest, over);
    const isSaid = run.stuck !== undefined || intent.undoState === 'superseded';
    if (isSaid || told.has(key)) return;
    const why =
      state === 'done'
        ? 'though its run is done'
        : over > boundMs
          ? `${over} ms beyond its duration, unsaid`
          : undefined;
    if (why === undefined) return;
    told.add(key);
    broken(`intent ${key} ${intent.call.op} is in force ${why}`);
  }

  return {
    longest: () => longest,
    look() {
      for (const record of records.all()) {
        const read = records.read(record);
        if (read.kind !== 'run') continue;
        const { run, state } = read.standing;
        for (const intent of run.intents)
          if (intent.undo !== undefined && intent.state !== 'planned') lookAt(run, state, intent);
        if (run.id !== idOf(record)) broken(`the record of ${idOf(record)} tells of ${run.id}`);
      }
    },
  };
}
