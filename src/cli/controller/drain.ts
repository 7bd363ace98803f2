/** A controller that takes nothing new: it waits for the lock, undoes every open run, and says when it is safe to stop. */

import { errorTable } from '../../base/errors.ts';
import type { ControllerConfig } from '../../controller/types.ts';
import type { Log } from '../../world/types.ts';
import type { Cli } from '../cli.ts';
import { leaderWords, readLeader } from '../leader.ts';
import { isOpen, readRuns } from '../runs/records.ts';
import { undoSession } from '../undo/session.ts';
import { isLeft, progress } from '../undo/text.ts';

/** Answers the exit code: 0 when nothing is left, 6 when something is, with the line that undoes it in the log. */
export async function drainAll(cli: Cli, config: ControllerConfig, log: Log): Promise<number> {
  const { self: _, ...rest } = config;
  log.info({ namespaces: config.namespaces }, 'draining: nothing new is taken, every open run is undone');
  const end = await undoSession(cli, {
    config: { ...rest, undoOnly: 'all' },
    withinMs: Number.POSITIVE_INFINITY,
    // Whoever acts now has to be stopped first, which may take as long as it takes.
    lockWithinMs: Number.POSITIVE_INFINITY,
    onNote: note => {
      const line = progress(note);
      if (line !== undefined) log.info(note, line);
    },
    onWaiting: waitedMs => {
      void readLeader(cli.nomad(), cli.settings()).then(
        leader =>
          log.warn(
            { waited_ms: Math.round(waitedMs) },
            `waiting for the lock, held by ${leaderWords(leader)}: stop that controller, then this one undoes what it leaves`,
          ),
        () => undefined,
      );
    },
  });
  const left = (await readRuns(cli.nomad(), cli.settings())).filter(each => isOpen(each) || isLeft(each));
  if (left.length === 0 && end === 'done') {
    log.info({}, 'drained: nothing is in force, it is safe to stop');
    return 0;
  }
  for (const { id } of left) log.error({ run: id, end }, `not undone: sirocco undo ${id}`);
  if (left.length === 0 && end === 'interrupted') return 130;
  if (left.length === 0) return 0;
  return errorTable['SIR-301'].exit;
}
