/** Whether and when a failed allocation is placed again: the group's reschedule block and what is left of it. */

import type { RescheduleEvent, ReschedulePolicy } from '../../nomad/types.ts';
import type { AllocRecord, DeploymentRecord } from './types.ts';

/** Sooner than this, in milliseconds, counts as now. */
const windowMs = 1000;

export type Verdict =
  | { readonly kind: 'never' }
  | { readonly kind: 'now' }
  | { readonly kind: 'later'; readonly at: number };

type Event = RescheduleEvent & { readonly Delay?: number };

const eventsOf = (record: AllocRecord): readonly Event[] => record.RescheduleTracker?.Events ?? [];

/** When the allocation's last task ended, in wall milliseconds. */
function finishedAt(record: AllocRecord): number {
  let last = 0;
  for (const task of Object.values(record.TaskStates ?? {})) {
    if (task.FinishedAt !== null) last = Math.max(last, Date.parse(task.FinishedAt));
  }
  return last === 0 ? record.ModifyTime / 1e6 : last;
}

function fibonacci(policy: ReschedulePolicy, past: readonly Event[]): number {
  const [one, two] = [past.at(-1)?.Delay ?? 0, past.at(-2)?.Delay ?? 0];
  return past.length < 2 ? policy.Delay : one + two;
}

/** Nanoseconds to wait before the next attempt. */
function nextDelay(policy: ReschedulePolicy, record: AllocRecord): number {
  const past = eventsOf(record);
  const last = past.at(-1);
  if (policy.DelayFunction === 'constant' || last === undefined) return policy.Delay;
  const delay = policy.DelayFunction === 'fibonacci' ? fibonacci(policy, past) : (last.Delay ?? policy.Delay) * 2;
  const max = policy.MaxDelay ?? 0;
  if (max === 0 || delay <= max) return delay;
  // A run that outlived the longest delay begins the series anew.
  return finishedAt(record) * 1e6 - last.RescheduleTime > max ? policy.Delay : max;
}

/** Whether the policy still allows an attempt. */
export function isReschedulable(policy: ReschedulePolicy | null, record: AllocRecord, now: number): boolean {
  if (policy === null) return false;
  if (policy.Unlimited) return true;
  if (policy.Attempts === 0) return false;
  const since = now * 1e6 - policy.Interval;
  return eventsOf(record).filter(event => event.RescheduleTime >= since).length < policy.Attempts;
}

/** What is to be done with a failed allocation by the evaluation `evalId`. */
export function judgeFailed(
  policy: ReschedulePolicy | null,
  record: AllocRecord,
  context: { now: number; evalId: string; deployment: DeploymentRecord | undefined },
): Verdict {
  if (policy === null || !isReschedulable(policy, record, context.now)) return { kind: 'never' };
  const { deployment } = context;
  const deploying =
    deployment !== undefined && deployment.ID === record.DeploymentID && deployment.Status === 'running';
  const asked = (record.DesiredTransition as { Reschedule?: boolean | null } | undefined)?.Reschedule === true;
  if (deploying && !asked) return { kind: 'never' };
  if (record.FollowupEvalID === context.evalId) return { kind: 'now' };
  const at = finishedAt(record) + nextDelay(policy, record) / 1e6;
  return at - context.now <= windowMs ? { kind: 'now' } : { kind: 'later', at };
}

/** The history that the next allocation carries. */
export function nextTracker(
  policy: ReschedulePolicy,
  record: AllocRecord,
  now: number,
): { readonly Events: readonly Event[]; readonly LastReschedule: 'ok' } {
  const kept = policy.Unlimited
    ? eventsOf(record).slice(-4)
    : eventsOf(record).filter(event => event.RescheduleTime >= now * 1e6 - policy.Interval);
  const event: Event = {
    RescheduleTime: Math.round(now * 1e6),
    PrevAllocID: record.ID,
    PrevNodeID: record.NodeID,
    Delay: nextDelay(policy, record),
  };
  return { Events: [...kept, event], LastReschedule: 'ok' };
}
