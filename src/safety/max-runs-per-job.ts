import { notAsked, pass, refuse } from './basis/answer.ts';
import { jobsHarmed } from './basis/harm.ts';
import { othersOf } from './basis/reservation.ts';
import type { Gate } from './gate.ts';

/** Refuses a job that enough other open runs hold already; asked again, for open runs end. */
export const maxRunsPerJob: Gate = {
  name: 'max-runs-per-job',
  stage: 'blast',
  summary: 'Fewer runs are open on each job than the limit max_runs_per_job allows.',
  ask(context) {
    if (context.chosen === undefined) return notAsked;
    const limit = context.limits.maxRunsPerJob;
    for (const job of jobsHarmed(context, context.chosen)) {
      const holding = othersOf(context).filter(({ jobs }) => jobs.includes(job));
      if (holding.length < limit) continue;
      const runs = holding.length === 0 ? '' : `: ${holding.map(({ run }) => run).join(', ')}`;
      const message = `job ${job} has ${holding.length} other open runs, and max_runs_per_job allows ${limit} in all${runs}`;
      return refuse('max_runs_per_job', message, limit > 0);
    }
    return pass(`at most ${limit} runs on each job`);
  },
};
