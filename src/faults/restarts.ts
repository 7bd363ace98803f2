/** Restarts through Nomad's API: the call for a whole allocation, and what shows that a restart was asked for. */

import { newestEventTime, taskOf } from '../cluster/task-life.ts';
import type { AllocView, TaskEventView, View } from '../cluster/types.ts';
import type { Injected, Observation, Planned } from './fault.ts';
import { allocTarget, targetAlloc } from './shared.ts';

/** Nomad's words for a restart that somebody asked for; a template or a failed check gives other reasons. */
const askedFor = 'User requested';

/** Names of an allocation's tasks that run. */
export function runningTasks({ tasks }: AllocView): readonly string[] {
  return Object.keys(tasks).filter(name => tasks[name]?.state === 'running');
}

/** The restart of an allocation, without its finished prestart tasks unless all are asked for. */
export function wholeRestart(alloc: AllocView, allTasks: boolean): Planned {
  const { namespace, id } = alloc;
  const call = { op: 'alloc-restart', namespace, alloc: id, allTasks } as const;
  return { target: allocTarget(alloc), call, sending: 'once', before: beforeRestart(alloc, Object.keys(alloc.tasks)) };
}

/** One client tells all of an allocation's events: one instant is enough for all of its tasks. */
export function beforeRestart(alloc: AllocView, names: readonly string[]): Planned['before'] {
  const states = names.flatMap(name => taskOf(alloc, name) ?? []);
  return {
    restarts: states.reduce((sum, { restarts }) => sum + restarts, 0),
    since: Math.max(0, ...states.map(newestEventTime)),
  };
}

/** Whether tasks show, since the call was planned, that they were told to restart. */
export function restartSeen({ target, call, before }: Injected, view: View): Observation {
  if (call.op !== 'alloc-restart') return { seen: false, why: 'the call is no restart' };
  const alloc = targetAlloc(target, view);
  if (alloc === undefined) return { seen: false, why: "the allocation can't be seen any more: that is no proof" };
  const since = Number(before['since'] ?? 0);
  const restarts = Object.entries(alloc.tasks)
    .filter(([name]) => call.task === undefined || name === call.task)
    .flatMap(([name, { events }]) => events.filter(isAskedFor).map(({ time }) => ({ name, time })))
    .filter(({ time }) => time > since);
  if (restarts.length === 0) return { seen: false, why: 'no task shows that it was told to restart yet' };
  const tasks = [...new Set(restarts.map(({ name }) => name))].sort().join(', ');
  const client = Math.min(...restarts.map(({ time }) => time));
  return { seen: true, evidence: `told to restart: ${tasks}`, at: { client, server: alloc.modifyTime } };
}

function isAskedFor({ type, details }: TaskEventView): boolean {
  return type === 'Restart Signaled' && (details?.['restart_reason'] ?? askedFor).startsWith(askedFor);
}
