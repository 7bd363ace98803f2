/** What a task's state and events say of its life. Events are read in their order: no clock decides. */

import type { AllocView, GroupView, TaskEventView, TaskView, View } from './types.ts';

const endings: ReadonlySet<string> = new Set([
  'Killed',
  'Killing',
  'Not Restarting',
  'Restart Signaled',
  'Restarting',
  'Terminated',
]);

/**
 * The event that ends the present life of a task, if one does. A task may still be called `running` then: its end and
 * the state that follows from it are told one after the other.
 */
export function endingOf({ events }: TaskView): TaskEventView | undefined {
  const last = events.findLast(({ type }) => type === 'Started' || endings.has(type));
  return last?.type === 'Started' ? undefined : last;
}

/** One task of an allocation; names are the users' own, and one may be called `constructor`. */
export function taskOf({ tasks }: AllocView, name: string): TaskView | undefined {
  return Object.hasOwn(tasks, name) ? tasks[name] : undefined;
}

/** The time of a task's newest event (the client's clock); 0: none is known. */
export function newestEventTime({ events }: TaskView): number {
  let newest = 0;
  for (const { time } of events) if (time > newest) newest = time;
  return newest;
}

/** The group of an allocation as its job defines it now. */
export function groupOf(view: View, alloc: AllocView): GroupView | undefined {
  return view.job(alloc.namespace, alloc.job)?.groups.find(({ name }) => name === alloc.group);
}

export type TaskRole = 'main' | 'sidecar' | 'once';

/** What a task is there for; a name that the group does not know (of an older version) is taken for a main task. */
export function roleOf(name: string, group: GroupView | undefined): TaskRole {
  const definition = group?.tasks.find(task => task.name === name);
  if (definition?.hook === undefined) return 'main';
  return definition.sidecar ? 'sidecar' : 'once';
}
