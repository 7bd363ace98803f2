import { formatDuration } from '../base/duration.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { jobsHarmed } from './basis/harm.ts';
import type { Gate } from './gate.ts';

/** Refuses a job that was hit a moment ago; asked again, for the moment passes. */
export const minIntervalPerJob: Gate = {
  name: 'min-interval-per-job',
  stage: 'blast',
  summary: 'Each job was last hit at least the limit min_interval_per_job ago.',
  ask(context) {
    const { lastHits, now, limits, chosen } = context;
    if (chosen === undefined) return notAsked;
    const interval = limits.minIntervalPerJobMs;
    const jobs = jobsHarmed(context, chosen);
    const hits = lastHits(jobs);
    for (const job of jobs) {
      const last = hits.get(job);
      // a clock that was set back makes the last hit lie ahead: then the wait is one interval, not more
      const since = last === undefined ? interval : Math.max(0, now - last);
      if (since >= interval) continue;
      const message = `job ${job} was hit ${formatDuration(since)} ago, and min_interval_per_job asks for ${formatDuration(interval)}: ${formatDuration(interval - since)} to go`;
      return refuse('min_interval_per_job', message, true);
    }
    return pass(`no job hit within ${formatDuration(interval)}`);
  },
};
