/**
 * Whether what was harmed is whole again, and how long that took. Each measure is taken on one clock: a task that
 * started again in its place by its client's, an allocation that was replaced by the server's. Never one less the other.
 */

import type { TargetRef } from '../faults/fault.ts';
import { groupsHit } from './groups-hit.ts';
import { groupHealth, whyUnhealthy } from './health.ts';
import type { AllocView, TaskView, View } from './types.ts';

/** What is known of a target that is healthy again. `ms`: from the effect; absent where no clock tells both ends. */
export interface Back {
  readonly ms?: number;
}

/** An intent, as far as recovery asks: its target, and when its effect was seen to be, by each clock that told. */
export interface Harmed {
  readonly target: TargetRef;
  /** Intents of a later stage were done later; default 0. */
  readonly stage?: number;
  readonly effect?: { readonly client?: number; readonly server?: number };
  /** When its undo took effect, by the server's clock, where something told. */
  readonly undoneAt?: number;
  /** What undoes it, where it lasts. */
  readonly undo?: unknown;
  /** Noted when its stage was over: what happened later is no part of it. */
  readonly recovered?: Back;
}

export interface Recovery {
  readonly recovered: boolean;
  /** From the effect to the last target healthy; absent while not recovered, or where no clock tells both ends. */
  readonly recoveryMs?: number;
  /** Of each intent, in their order, as far as clocks tell; absent while not recovered. */
  readonly times?: readonly (number | undefined)[];
  /** What is still missing, in words. */
  readonly missing: readonly string[];
}

type AllocTarget = Extract<TargetRef, { kind: 'allocation' }>;

/**
 * The state of recovery as the view shows it now. A node is whole when its undo is: only jobs are asked here. `among`: all
 * intents of the run, where only some are asked about.
 */
export function recovery(view: View, intents: readonly Harmed[], among: readonly Harmed[] = intents): Recovery {
  const missing = [...missingGroups(view, intents)];
  const times = intents.map(intent => {
    const back = intent.recovered ?? (isHeldLater(view, intent, among) ? {} : returnOf(view, intent));
    if (!('missing' in back)) return back.ms;
    missing.push(back.missing);
    return undefined;
  });
  if (missing.length > 0) return { recovered: false, missing };
  const known = times.filter(each => each !== undefined);
  return { recovered: true, ...(known.length === 0 ? {} : { recoveryMs: Math.max(...known) }), times, missing };
}

/** How long an allocation took that is healthy again itself, whatever its group lacks; undefined where nothing tells. */
export function timeBack(view: View, intent: Harmed, among: readonly Harmed[] = []): number | undefined {
  if (intent.target.kind !== 'allocation' || isHeldLater(view, intent, among)) return undefined;
  const back = returnOf(view, intent);
  return 'missing' in back ? undefined : back.ms;
}

/**
 * Whether a later stage held down what this one hit before it was seen to be whole: from then on it could not recover,
 * and is measured with that stage.
 */
function isHeldLater(view: View, { target, stage = 0 }: Harmed, among: readonly Harmed[]): boolean {
  const groups = new Set(groupsHit(view, target).map(group => group.join('/')));
  return among.some(other => {
    if ((other.stage ?? 0) <= stage || other.undo === undefined || other.effect === undefined) return false;
    // Where a node or the scheduler is held, nothing may be placed.
    if (other.target.kind === 'node' || other.target.kind === 'region') return groups.size > 0;
    return groupsHit(view, other.target).some(group => groups.has(group.join('/')));
  });
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

type Return = Back | { readonly missing: string };

function returnOf(view: View, { target, effect, undoneAt }: Harmed): Return {
  if (target.kind === 'allocation') return effect === undefined ? {} : allocReturn(view, target, effect);
  return undoneAt === undefined ? {} : { ms: sinceUndo(view, target, undoneAt) };
}

function allocReturn(view: View, target: AllocTarget, effect: NonNullable<Harmed['effect']>): Return {
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
