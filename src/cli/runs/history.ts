/** Runs whose record made room for a summary. */

import { historyPrefix, type RunSummary, readSummaries } from '../../lifecycle/history.ts';
import type { NomadClient } from '../../nomad/client.ts';
import { pairs } from '../output.ts';
import type { Settings } from '../settings.ts';
import { readAll } from '../variables.ts';

/** All summaries of home, the newest end first; each run once, though a crash may leave it both here and on record. */
export async function readHistory(nomad: NomadClient, { home, prefix }: Settings): Promise<readonly RunSummary[]> {
  const all = await readAll(nomad, home, historyPrefix(prefix));
  const runs = new Map(all.flatMap(({ Items }) => readSummaries(Items ?? {})).map(each => [each.run, each]));
  return [...runs.values()].sort((a, b) => (a.done < b.done ? 1 : -1));
}

/** A row of the table of runs. */
export function summaryRow({ run, verdict, reason, faults, targets, tick, recovery }: RunSummary): readonly string[] {
  return [run, 'done', verdict ?? '-', reason ?? '-', faults.join(','), String(targets), tick, recovery ?? '-'];
}

/** One run, as far as it is remembered. */
export function summaryDetails(summary: RunSummary): string {
  const { run, verdict, reason, message, schedule, namespace, faults, tick, done, recovery, targets, undo } = summary;
  const all: readonly (readonly [string, string | undefined])[] = [
    ['Run', run],
    ['State', 'done; its record made room for this summary'],
    ['Verdict', verdict],
    ['Reason', reason],
    ['Message', message],
    ['Schedule', `${schedule} in namespace ${namespace}`],
    ['Fault', faults.join(', ')],
    ['Due', tick],
    ['Done', done],
    ['Recovery', recovery],
    ['Calls', String(targets)],
    ['Undo', undo === undefined ? undefined : countsText(undo)],
    ['Request', summary.request],
    ['Spec', summary.spec_hash],
  ];
  return pairs(all.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

/** With the key names of its Variable. */
export function summaryItems({ run, ...kept }: RunSummary): object {
  return { id: run, state: 'done', summary: true, ...kept };
}
