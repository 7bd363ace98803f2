/** What a group's allocations should become: compares what is there with what the job wants. Decides, changes nothing. */

import { stableJson } from '../../base/json.ts';
import { isClientTerminal } from './job-status.ts';
import type { GroupSpec, JobSpec } from './job-types.ts';
import { judgeFailed } from './reschedule.ts';
import type { AllocEntry, DeploymentRecord, NodeRecord } from './types.ts';

export const notNeeded = 'alloc not needed due to job update';
const lostWithNode = 'alloc is lost since its node is down';
const migrating = 'alloc is being migrated';
const updating = 'alloc is being updated due to job update';

export interface Stop {
  readonly entry: AllocEntry;
  readonly description: string;
  readonly lost?: boolean;
}

export interface Wanted {
  readonly name: string;
  readonly previous?: AllocEntry;
  /** It failed, and its policy places it again. */
  readonly rescheduled?: boolean;
  readonly migrated?: boolean;
}

export interface GroupPlan {
  readonly stops: Stop[];
  readonly updates: AllocEntry[];
  readonly places: Wanted[];
  /** Failed ones to be placed again at a later time, in wall milliseconds. */
  readonly later: { readonly entry: AllocEntry; readonly at: number }[];
  /** Allocations that stay, changed or not. */
  readonly keeps: AllocEntry[];
}

export interface GroupContext {
  readonly job: JobSpec;
  readonly group: GroupSpec;
  readonly now: number;
  readonly evalId: string;
  readonly deployment: DeploymentRecord | undefined;
  node(id: string): NodeRecord | undefined;
  isPending(evalId: string): boolean;
}

const emptyPlan = (): GroupPlan => ({ stops: [], updates: [], places: [], later: [], keeps: [] });

/** What of a group, changed, needs new allocations. */
export function taskText(job: JobSpec, group: GroupSpec): string {
  const { Count, Update, Scaling, ReschedulePolicy, Migrate, Meta, ...rest } = group;
  return stableJson({ rest, meta: Meta, jobMeta: job.Meta });
}

const isMigrating = ({ record }: AllocEntry) => record.DesiredTransition?.Migrate === true;

function isLost(context: GroupContext, { record }: AllocEntry): boolean {
  const node = context.node(record.NodeID);
  return node === undefined || node.Status === 'down';
}

/** Finished for good and not to be replaced: a batch allocation of this version that did its work. */
const isDone = (context: GroupContext, { record, job }: AllocEntry) =>
  context.job.Type === 'batch' && record.ClientStatus === 'complete' && job.Version === context.job.Version;

interface Sorted {
  readonly plan: GroupPlan;
  /** Names that are taken, whether or not they run. */
  readonly taken: AllocEntry[];
  readonly running: AllocEntry[];
  readonly replace: Wanted[];
}

function sortFailed(context: GroupContext, entry: AllocEntry, sorted: Sorted): void {
  const { record } = entry;
  const verdict = judgeFailed(context.group.ReschedulePolicy, record, context);
  if (verdict.kind === 'now') {
    sorted.plan.stops.push({ entry, description: '' });
    sorted.replace.push({ name: record.Name, previous: entry, rescheduled: true });
    return;
  }
  sorted.taken.push(entry);
  if (verdict.kind === 'later' && !(record.FollowupEvalID !== undefined && context.isPending(record.FollowupEvalID))) {
    sorted.plan.later.push({ entry, at: verdict.at });
  }
}

function sortOne(context: GroupContext, entry: AllocEntry, sorted: Sorted): void {
  const { record } = entry;
  if (isDone(context, entry)) sorted.taken.push(entry);
  else if (record.ClientStatus === 'failed') sortFailed(context, entry, sorted);
  else if (isClientTerminal(record)) return;
  else if (isLost(context, entry)) {
    sorted.plan.stops.push({ entry, description: lostWithNode, lost: true });
    sorted.replace.push({ name: record.Name, previous: entry });
  } else if (isMigrating(entry)) {
    sorted.plan.stops.push({ entry, description: migrating });
    sorted.replace.push({ name: record.Name, previous: entry, migrated: true });
  } else {
    sorted.taken.push(entry);
    sorted.running.push(entry);
  }
}

/** The number in `job.group[3]`. */
export function nameIndex(name: string): number {
  return Number(/\[(\d+)\]$/.exec(name)?.[1] ?? 0);
}

