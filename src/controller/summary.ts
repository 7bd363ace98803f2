/** What the fold looks like from outside, at one instant. */

import { faultOf, mayBeInForce, owesUndo } from '../lifecycle/run.ts';
import { haltsInForce, haltsNotRead } from './control.ts';
import { leaseEnd, namespaces } from './core.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';
import { statusState } from './status.ts';
import { faultIn } from './steps.ts';
import { viewAgeSeconds } from './streams.ts';
import type { Summary } from './types.ts';
import { watchesReady } from './watch.ts';

function count<K extends string>(keys: Iterable<K>): Map<K, number> {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function isStuck({ standing, unwritable }: RunEntry): boolean {
  return standing.run.stuck !== undefined || unwritable !== undefined;
}

/** Records that could not be read for so long that people were told. */
function unreadOf(core: Core): Summary['open'] {
  return [...core.unread].flatMap(([run, { told, path }]) => {
    const byHand = [`nomad var get -namespace ${core.config.home} ${path}`];
    return told ? [{ run, state: 'unread', stuck: true, byHand }] : [];
  });
}

export function summaryOf(core: Core, mono: number, wall: number): Summary {
  const waitingFor = [...watchesReady(core), ...haltsNotRead(core).map(each => `${each}:halt`)];
  const runs = [...core.runs.values()];
  const unread = unreadOf(core);
  const specs = count([...core.specs.values()].map(entry => `${entry.namespace} ${statusState(core, entry)}`));
  const phases = count(runs.map(({ standing }) => `${standing.run.namespace} ${standing.state}`));
  const active = runs.flatMap(({ standing }) =>
    standing.run.intents
      .filter(each => mayBeInForce(each) && (each.undo === undefined ? standing.state === 'injecting' : owesUndo(each)))
      .map(each => faultOf(standing.run, each)),
  );
  const unreverted = runs.filter(({ standing }) => standing.run.intents.some(owesUndo));
  const oldest = Math.min(wall, ...unreverted.map(({ standing }) => standing.run.injectedAt ?? wall));
  const split = ([key, total]: [string, number]) => ({
    namespace: key.slice(0, key.indexOf(' ')),
    word: key.slice(key.indexOf(' ') + 1),
    count: total,
  });
  return {
    leading: core.lease.loaded && mono < leaseEnd(core),
    term: core.lease.term,
    leaseRemainingSeconds: Math.max(0, leaseEnd(core) - mono) / 1000,
    ready: waitingFor.length === 0,
    waitingFor,
    halted: namespaces(core).flatMap(each => haltsInForce(core, each).filter(halt => halt.namespace === each)),
    schedules: [...specs]
      .map(split)
      .map(({ namespace, word, count: total }) => ({ namespace, state: word, count: total })),
    runsActive: [...phases]
      .map(split)
      .map(({ namespace, word, count: total }) => ({ namespace, phase: word, count: total })),
    injectionsActive: [...count(active)].map(([fault, total]) => ({ fault, count: total })),
    stuckRuns:
      unread.length +
      runs.filter(isStuck).length +
      [...core.finished.values()].filter(each => each.unreadable !== undefined).length,
    oldestUnrevertedSeconds: unreverted.length === 0 ? 0 : (wall - oldest) / 1000,
    viewAgeSeconds: viewAgeSeconds(core),
    open: [
      ...unread,
      ...runs.flatMap(entry => {
        const { id, standing } = entry;
        const stuck = isStuck(entry);
        if (!stuck && !standing.run.intents.some(owesUndo)) return [];
        const byHand = standing.run.intents
          .filter(owesUndo)
          .toReversed()
          .flatMap(each => faultIn(core.catalog, standing.run, each)?.byHand(each.target, each.undo) ?? []);
        return [{ run: id, state: standing.state, stuck, byHand }];
      }),
    ],
  };
}
