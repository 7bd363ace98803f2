/**
 * Whether what was harmed is whole again, and how long that took. Each measure is taken on one clock: a task that
 * started again in its place by its client's, an allocation that was replaced by the server's. Never one less the other.
 */

import type { TargetRef } from '../faults/fault.ts';
import { groupsHit } from './groups-hit.ts';
import { groupHealth, whyUnhealthy } from './health.ts';
import type { AllocView, TaskView, View } from './types.ts';

/** An intent, as far as recovery asks: its target, and when its effect was seen to be, by each clock that told. */
export interface Harmed {
  readonly target: TargetRef;
  readonly effect?: { readonly client?: number; readonly server?: number };
  /** When its undo took effect, by the server's clock, where something told. */
  readonly undoneAt?: number;
}

export interface Recovery {
  readonly recovered: boolean;
  /** From the effect to the last target healthy; absent while not recovered, or where no clock tells both ends. */
  readonly recoveryMs?: number;
  /** What is still missing, in words. */
  readonly missing: readonly string[];
}

type AllocTarget = Extract<TargetRef, { kind: 'allocation' }>;

/** The state of recovery as the view shows it now. A node is whole when its undo is: only jobs are asked here. */
export function recovery(view: View, intents: readonly Harmed[]): Recovery {
  const missing = [...missingGroups(view, intents)];
  let longest: number | undefined;
  for (const { target, effect, undoneAt } of intents) {
    const back =
      target.kind === 'allocation'
        ? effect && returnOf(view, target, effect)
        : undoneAt === undefined
          ? undefined
          : { ms: sinceUndo(view, target, undoneAt) };
    if (back === undefined) continue;
    if ('missing' in back) missing.push(back.missing);
    else if (back.ms !== undefined) longest = Math.max(longest ?? 0, back.ms);
  }
  if (missing.length > 0) return { recovered: false, missing };
  return { recovered: true, ...(longest === undefined ? {} : { recoveryMs: longest }), missing };
}

function* missingGroups(view: View, intents: readonly Harmed[]): Iterable<string> {
  const asked = new Set<string>();
  for (const { target } of intents) {
    if ('job' in target && view.job(target.namespace, target.job) === undefined && target.kind !== 'allocation')
      yield `job ${target.job} is not in the view`;
    if (target.kind === 'deployment') yield* deploymentUnderWay(view, target);
    for (const [namespace, job, group] of groupsHit(view, target)) {
      const name = `${namespace}/${job}/${group}`;
      if (asked.has(name)) continue;
      asked.add(name);
      const health = groupHealth(view, namespace, job, group);
      if (!health.known) yield `group ${group} of job ${job} is not in the view`;
      else if (!health.whole) {
        const why = health.reasons.length === 0 ? '' : `: ${health.reasons.join('; ')}`;
        yield `group ${job}/${group} has ${health.healthy.length} of ${health.desired} healthy${why}`;
      }
    }
  }
}

const over: ReadonlySet<string> = new Set(['successful', 'failed', 'cancelled']);

/** A fault on a deployment is over when the deployment is, however it ended. */
function* deploymentUnderWay(
  view: View,
  { namespace, job }: Extract<TargetRef, { kind: 'deployment' }>,
): Iterable<string> {
  const deployment = view.deployment(namespace, job);
  if (deployment !== undefined && !over.has(deployment.status))
    yield `deployment ${deployment.id.slice(0, 8)} of job ${job} is ${deployment.status}`;
}

/** From an undo to the start of the last instance that came after it. */
function sinceUndo(view: View, target: TargetRef, undoneAt: number): number {
  const ready = groupsHit(view, target).flatMap(([namespace, job, group]) =>
    view
      .allocsOf(namespace, job)
      .filter(each => each.group === group && each.desired === 'run' && each.createTime >= undoneAt)
      .map(each => Math.min(each.modifyTime, readyAt(each)) - undoneAt),
  );
  return Math.max(0, ...ready);
}

/** `ms` absent: it is back, and no clock tells since when. */
type Return = { readonly ms?: number } | { readonly missing: string };

function returnOf(view: View, target: AllocTarget, effect: NonNullable<Harmed['effect']>): Return {
  const held = view.alloc(target.alloc);
  if (held !== undefined && held.desired === 'run' && held.client === 'running')
    return inPlace(view, held, target, effect.client);
  const successor = successorOf(view, target, held);
  // Where the group is whole without a successor, somebody wants less of it than before.
  if (successor === undefined) return {};
  const why = whyUnhealthy(successor, view.job(target.namespace, target.job));
  if (why !== undefined)
    return { missing: `${successor.name} (${successor.id.slice(0, 8)}), which replaced a target: ${why}` };
  if (effect.server === undefined) return {};
  return { ms: Math.max(0, Math.min(successor.modifyTime, readyAt(successor)) - effect.server) };
}

/**
 * When its last task had started, by the server's clock: as long after its creation as its client says that the start took.
 * Its last change alone may be much later: Nomad notes an allocation's health `min_healthy_time` after its tasks run.
 */
function readyAt({ tasks, createTime }: AllocView): number {
  const took = Object.values(tasks)
    .filter(({ state }) => state === 'running')
    .map(({ startedAt = Number.NaN, events }) => {
      const received = events.find(({ type }) => type === 'Received')?.time ?? Number.NaN;
      return startedAt - received;
    });
  const longest = Math.max(0, ...took);
  return Number.isNaN(longest) ? Number.POSITIVE_INFINITY : createTime + longest;
}

/** A task that was told something and went on needed no time. */
function inPlace(view: View, alloc: AllocView, target: AllocTarget, effectAt: number | undefined): Return {
  const why = whyUnhealthy(alloc, view.job(alloc.namespace, alloc.job));
  if (why !== undefined) return { missing: `${alloc.name} (${alloc.id.slice(0, 8)}): ${why}` };
  if (effectAt === undefined) return {};
  const starts = Object.entries(alloc.tasks)
    .filter(([name, task]) => task.state === 'running' && (target.task === undefined || name === target.task))
    .flatMap(([, { startedAt }]: [string, TaskView]) => startedAt ?? []);
  return starts.length === 0 ? {} : { ms: Math.max(0, ...starts.map(startedAt => startedAt - effectAt)) };
}

/** The newest allocation that took a target's place: named as its follower, or of the same name and made later. */
function successorOf(view: View, target: AllocTarget, held: AllocView | undefined): AllocView | undefined {
  const all = view.allocsOf(target.namespace, target.job).filter(({ group }) => group === target.group);
  const followers = new Set<string>([target.alloc]);
  const named = new Set(held?.next === undefined ? [] : [held.next]);
  let newest: AllocView | undefined;
  for (const alloc of [...all].sort((a, b) => a.createIndex - b.createIndex)) {
    if (alloc.id === target.alloc) continue;
    const follows = named.has(alloc.id) || (alloc.previous !== undefined && followers.has(alloc.previous));
    const sameName = held !== undefined && alloc.name === held.name && alloc.createIndex > held.createIndex;
    // Each node's instance of a system job bears the same name.
    if (!follows && !(sameName && (alloc.node === held.node || !isSystem(view, target)))) continue;
    followers.add(alloc.id);
    if (alloc.next !== undefined) named.add(alloc.next);
    newest = alloc;
  }
  return newest;
}

function isSystem(view: View, { namespace, job }: AllocTarget): boolean {
  const type = view.job(namespace, job)?.type;
  return type === 'system' || type === 'sysbatch';
}
