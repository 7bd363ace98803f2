/** When things of the cluster began, as its objects tell it for good: the same to whoever looks, and whenever. */

import type { AllocView, JobView, NodeView } from './types.ts';

/**
 * When an allocation had started, each of its main tasks for the first time: its creation by the server's clock, and what
 * the client's clock says of the time from there, so that a client whose clock is wrong is not late. Undefined while a task
 * has not started, or where restarts have pushed its beginning out of the ten events that Nomad keeps.
 */
export function allocStartedAt(alloc: AllocView, job: JobView): number | undefined {
  const tasks = job.groups.find(({ name }) => name === alloc.group)?.tasks.filter(({ hook }) => hook === undefined);
  if (tasks === undefined || tasks.length === 0) return undefined;
  let longest = 0;
  for (const { name } of tasks) {
    const [first, ...later] = alloc.tasks[name]?.events ?? [];
    const started = first?.type === 'Received' ? later.find(({ type }) => type === 'Started') : undefined;
    if (first === undefined || started === undefined) return undefined;
    longest = Math.max(longest, started.time - first.time);
  }
  return alloc.createTime + longest;
}

/** When a node that can take work had joined, by the server's clock; undefined while it can't, or where it is not known. */
export function nodeJoinedAt({ status, eligible, joinedAt }: NodeView): number | undefined {
  return status === 'ready' && eligible ? joinedAt : undefined;
}
