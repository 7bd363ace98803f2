/** Whether allocations and groups are what they should be, and why not, in words. */

import { endingOf, roleOf, taskOf } from './task-life.ts';
import type { AllocView, GroupView, JobView, TaskView, View } from './types.ts';

/** Whether an allocation does its work: meant to run, running, with every task that should run, not called unhealthy. */
export function allocHealthy(alloc: AllocView, job: JobView | undefined): boolean {
  return whyUnhealthy(alloc, job) === undefined;
}

/** Why an allocation is not healthy, such as `task web is pending (Restarting)`; undefined when it is. */
export function whyUnhealthy(alloc: AllocView, job: JobView | undefined): string | undefined {
  if (alloc.desired !== 'run') return `it is being stopped (desired is ${alloc.desired})`;
  if (alloc.client !== 'running') return `it is ${alloc.client}`;
  if (alloc.healthy === false) return 'its deployment calls it unhealthy';
  const group = job?.groups.find(({ name }) => name === alloc.group);
  const isBatch = job?.type === 'batch' || job?.type === 'sysbatch';
  let isKnown = false;
  let isRunning = false;
  for (const name in alloc.tasks) {
    isKnown = true;
    const task = taskOf(alloc, name);
    if (task?.state === 'running') isRunning = true;
    const why = whyTaskDown(name, task, group, isBatch);
    if (why !== undefined) return why;
  }
  if (!isKnown) return 'the states of its tasks are not known';
  // Where it is of the version that we know, there are tasks that it should have too.
  const owed = group !== undefined && job?.version === alloc.jobVersion ? group.tasks : [];
  for (const { name } of owed) {
    const why = taskOf(alloc, name) === undefined ? whyTaskDown(name, undefined, group, isBatch) : undefined;
    if (why !== undefined) return why;
  }
  return isRunning ? undefined : 'none of its tasks runs';
}

function whyTaskDown(
  name: string,
  task: TaskView | undefined,
  group: GroupView | undefined,
  isBatch: boolean,
): string | undefined {
  if (task?.failed === true && task.state === 'dead') return `task ${name} failed`;
  if (roleOf(name, group) === 'once') return undefined;
  if (task === undefined) return `task ${name} has no state yet`;
  const ending = endingOf(task);
  const last = ending === undefined ? '' : ` (${ending.type})`;
  if (task.state === 'running') return ending === undefined ? undefined : `task ${name} is ending${last}`;
  // A task that the present version does not define may have been one that runs once.
  const mayFinish = isBatch || !group?.tasks.some(each => each.name === name);
  if (task.state === 'dead' && mayFinish) return undefined;
  return `task ${name} is ${task.state}${last}`;
}

/** One group: what it should have, and what it has. */
export interface GroupHealth {
  /** False: the job or its group is not in the view, and `desired` is a guess that is never less than what lives. */
  readonly known: boolean;
  /** Of a system job: the nodes that have an instance. Of a batch job: those that are not yet complete. */
  readonly desired: number;
  readonly healthy: readonly AllocView[];
  /** How many healthy ones are missing. */
  readonly unhealthy: number;
  /** Meant to run, and pending or running. */
  readonly live: readonly AllocView[];
  /** Known, and nothing is missing. */
  readonly whole: boolean;
  /** Why those that should be healthy are not, such as `web.cache[1] (5f2b1c3d): it is failed`. */
  readonly reasons: readonly string[];
}

type Judged = Map<string, { readonly job: JobView | undefined; readonly health: GroupHealth }>;

/** Judged once for each list of allocations, which the view gives anew when one of them changes. */
const judged = new WeakMap<readonly AllocView[], Judged>();

/** The health of a group as the view shows it now. */
export function groupHealth(view: View, namespace: string, job: string, group: string): GroupHealth {
  const definition = view.job(namespace, job);
  const allocs = view.allocsOf(namespace, job);
  const groups = judged.get(allocs);
  const known = groups?.get(group);
  if (known !== undefined && known.job === definition) return known.health;
  const health = judge(definition, allocs, group);
  const now = { job: definition, health };
  if (groups === undefined) judged.set(allocs, new Map([[group, now]]));
  else groups.set(group, now);
  return health;
}

function judge(definition: JobView | undefined, allocs: readonly AllocView[], group: string): GroupHealth {
  const known = definition?.groups.find(({ name }) => name === group);
  const wanted = allocs.filter(each => each.group === group && each.desired === 'run');
  const live = wanted.filter(isLive);
  const healthy = live.filter(alloc => allocHealthy(alloc, definition));
  const desired =
    definition === undefined || known === undefined
      ? Math.max(1, live.length)
      : desiredOf(definition, known.count, wanted);
  const unhealthy = Math.max(0, desired - healthy.length);
  const ill = unhealthy === 0 ? [] : current(wanted).filter(alloc => !allocHealthy(alloc, definition));
  return {
    known: known !== undefined,
    desired,
    healthy,
    unhealthy,
    live,
    whole: known !== undefined && unhealthy === 0,
    reasons: ill.map(alloc => `${alloc.name} (${alloc.id.slice(0, 8)}): ${whyUnhealthy(alloc, definition)}`),
  };
}

function isLive({ client }: AllocView): boolean {
  return client === 'running' || client === 'pending';
}

function desiredOf(job: JobView, count: number, wanted: readonly AllocView[]): number {
  if (job.stop) return 0;
  switch (job.type) {
    case 'service':
      return count;
    case 'batch':
      return Math.max(0, count - complete(newest(wanted, ({ name }) => name)));
    case 'system':
    case 'sysbatch': {
      // An instance that failed is still owed to its node; one that is complete is not.
      const instances = newest(wanted, ({ node }) => node);
      return instances.length - complete(instances);
    }
  }
}

function complete(allocs: readonly AllocView[]): number {
  return allocs.filter(({ client }) => client === 'complete').length;
}

/** The newest allocation of each place: what came before it in the same place no longer counts. */
function newest(allocs: readonly AllocView[], placeOf: (alloc: AllocView) => string): readonly AllocView[] {
  const places = new Map<string, AllocView>();
  for (const alloc of allocs) {
    const held = places.get(placeOf(alloc));
    if (held === undefined || alloc.createIndex > held.createIndex) places.set(placeOf(alloc), alloc);
  }
  return [...places.values()];
}

/** Those that nothing came after, and that are not complete. */
function current(allocs: readonly AllocView[]): readonly AllocView[] {
  return newest(allocs, ({ name, node }) => `${name} ${node}`).filter(
    ({ client, next }) => client !== 'complete' && next === undefined,
  );
}
