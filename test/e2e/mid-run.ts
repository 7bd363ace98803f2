/** Faults of every lasting kind in force at once, in a place whose controllers are Nomad's own job. */

import { until } from '../support/until.ts';
import { residueIn } from './crash-remains.ts';
import type { Deployed } from './deployed.ts';
import { differences, type Listing, listingOf } from './listing.ts';
import { deployAgain } from './long-deployment.ts';
import { verdictIn } from './pair.ts';
import type { Items } from './place.ts';

export interface Intent {
  readonly sentAt?: number;
  readonly undoState?: string;
  readonly effect?: object;
}

interface Body {
  readonly injectedAt?: number;
  readonly intents: readonly Intent[];
}

export interface MidRun {
  /** Schedules that are in force, by name. */
  readonly names: readonly string[];
  /** When the last of them was put in force, milliseconds since the epoch. */
  readonly injectedAt: number;
  /** All that they may change, as it was. */
  readonly before: readonly Listing[];
  /** What differs from that now, in words. */
  differences(): Promise<readonly string[]>;
  /** Waits until nothing differs. Answers when that was seen, milliseconds since the epoch. */
  restored(within: number): Promise<number>;
  /** By schedule: the state of its run, its verdict, and the states of its undo. */
  outcomes(): Promise<Readonly<Record<string, string>>>;
  /** What `sirocco doctor --residue` tells. */
  residue(): Promise<readonly string[]>;
}

export interface Stand {
  readonly deployed: Deployed;
  /** Runs the jobs that are hit. */
  readonly jobNode: string;
  /** Are hit themselves. */
  readonly nodes: readonly string[];
}

/** Nodes for a stand: none on which a controller runs, and one more that stays free for a controller that has to move. */
export async function standOf(deployed: Deployed): Promise<Stand> {
  const names = (await deployed.home.cluster.call<{ Name: string }[]>('/v1/nodes')).map(each => each.Name).sort();
  const taken = deployed.instances.map(({ node }) => node);
  const [jobNode = '', first = '', second = ''] = names.filter(each => !taken.includes(each));
  return { deployed, jobNode, nodes: [first, second] };
}

/** Every lasting fault but that of the region, which is never beside another. */
export function allBut({ nodes: [drained = '', out = ''] }: Stand): Readonly<Record<string, Items>> {
  return {
    drain: { fault: 'node-drain', target_node: drained },
    out: { fault: 'node-ineligible', target_node: out },
    pause: { fault: 'deployment-pause', target_job: 'deployed' },
    scale: { fault: 'job-scale', target_job: 'scaled', delta: '-1' },
    stop: { fault: 'job-stop', target_job: 'stopped' },
  };
}

/** Runs what they hit, puts them in force for so long, and waits until each was seen to be. */
export async function putInForce(
  stand: Stand,
  schedules: Readonly<Record<string, Items>>,
  duration: string,
): Promise<MidRun> {
  const { deployed, jobNode, nodes } = stand;
  const { home, shop } = deployed;
  const jobs = Object.values(schedules).flatMap(each => each['target_job'] ?? []);
  await Promise.all(jobs.map(id => shop.run({ id, count: 2, onlyNode: jobNode })));
  if (jobs.includes('deployed')) await deployAgain(shop, { job: 'deployed', healthyAfter: 60_000 });
  const listings = async () =>
    (await Promise.all([undefined, ...nodes].map(node => listingOf(shop, node)))).map(goingOn);
  const before = await listings();
  for (const [name, items] of Object.entries(schedules))
    await shop.put(`chaos/schedule/${name}`, { ...items, duration, at: 'now', recover_within: '2m' });
  const records = async () =>
    [...(await home.records())].map(([run, items]) => ({ name: run.split('_')[1] ?? run, items }));
  const bodies = await until(
    'every fault to be in force',
    async () => {
      const found = (await records()).map(({ items }) => ({ state: items['state'], ...bodyOf(items) }));
      const seen = found.filter(({ state, intents }) => state === 'holding' && intents.every(each => each.effect));
      return seen.length === Object.keys(schedules).length && found;
    },
    { within: 60_000, every: 250 },
  );
  const midRun: MidRun = {
    names: Object.keys(schedules).sort(),
    injectedAt: Math.max(...bodies.map(({ injectedAt = Number.NaN }) => injectedAt)),
    before,
    differences: async () => differences(before, await listings()),
    async restored(within) {
      let found: readonly string[] = [];
      const restored = async () => {
        found = await midRun.differences();
        return found.length === 0 && Date.now();
      };
      return until('all to be as before', restored, { within, every: 250 }).catch(error => {
        throw new Error(`${String(error)}\n${found.join('\n')}`);
      });
    },
    outcomes: async () =>
      Object.fromEntries(
        (await records())
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map(({ name, items }) => {
            const undo = bodyOf(items).intents.map(each => each.undoState ?? 'none');
            return [name, [items['state'], verdictIn(items), ...undo].filter(each => each !== '').join(' ')];
          }),
      ),
    residue: () => residueIn(home, true, [shop.namespace]),
  };
  return midRun;
}

const bodyOf = (items: Items) => JSON.parse(items['body'] ?? '{"intents": []}') as Body;

/** A deployment goes on by itself: it only must not stay paused. */
function goingOn(listing: Listing): Listing {
  const words = Object.entries(listing.deployments).map(([id, status]) => [
    id,
    status === 'paused' ? status : 'goes on',
  ]);
  return { ...listing, deployments: Object.fromEntries(words) };
}
