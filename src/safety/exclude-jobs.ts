import { glob } from '../base/glob.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { type JobRef, jobKey, jobsTouched } from './basis/harm.ts';
import type { Gate } from './gate.ts';

/**
 * Drops what would touch a job that the limit exclude_jobs names, by `<job>` or `<namespace>/<job>`. To name a
 * periodic or parameterized job is to name its children.
 */
export const excludeJobs: Gate = {
  name: 'exclude-jobs',
  stage: 'candidate',
  summary: 'The limit exclude_jobs does not name the job.',
  ask(context, candidate) {
    if (candidate === undefined) return notAsked;
    const touched = context.limits.excludeJobs.length === 0 ? [] : jobsTouched(context, candidate);
    for (const pattern of context.limits.excludeJobs) {
      const matches = glob(pattern);
      const hit = touched.find(job => namesOf(job).some(matches));
      if (hit !== undefined)
        return refuse('exclude_jobs', `job ${hit.job} is excluded by the limit exclude_jobs (${pattern})`);
    }
    return pass('not named by exclude_jobs');
  },
};

function namesOf(ref: JobRef): readonly string[] {
  const parent = ref.job.replace(/\/(?:periodic|dispatch)-[^/]*$/, '');
  return [...new Set([ref.job, parent])].flatMap(job => [job, jobKey({ namespace: ref.namespace, job })]);
}
