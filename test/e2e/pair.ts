/** Two controllers of one place, the first of which acts, and what they have in hand. */

import { until } from '../support/until.ts';
import { type ControllerHandle, startController } from './controller-handle.ts';
import { nodeNamed } from './nodes.ts';
import { finishedRun, type Items, type MoreOptions, makePlace, type Place, signalsOf } from './place.ts';
import type { E2eCluster } from './real-clusters.ts';

export interface Pair {
  readonly place: Place;
  readonly node: string;
  readonly first: ControllerHandle;
  readonly second: ControllerHandle;
  /** Schedules a kill and a node kept ineligible, and waits until the first is over and the second in force. */
  begin(duration: string): Promise<void>;
  /** Waits until every run is over; their verdicts, by schedule. */
  verdicts(within: number): Promise<Readonly<Record<string, string>>>;
  signals(): Promise<number>;
  isEligible(): Promise<boolean>;
}

export interface PairOptions {
  readonly cluster: E2eCluster;
  /** Nobody else's. */
  readonly node: string;
  readonly first?: MoreOptions;
  /** What both say of themselves. */
  readonly self?: (place: Place) => Promise<NonNullable<MoreOptions['config']>>;
}

const job = 'web';

/** Starts both, the second once the first acts. */
export async function startPair({ cluster, node, first: more, self }: PairOptions): Promise<Pair> {
  const place = await makePlace(cluster);
  await place.run({ id: job, count: 2 });
  const config = (await self?.(place)) ?? {};
  const first = await startController(place.options('first', { ...more, config }), place.nomad);
  await first.leads();
  const second = await startController(place.options('second', { config }), place.nomad);
  await second.line('it is ready', each => each.msg.startsWith('started'));
  const isEligible = async () => (await nodeNamed(cluster, node)).SchedulingEligibility === 'eligible';
  return {
    place,
    node,
    first,
    second,
    isEligible,
    async begin(duration) {
      await place.put('chaos/schedule/kill', kill);
      await place.put('chaos/schedule/cordon', cordon(node, duration));
      await until('the kill to be over and the node to be ineligible', async () => {
        const states = [...(await place.records())].map(([run, { state }]) => [scheduleOf(run), state].join(' '));
        return states.includes('kill done') && states.includes('cordon holding') && !(await isEligible());
      });
    },
    async verdicts(within) {
      await finishedRun(place, within);
      return Object.fromEntries(
        [...(await place.records())].map(([run, items]) => [scheduleOf(run), verdictIn(items)]),
      );
    },
    signals: async () => signalsOf(await place.allocations(job)),
  };
}

/** A kill that may be done once only. */
export const kill: Items = { fault: 'alloc-kill', target_job: job, at: 'now', recover_within: '20s' };

export function cordon(node: string, duration: string): Items {
  return { fault: 'node-ineligible', target_node: node, duration, at: 'now', recover_within: '20s' };
}

/** A run's id is namespace, schedule and tick. */
function scheduleOf(run: string): string {
  return run.split('_')[1] ?? run;
}

/** Of a record: the verdict, and its reason after a slash where there is one. */
export function verdictIn(items: Items): string {
  const { verdict, reason } = JSON.parse(items['body'] ?? '{}') as { verdict?: string; reason?: string };
  return [verdict, reason].filter(each => each !== undefined).join('/');
}
