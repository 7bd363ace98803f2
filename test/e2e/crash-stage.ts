/** What a crashed run hits: how it is set up, how often it was harmed by Nomad's own account, and as what it is to be left. */

import type { Allocation } from '../../src/nomad/types.ts';
import type { CrashFault } from './crash-cases.ts';
import type { Listing } from './listing.ts';
import { deployAgain } from './long-deployment.ts';
import { nodeNamed } from './nodes.ts';
import { type Place, signalsOf, stoppedOf } from './place.ts';
import { registered, untilRegistered } from './services.ts';

export interface Stage {
  readonly place: Place;
  /** The node that is this case's alone, where the fault hits one. */
  readonly node?: string;
  /** Nodes for jobs, that no case touches. */
  readonly jobNodes: readonly string[];
  /** Index of the newest event of the node before the case: others had it before. */
  readonly since?: number;
}

export const job = 'web';

const read = <T>({ place: { cluster, namespace } }: Stage, what: string) =>
  cluster.call<T>(`/v1/job/${job}${what}?namespace=${namespace}`);

/** Sets up what the fault hits, and waits until it is steady. */
export async function setUp({ hits }: CrashFault, stage: Stage): Promise<void> {
  const { place, node, jobNodes } = stage;
  if (hits === 'region') return;
  const onlyNode = node === undefined ? jobNodes : [node, ...jobNodes.slice(0, 1)];
  await place.run({ id: job, count: 2, onlyNode, ...(hits === 'service' ? { services: { group: 'web-http' } } : {}) });
  if (hits === 'service') await untilRegistered(place, job, 2);
  if (hits === 'deployment') await deployAgain(place, { job, healthyAfter });
}

/** Long enough for a takeover, so that the next controller finds the deployment under way still. */
const healthyAfter = 60_000;

type Count = (stage: Stage) => Promise<number>;

const inAllocations =
  (count: (allocations: readonly Allocation[]) => number): Count =>
  async ({ place }) =>
    count(await place.allocations(job));

const restarts = inAllocations(
  allocations =>
    allocations
      .flatMap(each => Object.values(each.TaskStates ?? {}))
      .flatMap(task => task.Events ?? [])
      .filter(event => event.Type === 'Restart Signaled').length,
);

const nodeEvents =
  (message: string): Count =>
  async stage =>
    (await eventsOf(stage)).filter(each => each.Message === message && each.CreateIndex > (stage.since ?? 0)).length;

interface NodeEvent {
  readonly Message: string;
  readonly CreateIndex: number;
}

/** Nomad keeps the last ten. */
async function eventsOf({ place, node = '' }: Stage): Promise<readonly NodeEvent[]> {
  return ((await nodeNamed(place.cluster, node)).Events ?? []) as unknown as readonly NodeEvent[];
}

/** Index of the newest event of the node of a case. */
export async function newestEventOf(stage: Stage): Promise<number> {
  return Math.max(0, ...(await eventsOf(stage)).map(({ CreateIndex }) => CreateIndex));
}

/** Absent: nothing of Nomad's tells how often. */
const counts: Readonly<Record<string, Count>> = {
  'alloc-kill': inAllocations(signalsOf),
  'alloc-stop': inAllocations(allocations => stoppedOf(allocations).length),
  'alloc-restart': restarts,
  'job-restart': restarts,
  'job-scale': async stage => {
    const { TaskGroups } = await read<{ TaskGroups: Record<string, { Events: { Message: string }[] | null }> }>(
      stage,
      '/scale',
    );
    const events = Object.values(TaskGroups).flatMap(({ Events }) => Events ?? []);
    return events.filter(({ Message }) => Message.includes(': from ')).length;
  },
  'job-stop': async stage =>
    (await read<{ Versions: { Stop: boolean }[] }>(stage, '/versions')).Versions.filter(({ Stop }) => Stop).length,
  'node-drain': nodeEvents('Node drain strategy set'),
  'node-ineligible': nodeEvents('Node marked as ineligible for scheduling'),
  'service-deregister': async ({ place }) => 2 - (await registered(place, job)),
  'deployment-fail': async stage =>
    (await read<{ Status: string }[]>(stage, '/deployments')).filter(({ Status }) => Status === 'failed').length,
};

/** How often the harm was done, by Nomad's own account; undefined where that has none. */
export async function harmOf({ fault }: CrashFault, stage: Stage): Promise<number | undefined> {
  return counts[fault]?.(stage);
}

/** As what all is to be left, some time after the run. A deployment goes on, and what can't be undone stays. */
export function toBeLeft({ hits, fault }: CrashFault, before: Listing, harm: number | undefined): Listing {
  if (hits === 'deployment') {
    const isFailed = fault === 'deployment-fail' && harm !== 0;
    return { ...before, deployments: { [job]: isFailed ? 'failed' : 'successful' } };
  }
  if (fault !== 'service-deregister') return before;
  return {
    ...before,
    services: Object.fromEntries(Object.entries(before.services).map(([of, n]) => [of, n - (harm ?? 0)])),
  };
}
