import { z } from 'zod';
import { bool, text } from '../base/fields.ts';
import type { AllocView } from '../cluster/types.ts';
import type { Fault, FaultContext, Planned } from './fault.ts';
import { beforeRestart, restartSeen, runningTasks, wholeRestart } from './restarts.ts';
import { allocOf, allocTarget, lifecyclePermissions, type TaskWish, tasksMeant, whyNoTask } from './shared.ts';

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
    if (!namesTasks(context))
      return runningTasks(alloc).length === 0 ? [] : [wholeRestart(alloc, context.params.all_tasks)];
    return tasksMeant(alloc, wishOf(context)).map(task => one(alloc, task));
  },

  observe: restartSeen,
};

function one(alloc: AllocView, task: string): Planned {
  const { namespace, id } = alloc;
  const call = { op: 'alloc-restart', namespace, alloc: id, task, allTasks: false } as const;
  return { target: allocTarget(alloc, task), call, sending: 'once', before: beforeRestart(alloc, [task]) };
}
