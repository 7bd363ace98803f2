/** Whether Nomad places another allocation for one that failed or was stopped. */

import { formatDuration } from '../../base/duration.ts';
import type { AllocView, GroupView, JobView, View } from '../../cluster/types.ts';
import type { Return } from './restarts.ts';

/** What the reschedule block gives an allocation that fails now. Systems jobs have none. */
export function rescheduleOf(job: JobView, group: GroupView, alloc: AllocView, now: number): Return {
  if (job.type === 'system' || job.type === 'sysbatch')
    return { returns: false, words: `a ${job.type} job is not rescheduled` };
  const policy = group.reschedule;
  if (policy === undefined) return { returns: false, words: `group ${group.name} has no reschedule block` };
  if (policy.Unlimited) return { returns: true, words: `group ${group.name} is rescheduled without limit` };
  if (policy.Attempts <= 0)
    return { returns: false, words: `the reschedule block of group ${group.name} allows none (attempts = 0)` };
  const interval = policy.Interval / 1e6;
  const since = now - interval;
  const used = alloc.reschedules.filter(({ RescheduleTime }) => RescheduleTime / 1e6 > since).length;
  const tally = `${used} of ${policy.Attempts} attempts used in ${formatDuration(interval)}`;
  return used < policy.Attempts
    ? { returns: true, words: `group ${group.name} is rescheduled (${tally})` }
    : { returns: false, words: `the reschedule block of group ${group.name} is used up (${tally})` };
}

/**
 * What becomes of an allocation that is stopped through the API: of a service or batch job the scheduler replaces it in
 * the same evaluation, whatever the reschedule block says; of a system job it only stops it, and places it anew at the
 * job's next evaluation, which nothing brings about; of a sysbatch job never.
 */
export function replacementOf(job: JobView): Return {
  switch (job.type) {
    case 'service':
    case 'batch':
      return { returns: true, words: 'the scheduler replaces a stopped allocation' };
    case 'system':
      return {
        returns: false,
        words: 'a stopped allocation of a system job is not replaced until its next evaluation',
      };
    case 'sysbatch':
      return { returns: false, words: 'a stopped allocation of a sysbatch job is not replaced' };
  }
}

/** Whether any node known could take a new allocation. Where nodes can't be seen nothing is known against it. */
export function hasRoom(view: View): boolean {
  const nodes = view.nodes();
  return nodes.length === 0 || nodes.some(node => node.status === 'ready' && node.eligible && !node.draining);
}
