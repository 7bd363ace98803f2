import { pass, refuse } from './basis/answer.ts';
import type { Gate } from './gate.ts';

/**
 * Refuses while a halt is in force in home or in the run's namespace; the absence of both must have been read. A halt
 * ends a run at once, for only people lift it; one that could not be read just now is asked for again.
 */
export const halt: Gate = {
  name: 'halt',
  stage: 'admission',
  summary: 'No halt is in force, and that was read.',
  ask({ namespace, home, halts, haltsUnread }) {
    const inForce = halts.find(found => found.namespace === home || found.namespace === namespace);
    if (inForce !== undefined) {
      const where = inForce.namespace === home ? `all namespaces (by ${home})` : `namespace ${inForce.namespace}`;
      return refuse('halted', `halted in ${where}: ${inForce.reason === '' ? 'no reason given' : inForce.reason}`);
    }
    if (haltsUnread.length > 0)
      return refuse('halt_unread', `could not read whether a halt is in force: ${haltsUnread.join('; ')}`, true);
    return pass('no halt is in force');
  },
};
