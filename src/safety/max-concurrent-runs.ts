import { pass, refuse } from './basis/answer.ts';
import { othersOf } from './basis/reservation.ts';
import type { Gate } from './gate.ts';

/** Refuses one run too many at once, in all namespaces together; asked again, for open runs end. */
export const maxConcurrentRuns: Gate = {
  name: 'max-concurrent-runs',
  stage: 'blast',
  summary: 'Fewer runs are open than the limit max_concurrent_runs allows.',
  ask(context) {
    const open = new Set(othersOf(context).map(({ run }) => run)).size;
    const limit = context.limits.maxConcurrentRuns;
    if (open < limit) return pass(`${open} other runs open, of at most ${limit} runs`);
    const message = `${open} other runs are open, and max_concurrent_runs allows ${limit} in all`;
    return refuse('max_concurrent_runs', message, limit > 0);
  },
};
