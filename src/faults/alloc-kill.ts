import { z } from 'zod';
import { field, text } from '../base/fields.ts';
import { nearest } from '../base/nearest.ts';
import { misread, type Reading, read, shown } from '../base/reading.ts';
import { newestEventTime, taskOf } from '../cluster/task-life.ts';
import type { TaskEventView } from '../cluster/types.ts';
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

/**
 * `ends`: the effect is the task's end, since without a handler it ends the process, and a task that handles it is asked
 * to end. `tells`: the effect is its delivery.
 */
const signals = {
  SIGKILL: 'ends',
  SIGTERM: 'ends',
  SIGINT: 'ends',
  SIGQUIT: 'ends',
  SIGABRT: 'ends',
  SIGSEGV: 'ends',
  SIGBUS: 'ends',
  SIGFPE: 'ends',
  SIGILL: 'ends',
  SIGTRAP: 'ends',
  SIGSYS: 'ends',
  SIGHUP: 'tells',
  SIGUSR1: 'tells',
  SIGUSR2: 'tells',
  SIGALRM: 'tells',
  SIGPIPE: 'tells',
} as const;

type Signal = keyof typeof signals;

const names = Object.keys(signals) as Signal[];
const allowed = names.join(', ');
const pausing: ReadonlySet<string> = new Set(['SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU']);
/** As Linux numbers them on every machine that Nomad runs on. */
const numbers: Readonly<Record<string, string>> = {
  '1': 'SIGHUP',
  '2': 'SIGINT',
  '3': 'SIGQUIT',
  '6': 'SIGABRT',
  '9': 'SIGKILL',
  '11': 'SIGSEGV',
  '15': 'SIGTERM',
  '19': 'SIGSTOP',
};

function parseSignal(value: unknown): Reading<Signal> {
  const known = names.find(name => name === value);
  if (known !== undefined) return read(known);
  const bare = shown(value).trim().toUpperCase();
  const full = numbers[bare] ?? (bare.startsWith('SIG') ? bare : `SIG${bare}`);
  if (pausing.has(full)) {
    const message = `${full} pauses a task, which Nomad neither shows nor ends: that is the fault process-pause`;
    return { ok: false, misread: { message, found: shown(value), allowed } };
  }
  const near = names.find(name => name === full) ?? nearest(full, names);
  return misread(value, 'a signal that this fault sends', allowed, near);
}

const parameters = z.strictObject({
  signal: field(parseSignal, {
    allowed,
    help: 'The signal; what Nomad does not know it would turn into SIGKILL.',
    json: { enum: names },
    format: String,
  }).default('SIGKILL'),
  task: text({ what: 'the name of a task, or a glob', help: 'The task; without it each main task.' }).optional(),
});

type Parameters = z.infer<typeof parameters>;

function wishOf({ params, view, task }: FaultContext<Parameters>): TaskWish {
  return { view, targetTask: task, task: params.task };
}

/** Sends a signal to running tasks, one named in each call: without a name Nomad signals finished ones too, and fails. */
export const allocKill: Fault<Parameters> = {
  name: 'alloc-kill',
  summary: 'Kills the tasks of an allocation with a signal; Nomad restarts or reschedules them.',
  targetKind: 'allocation',
  reach: 'target',
  lasts: false,
  undoClass: 'by-nomad',
  comesBack: 'restart',
  parameters,
  permissions: lifecyclePermissions,
  byHand: target =>
    target.kind === 'allocation'
      ? `nothing to undo: Nomad starts it again; if it did not, nomad alloc restart -namespace ${target.namespace} ${target.alloc}`
      : 'nothing to undo',

  exclude(candidate, context) {
    const alloc = allocOf(candidate);
    if (alloc === undefined) return 'not an allocation';
    const known = context.view.node(alloc.node)?.signals;
    if (known !== undefined && !known.includes(context.params.signal))
      return `its node ${alloc.nodeName} does not know ${context.params.signal}, and Nomad would kill instead`;
    return whyNoTask(alloc, wishOf(context));
  },

  plan(candidate, context) {
    const alloc = allocOf(candidate);
    if (alloc === undefined) return [];
    const { signal } = context.params;
    const planned: Planned[] = [];
    for (const task of tasksMeant(alloc, wishOf(context))) {
      const state = taskOf(alloc, task);
      if (state === undefined) continue;
      const call = { op: 'alloc-signal', namespace: alloc.namespace, alloc: alloc.id, task, signal } as const;
      const before = { restarts: state.restarts, since: newestEventTime(state) };
      planned.push({ target: allocTarget(alloc, task), call, sending: 'once', before });
    }
    return planned;
  },

  observe({ target, call, before }, view) {
    if (call.op !== 'alloc-signal') return { seen: false, why: 'the call is no signal' };
    const alloc = targetAlloc(target, view);
    const task = alloc && taskOf(alloc, call.task);
    if (alloc === undefined || task === undefined)
      return { seen: false, why: `task ${call.task} can't be seen any more` };
    const since = Number(before['since'] ?? 0);
    const news = task.events.filter(({ time }) => time > since);
    const at = news.findIndex(({ type, details }) => type === 'Signaling' && details?.['signal'] === call.signal);
    const delivered = news[at];
    if (delivered === undefined) return { seen: false, why: `task ${call.task} shows no ${call.signal} yet` };
    if (!ends(call.signal)) {
      const evidence = `task ${call.task} was sent ${call.signal}`;
      return { seen: true, evidence, at: { client: delivered.time, server: alloc.modifyTime } };
    }
    const end = news.slice(at).find(({ type }) => type === 'Terminated');
    if (end === undefined) return { seen: false, why: `task ${call.task} was sent ${call.signal} and did not end yet` };
    const evidence = `task ${call.task} was sent ${call.signal} and ended${endWords(end)}`;
    return { seen: true, evidence, at: { client: end.time, server: alloc.modifyTime } };
  },
};

function ends(signal: string): boolean {
  return names.some(name => name === signal && signals[name] === 'ends');
}

function endWords({ details }: TaskEventView): string {
  const words = [
    details?.['exit_code'] === undefined ? [] : `exit code ${details['exit_code']}`,
    details?.['signal'] === undefined || details['signal'] === '0' ? [] : `signal ${details['signal']}`,
    details?.['oom_killed'] === 'true' ? 'out of memory' : [],
  ].flat();
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}
