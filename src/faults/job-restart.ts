import { z } from 'zod';
import { int } from '../base/fields.ts';
import type { AllocView, View } from '../cluster/types.ts';
import type { Candidate, Fault } from './fault.ts';
import { whyNoService } from './on-job.ts';
import { restartSeen, runningTasks, wholeRestart } from './restarts.ts';
import { lifecyclePermissions } from './shared.ts';

const parameters = z.strictObject({
  batch_size: int({
    min: 1,
    max: 1000,
    help: 'How many at once; the next ones once these are healthy again.',
  }).default(1),
});

/** Restarts every allocation of a group in place, some at a time, as `nomad job restart` does. */
export const jobRestart: Fault<z.infer<typeof parameters>> = {
  name: 'job-restart',
  summary: 'Restarts the allocations of a group in place, batch by batch.',
  targetKind: 'group',
  reach: 'target',
  lasts: false,
  undoClass: 'none',
  parameters,
  permissions: lifecyclePermissions,
  byHand: target =>
    'job' in target
      ? `nothing to undo: Nomad starts them again; nomad job status -namespace ${target.namespace} ${target.job} shows it`
      : 'nothing to undo',

  exclude(candidate, { view }) {
    if (candidate.kind !== 'group') return 'not a group';
    return (
      whyNoService(candidate.job) ?? (running(candidate, view).length === 0 ? 'none of its tasks runs' : undefined)
    );
  },

  plan(candidate, { params, view }) {
    return running(candidate, view).map((alloc, n) => {
      const wave = Math.floor(n / params.batch_size);
      return { ...wholeRestart(alloc, false), ...(wave === 0 ? {} : { wave }) };
    });
  },

  /** No more than one batch at a time. */
  harms(candidate, { params, view }) {
    return candidate.kind === 'allocation' ? [candidate.alloc] : running(candidate, view).slice(0, params.batch_size);
  },

  observe: restartSeen,
};

/** The allocations of a group that run, in order of their names. */
function running(candidate: Candidate, view: View): readonly AllocView[] {
  if (candidate.kind !== 'group') return [];
  const { job, group } = candidate;
  return view
    .allocsOf(job.namespace, job.id)
    .filter(each => each.group === group.name && each.desired === 'run' && runningTasks(each).length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
