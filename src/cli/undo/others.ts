/** Runs that a command which holds the lock was not started for: they are undone too where their time is over, and no earlier. */

import { formatTime } from '../../base/time.ts';
import type { Summary } from '../../controller/types.ts';
import type { Cli } from '../cli.ts';
import { owed, runOf, type StoredRun } from '../runs/records.ts';

type IsMine = (run: string) => boolean;

/** Says once of each other run that is in force what becomes of it while this command goes on. */
export function createOthersTeller(cli: Cli, isMine: IsMine): (summary: Summary | undefined) => void {
  const told = new Set<string>();
  return summary => {
    for (const { run, stuck } of summary?.leading === true ? summary.open : []) {
      if (isMine(run) || told.has(run)) continue;
      told.add(run);
      const now = stuck ? 'is stuck; its undo is tried again' : 'is in force too; it is undone when its time is over,';
      cli.output.say(`${run} ${now} while this command goes on`);
    }
  };
}

/** A line for each other run that owes an undo, as the records have it: `now` in milliseconds since the epoch. */
export function othersLeft(runs: readonly StoredRun[], isMine: IsMine, now: number): readonly string[] {
  return runs
    .filter(each => !isMine(each.id) && owed(each) > 0)
    .map(each => {
      const { holdUntil = 0 } = runOf(each) ?? {};
      const until = holdUntil > now ? `, until ${formatTime(holdUntil)}` : '';
      return `${each.id} is still in force${until}: a controller undoes it when its time is over, sirocco undo ${each.id} at once`;
    });
}
