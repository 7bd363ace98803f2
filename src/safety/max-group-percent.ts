import { notAsked, pass } from './basis/answer.ts';
import { groupsHarmed, loadsOf } from './basis/load.ts';
import { overLimit } from './basis/over-limit.ts';
import type { Gate } from './gate.ts';

/**
 * Refuses when more of a group would be out of service than the limit allows, counting what is unhealthy already and
 * what other open runs hold. Rounds down: of a small group that may be none, and the refusal then says what raises it.
 */
export const maxGroupPercent: Gate = {
  name: 'max-group-percent',
  stage: 'blast',
  summary: 'No more of a group is out of service at once than the limit max_group_percent allows.',
  ask(context) {
    if (context.chosen === undefined) return notAsked;
    const groups = groupsHarmed(context);
    const loads = loadsOf(context, groups);
    for (const [i, load] of loads.entries()) {
      const refusal = overLimit(context, 'max_group_percent', context.limits.maxGroupPercent, {
        load,
        where: `group ${groups[i]?.group} of job ${groups[i]?.job}`,
      });
      if (refusal !== undefined) return refusal;
    }
    return pass(
      groups.length === 0
        ? 'no allocation is harmed'
        : `within ${context.limits.maxGroupPercent} percent of each group`,
    );
  },
};
