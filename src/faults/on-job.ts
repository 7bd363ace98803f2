/** What the faults on jobs, groups and deployments have in common: what is known of the job, and since when. */

import type { JobView, View } from '../cluster/types.ts';
import type { Injected, Json, TargetRef, UndoDecision } from './fault.ts';

export type Facts = { readonly [key: string]: Json };

/** Why a fault on running services leaves a job alone, if so. */
export function whyNoService(job: JobView): string | undefined {
  if (job.stop) return 'the job is stopped';
  if (job.isTemplate) return 'the job is started by a dispatch or by time, and does not run by itself';
  return job.type === 'service' ? undefined : `it is a ${job.type} job, which ends by itself`;
}

/** The job that a target is or belongs to, as the view shows it. */
export function jobOfTarget(target: TargetRef, view: View): JobView | undefined {
  return 'job' in target ? view.job(target.namespace, target.job) : undefined;
}

/** Whether what is known of an object is older than what we did to it. */
export function isOlder({ modifyIndex }: { readonly modifyIndex: number }, intent: Injected): boolean {
  return modifyIndex < Math.max(intent.answeredIndex ?? 0, intent.undoneIndex ?? 0);
}

/** What undoing can't go by: the job can't be seen, or it is gone, or another took its name. */
export function whyNoJob(intent: Injected, view: View): UndoDecision | undefined {
  const { target, answeredIndex } = intent;
  const job = jobOfTarget(target, view);
  if (job === undefined) {
    return 'job' in target && view.isGone(target.namespace, target.job)
      ? { kind: 'superseded', after: {}, why: 'the job is gone: somebody purged it meanwhile' }
      : { kind: 'unreachable', why: "the job can't be seen" };
  }
  if (answeredIndex === undefined || job.createIndex <= answeredIndex) return undefined;
  const after = { create_index: job.createIndex };
  return { kind: 'superseded', after, why: 'somebody purged the job meanwhile, and registered it anew' };
}

/**
 * What an object that is as it was before means: undone, where a call of ours did that, or where ours was never answered
 * and may have done nothing; else somebody else put it back.
 */
export function asBefore({ answeredIndex, undoneIndex }: Injected, after: Facts, at?: number): UndoDecision {
  if (undoneIndex !== undefined || answeredIndex === undefined)
    return { kind: 'undone', after, ...(at === undefined ? {} : { at }) };
  return { kind: 'superseded', after, why: 'it is as it was before, and no answered call of ours did that' };
}

/**
 * Whether an object that our calls change by its index only was changed after our own undo was answered: then none of
 * ours, however late, can have done it.
 */
export function isChangedAfterUndo({ undoneIndex = 0 }: Injected, modifyIndex: number): boolean {
  return undoneIndex > 0 && modifyIndex > undoneIndex;
}