function newNames(context: GroupContext, used: ReadonlySet<string>, count: number): string[] {
  const names: string[] = [];
  for (let at = 0; names.length < count; at += 1) {
    const name = `${context.job.ID}.${context.group.Name}[${at}]`;
    if (!used.has(name)) names.push(name);
  }
  return names;
}

/** Too many: older versions go first, then the highest numbers. */
function surplusOrder(version: number): (a: AllocEntry, b: AllocEntry) => number {
  return (a, b) => {
    const [x, y] = [a.job.Version === version ? 1 : 0, b.job.Version === version ? 1 : 0];
    return x - y || nameIndex(b.record.Name) - nameIndex(a.record.Name);
  };
}

/** How many allocations may be replaced at once now: `max_parallel` less those not yet healthy. */
function updateLimit(context: GroupContext, running: readonly AllocEntry[]): number {
  const { Update } = context.group;
  if (Update === null || Update.MaxParallel === 0) return Number.POSITIVE_INFINITY;
  const { deployment } = context;
  if (deployment !== undefined && (deployment.Status === 'paused' || deployment.Status === 'failed')) return 0;
  const unready = running.filter(
    ({ record, job }) => job.Version === context.job.Version && record.DeploymentStatus?.Healthy !== true,
  );
  return Math.max(0, Update.MaxParallel - unready.length);
}

function updateOld(context: GroupContext, running: readonly AllocEntry[], plan: GroupPlan): Wanted[] {
  let text: string | undefined;
  let left = updateLimit(context, running);
  const replaced: Wanted[] = [];
  for (const entry of running) {
    if (entry.job.Version === context.job.Version && entry.job.CreateIndex === context.job.CreateIndex) {
      plan.keeps.push(entry);
      continue;
    }
    const old = entry.job.TaskGroups.find(each => each.Name === context.group.Name);
    text ??= taskText(context.job, context.group);
    if (old !== undefined && taskText(entry.job, old) === text) {
      plan.updates.push(entry);
      plan.keeps.push(entry);
    } else if (left > 0) {
      left -= 1;
      plan.stops.push({ entry, description: updating });
      replaced.push({ name: entry.record.Name, previous: entry });
    } else {
      plan.keeps.push(entry);
    }
  }
  return replaced;
}

/** Plans a group of a service or batch job. `entries`: its allocations that are still wanted. */
export function reconcileGroup(context: GroupContext, entries: readonly AllocEntry[]): GroupPlan {
  const sorted: Sorted = { plan: emptyPlan(), taken: [], running: [], replace: [] };
  for (const entry of entries) sortOne(context, entry, sorted);
  const { plan } = sorted;
  const surplus = sorted.taken.length - context.group.Count;
  const gone = new Set<AllocEntry>();
  if (surplus > 0) {
    for (const entry of [...sorted.taken].sort(surplusOrder(context.job.Version)).slice(0, surplus)) {
      gone.add(entry);
      plan.stops.push({ entry, description: notNeeded });
    }
  }
  const room = Math.max(0, context.group.Count - sorted.taken.length);
  const replace = sorted.replace.slice(0, room);
  const running = sorted.running.filter(entry => !gone.has(entry));
  const updated = updateOld(context, running, plan);
  const used = new Set(
    [...sorted.taken, ...replace.flatMap(each => each.previous ?? [])].map(({ record }) => record.Name),
  );
  const added = newNames(context, used, room - replace.length).map(name => ({ name }));
  plan.places.push(...replace, ...updated, ...added);
  return plan;
}

/** Plans a group of a system job: one allocation on each of `nodes`. */
export function reconcileSystemGroup(
  context: GroupContext,
  entries: readonly AllocEntry[],
  nodes: readonly NodeRecord[],
): { plan: GroupPlan; missing: readonly NodeRecord[] } {
  const sorted: Sorted = { plan: emptyPlan(), taken: [], running: [], replace: [] };
  for (const entry of entries) sortOne(context, entry, sorted);
  const { plan } = sorted;
  const replaced = updateOld(context, sorted.running, plan);
  const settled = new Set(sorted.taken.map(({ record }) => record.NodeID));
  for (const { previous } of replaced) if (previous !== undefined) settled.delete(previous.record.NodeID);
  return { plan, missing: nodes.filter(node => !settled.has(node.ID)) };
}
