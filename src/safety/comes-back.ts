import type { AllocView, GroupView, JobView } from '../cluster/types.ts';
import type { FaultCall } from '../lifecycle/effects.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { hasRoom, replacementOf, rescheduleOf } from './basis/reschedules.ts';
import { type Return, restartOf } from './basis/restarts.ts';
import { callsFor } from './basis/step.ts';
import type { Gate, GateContext } from './gate.ts';

/**
 * Drops an allocation that Nomad would not bring back after the fault: it reads the restart block of each task that
 * would be killed, then the reschedule block, and what is left of their attempts. Only faults that say so are asked.
 */
export const comesBack: Gate = {
  name: 'comes-back',
  stage: 'candidate',
  summary: 'Nomad brings the target back: by restart, reschedule or replacement.',
  ask(context, candidate) {
    if (candidate === undefined) return notAsked;
    const means = context.fault.comesBack;
    if (means === undefined) return pass(`${context.fault.name} does not end its target`);
    if (candidate.kind !== 'allocation') return pass('only allocations are asked about');
    const { alloc } = candidate;
    const job = context.view.job(alloc.namespace, alloc.job);
    const group = job?.groups.find(({ name }) => name === alloc.group);
    if (job === undefined || group === undefined)
      return refuse('comes_back', `group ${alloc.group} of job ${alloc.job} is not known, so neither are its blocks`);
    if (job.stop) return refuse('comes_back', `job ${job.id} is stopped`);
    const answer =
      means === 'reschedule'
        ? replaced(context, job)
        : afterKill(context, job, group, alloc, callsFor(context, candidate));
    return answer.returns ? pass(answer.words) : refuse('comes_back', `it would not come back: ${answer.words}`);
  },
};

function replaced({ view }: GateContext, job: JobView): Return {
  const answer = replacementOf(job);
  return answer.returns && !hasRoom(view) ? { returns: false, words: noRoom } : answer;
}

const noRoom = 'no node is ready and eligible to take a new allocation';

/** Every killed task must restart in place; else the allocation fails as a whole and must be rescheduled. */
function afterKill(
  context: GateContext,
  job: JobView,
  group: GroupView,
  alloc: AllocView,
  calls: readonly FaultCall[],
): Return {
  const killed = killedTasks(alloc, calls);
  const done = isBatch(job) ? killed.find(({ signal }) => signal !== 'SIGKILL') : undefined;
  if (done !== undefined)
    return {
      returns: false,
      words: `task ${done.task} of a ${job.type} job may answer ${done.signal} by exiting with 0, and then counts as done; SIGKILL fails it`,
    };
  if (killed.length === 0) return { returns: true, words: 'no task of it runs' };
  let together: string | undefined;
  let failing: Return | undefined;
  for (const { task } of killed) {
    const answer = restartIn(task, group, alloc, context.now);
    if (!answer.returns) failing ??= answer;
    together = together === undefined ? answer.words : `${together}; ${answer.words}`;
  }
  if (failing === undefined) return { returns: true, words: together ?? '' };
  const rescheduled = rescheduleOf(job, group, alloc, context.now);
  const words = `${failing.words}; ${rescheduled.words}`;
  if (rescheduled.returns && !hasRoom(context.view)) return { returns: false, words: `${words}, but ${noRoom}` };
  return { returns: rescheduled.returns, words };
}

interface Killed {
  readonly task: string;
  readonly signal: string;
}

/** The tasks that the calls signal; where they name none, all that run. */
function killedTasks(alloc: AllocView, calls: readonly FaultCall[]): readonly Killed[] {
  const named = calls.filter(call => call.op === 'alloc-signal');
  if (named.length > 0) return named;
  const running = Object.entries(alloc.tasks).filter(([, { state }]) => state === 'running');
  return running.map(([task]) => ({ task, signal: 'SIGKILL' }));
}

/** A task of a batch job that exits with 0 has done its work and is not run again. */
function isBatch({ type }: JobView): boolean {
  return type === 'batch' || type === 'sysbatch';
}

function restartIn(name: string, group: GroupView, alloc: AllocView, now: number): Return {
  const definition = group.tasks.find(task => task.name === name);
  const task = alloc.tasks[name];
  if (definition === undefined || task === undefined)
    return { returns: false, words: `task ${name} is not one of group ${group.name}` };
  return restartOf(name, task, definition.restart ?? group.restart, now);
}
