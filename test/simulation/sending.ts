/** What must be true of each harmful call at the instant it leaves. */

import type { Cluster } from '../../src/embedded/core/types.ts';
import type { CallEffect, FaultCall } from '../../src/lifecycle/effects.ts';
import { type Intent, orderOf, type Run, stageOf } from '../../src/lifecycle/run.ts';
import { isFaultCall, isInForce, thingOf } from './in-force.ts';
import { type Ledger, runOf } from './ledger.ts';
import type { SentCall } from './process.ts';
import type { RunRecords } from './run-records.ts';

export interface Sending {
  sent(call: SentCall): void;
  /** An answer reached a living process. */
  answered(effect: CallEffect, isOk: boolean): void;
  /** Intents, as `<run> <n>`, of which the first call left when its lease no longer allowed it. */
  readonly late: ReadonlySet<string>;
  /** Runs of which any call did. */
  readonly lateRuns: ReadonlySet<string>;
  /** Whether any harmful call of this run left. */
  hasLeft(run: string): boolean;
  /** When the step that decided it was made. */
  decidedAt(effect: CallEffect): number | undefined;
  /** `<run> <n>` of the intent that it carries out. */
  intentOf(effect: CallEffect): string | undefined;
}

interface Told {
  readonly cluster: Cluster;
  readonly records: RunRecords;
  readonly ledger: () => Ledger;
  readonly haltedSince: () => number | undefined;
  readonly broken: (text: string) => void;
  readonly count: (name: string) => void;
}

/** An old halt must have been read by then. */
const haltMs = 5_100;

export function createSending({ cluster, records, ledger, haltedSince, broken, count }: Told): Sending {
  const onceSent = new Map<string, string>();
  const late = new Set<string>();
  const lateRuns = new Set<string>();
  const firstSent = new Set<string>();
  const left = new Set<string>();
  /** Intents of which a call was answered with success. */
  const done = new Set<string>();
  const intents = new WeakMap<CallEffect, string>();
  const decided = new WeakMap<CallEffect, number>();

  function found(run: Run | undefined, call: FaultCall): Intent | undefined {
    const stage = run?.stage ?? 0;
    return run?.intents.find(each => stageOf(each) === stage && same(each.call, call));
  }

  function inOrder(process: string, run: Run, intent: Intent): void {
    for (const each of run.intents) {
      const isBefore = stageOf(each) === stageOf(intent) && orderOf(each) < orderOf(intent);
      if (isBefore && each.state !== 'done' && !done.has(`${run.id} ${each.n}`))
        broken(`${process} sent intent ${run.id} ${intent.n} before intent ${each.n}, which comes first, was done`);
      if (stageOf(each) >= stageOf(intent) || each.undo === undefined) continue;
      const thing = thingOf(each.call) ?? '';
      if (ledger().owner(thing) !== `${run.id} ${each.n}` || ledger().crossed.has(thing) || !isInForce(cluster, each))
        continue;
      broken(`${process} sent intent ${run.id} ${intent.n} of a later stage while intent ${each.n} was in force`);
    }
  }

  return {
    late,
    lateRuns,
    hasLeft: run => left.has(run),
    decidedAt: effect => decided.get(effect),
    intentOf: effect => intents.get(effect),
    answered(effect, isOk) {
      const key = intents.get(effect);
      if (key !== undefined && isOk) done.add(key);
    },
    sent({ process, effect, at, leaseEnd, decidedAt }) {
      const { call, priority } = effect;
      if (!isFaultCall(call)) return;
      decided.set(effect, decidedAt);
      count(priority === 'undo' ? `undo ${call.op}` : `harm ${call.op}`);
      if (priority === 'undo') return;
      if (priority !== 'inject') broken(`${process} sent ${effect.id} ${call.op} as ${priority}`);
      left.add(runOf(effect));
      const run = records.run(runOf(effect))?.run;
      const intent = found(run, call);
      if (run === undefined || intent === undefined || intent.state === 'planned') {
        broken(`${process} sent ${effect.id} ${call.op} without an acknowledged intent`);
        return;
      }
      const key = `${run.id} ${intent.n}`;
      intents.set(effect, key);
      const before = onceSent.get(key);
      if (intent.sending === 'once' && before !== undefined)
        broken(`${process} sent intent ${key} again (first: ${before})`);
      onceSent.set(key, `${process} at ${at}`);
      inOrder(process, run, intent);
      if (at >= leaseEnd) {
        // Only a freeze between the check and the send may do this, and such a run may not pass.
        if (decidedAt === at) broken(`${process} sent ${effect.id} ${at - leaseEnd} ms after its lease had ended`);
        lateRuns.add(run.id);
        if (!firstSent.has(key)) late.add(key);
      }
      firstSent.add(key);
      const since = haltedSince();
      if (since !== undefined && decidedAt - since > haltMs)
        broken(`${process} sent ${effect.id} though a halt had stood for ${decidedAt - since} ms`);
    },
  };
}

function same(a: object, b: object): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
