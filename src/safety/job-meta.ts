import { shown } from '../base/reading.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { jobKey, jobsTouched } from './basis/harm.ts';
import type { Gate } from './gate.ts';

const offWords: readonly string[] = ['off', 'false', 'no'];
const onWords: readonly string[] = ['on', 'true', 'yes'];

/**
 * Drops what would touch a job whose meta `chaos` is off, false or no; with the limit opt_in, whatever touches a job
 * whose meta is not on, true or yes. Another word in that meta excludes too: it was meant to say something.
 */
export const jobMeta: Gate = {
  name: 'job-meta',
  stage: 'candidate',
  summary: 'The job does not opt out by its meta `chaos`; with opt_in it opts in.',
  ask(context, candidate) {
    if (candidate === undefined) return notAsked;
    const { view, limits } = context;
    for (const ref of jobsTouched(context, candidate)) {
      const job = view.job(ref.namespace, ref.job);
      if (job === undefined) return refuse('job_meta', `job ${jobKey(ref)} is not known, so neither is its meta`);
      const word = Object.hasOwn(job.meta, 'chaos') ? job.meta['chaos'] : undefined;
      const why = objection(word, limits.optIn);
      if (why !== undefined) return refuse('job_meta', `job ${ref.job} ${why}`);
    }
    return pass(limits.optIn ? 'opted in by meta chaos' : 'not opted out by meta chaos');
  },
};

function objection(written: string | undefined, optIn: boolean): string | undefined {
  if (written === undefined)
    return optIn ? 'has no meta chaos, and the limit opt_in asks for chaos = on, true or yes' : undefined;
  const word = written.trim().toLowerCase();
  if (offWords.includes(word)) return `has meta chaos = ${shown(written)}`;
  if (onWords.includes(word)) return undefined;
  return `has meta chaos = ${shown(written) || '""'}, which is none of on, true, yes, off, false, no`;
}
