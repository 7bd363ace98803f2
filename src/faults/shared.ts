/** What the faults on allocations have in common: rights, targets, and which of an allocation's tasks are meant. */

import { glob } from '../base/glob.ts';
import { groupOf, roleOf } from '../cluster/task-life.ts';
import type { AllocView, View } from '../cluster/types.ts';
import type { Candidate, Permission, TargetRef } from './fault.ts';

/** Signal, restart and stop of an allocation all take `alloc-lifecycle`; seeing what became of it takes `read-job`. */
export const lifecyclePermissions: readonly Permission[] = [
  { scope: 'namespace', capability: 'alloc-lifecycle' },
  { scope: 'namespace', capability: 'read-job' },
];

export type AllocTarget = Extract<TargetRef, { kind: 'allocation' }>;

/** The target that an allocation is, or one task of it. */
export function allocTarget(alloc: AllocView, task?: string): AllocTarget {
  const { namespace, job, group, id, node } = alloc;
  return { kind: 'allocation', namespace, job, group, alloc: id, node, ...(task === undefined ? {} : { task }) };
}

/** The allocation of a candidate; undefined for a node. */
export function allocOf(candidate: Candidate): AllocView | undefined {
  return candidate.kind === 'allocation' ? candidate.alloc : undefined;
}

/** The allocation that an intent hit, as it is now. */
export function targetAlloc(target: TargetRef, view: View): AllocView | undefined {
  return target.kind === 'allocation' ? view.alloc(target.alloc) : undefined;
}

/** Patterns that a task must match: the target's `target_task` and the fault's own `task`. */
export interface TaskWish {
  readonly view: View;
  readonly targetTask: string | undefined;
  readonly task: string | undefined;
}

/** Names, in order, of the tasks meant: those that run and match, or, where nothing is asked, the main ones that run. */
export function tasksMeant(alloc: AllocView, wish: TaskWish): readonly string[] {
  const matches = matcherOf(alloc, wish);
  const meant = Object.keys(alloc.tasks).filter(name => alloc.tasks[name]?.state === 'running' && matches(name));
  return meant.length < 2 ? meant : meant.sort();
}

/** Why no task is meant, in words; undefined when one is. */
export function whyNoTask(alloc: AllocView, wish: TaskWish): string | undefined {
  const matches = matcherOf(alloc, wish);
  // Asked of each candidate, and most have one.
  for (const name in alloc.tasks) if (alloc.tasks[name]?.state === 'running' && matches(name)) return undefined;
  const names = Object.keys(alloc.tasks).sort();
  const states = names.filter(matches).map(name => `${name} is ${alloc.tasks[name]?.state}`);
  const asked = askedOf(wish);
  if (states.length > 0) return `no ${asked === '' ? 'main task' : `task of ${asked}`} runs: ${states.join(', ')}`;
  const has = names.join(', ') || 'none';
  return asked === ''
    ? `no main task is known: its tasks are ${has}`
    : `no task matches ${asked}: its tasks are ${has}`;
}

function askedOf({ targetTask, task }: TaskWish): string {
  return [targetTask === undefined ? [] : `target_task=${targetTask}`, task === undefined ? [] : `task=${task}`]
    .flat()
    .join(' and ');
}

function matcherOf(alloc: AllocView, { view, targetTask, task }: TaskWish): (name: string) => boolean {
  if (targetTask === undefined && task === undefined) {
    const group = groupOf(view, alloc);
    return name => roleOf(name, group) === 'main';
  }
  const globs = [targetTask, task].flatMap(pattern => (pattern === undefined ? [] : glob(pattern)));
  return name => globs.every(matches => matches(name));
}
