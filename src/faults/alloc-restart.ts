import { z } from 'zod';
import { bool, text } from '../base/fields.ts';
import { newestEventTime, taskOf } from '../cluster/task-life.ts';
import type { AllocView } from '../cluster/types.ts';
import type { Fault, FaultContext, Planned } from './fault.ts';
import {
  allocOf,
  allocTarget,
  lifecyclePermissions,
  type TaskWish,
  targetAlloc,
  tasksMeant,
  whyNoTask,
} from './shared.ts';

const parameters = z
  .strictObject({
    task: text({ what: 'the name of a task, or a glob', help: 'The task; without it all that run.' }).optional(),
    all_tasks: bool({ help: 'Run every task again, finished prestart tasks too.' }).default(false),
  })
  .superRefine(({ task, all_tasks: all }, context) => {
    if (task === undefined || !all) return;
    const message = '`task` and `all_tasks` exclude each other: all tasks are restarted, or those named';
    const params = { message, found: `task=${task} and all_tasks=true`, allowed: 'one of the two' };
    context.addIssue({ code: 'custom', path: ['all_tasks'], message, params });
  });

type Parameters = z.infer<typeof parameters>;
type Context = FaultContext<Parameters>;

/** Nomad's words for a restart that somebody asked for; a template or a failed check gives other reasons. */
const askedFor = 'User requested';

function wishOf({ params, view, task }: Context): TaskWish {
  return { view, targetTask: task, task: params.task };
}

/** Whether particular tasks are meant: then each is named in a call of its own. */
function namesTasks({ params, task }: Context): boolean {
  return params.task !== undefined || task !== undefined;
}

/** Restarts tasks in place, as `nomad alloc restart` does: no attempt of the restart block is used, no delay waited. */
export const allocRestart: Fault<Parameters> = {
  name: 'alloc-restart',
  summary: 'Restarts the tasks of an allocation in place.',
  targetKind: 'allocation',
  reach: 'target',
  lasts: false,
  undoClass: 'none',
  parameters,
  permissions: lifecyclePermissions,
  byHand: target =>
    target.kind === 'allocation'
      ? `nothing to undo: Nomad starts it again; nomad alloc status -namespace ${target.namespace} ${target.alloc} shows it`
      : 'nothing to undo',

  exclude(candidate, context) {
    const alloc = allocOf(candidate);
    if (alloc === undefined) return 'not an allocation';
    if (context.params.all_tasks && context.task !== undefined)
      return `all_tasks=true restarts every task, and target_task=${context.task} names some: leave one of them out`;
    if (namesTasks(context)) return whyNoTask(alloc, wishOf(context));
    return runningTasks(alloc).length === 0 ? 'none of its tasks runs' : undefined;
  },

  plan(candidate, context) {
    const alloc = allocOf(candidate);
    if (alloc === undefined) return [];
    if (!namesTasks(context)) return runningTasks(alloc).length === 0 ? [] : [whole(alloc, context.params.all_tasks)];
    return tasksMeant(alloc, wishOf(context)).map(task => one(alloc, task));
  },

  observe({ target, call, before }, view) {
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
  },
};

function isAskedFor({ type, details }: AllocView['tasks'][string]['events'][number]): boolean {
  return type === 'Restart Signaled' && (details?.['restart_reason'] ?? askedFor).startsWith(askedFor);
}

function runningTasks({ tasks }: AllocView): readonly string[] {
  return Object.keys(tasks).filter(name => tasks[name]?.state === 'running');
}

function one(alloc: AllocView, task: string): Planned {
  const { namespace, id } = alloc;
  const call = { op: 'alloc-restart', namespace, alloc: id, task, allTasks: false } as const;
  return { target: allocTarget(alloc, task), call, sending: 'once', before: beforeOf(alloc, [task]) };
}

function whole(alloc: AllocView, allTasks: boolean): Planned {
  const { namespace, id } = alloc;
  const call = { op: 'alloc-restart', namespace, alloc: id, allTasks } as const;
  return { target: allocTarget(alloc), call, sending: 'once', before: beforeOf(alloc, Object.keys(alloc.tasks)) };
}

/** One client tells all of an allocation's events: one instant is enough for all of its tasks. */
function beforeOf(alloc: AllocView, names: readonly string[]): Planned['before'] {
  const states = names.flatMap(name => taskOf(alloc, name) ?? []);
  return {
    restarts: states.reduce((sum, { restarts }) => sum + restarts, 0),
    since: Math.max(0, ...states.map(newestEventTime)),
  };
}
