import type { Candidate } from '../faults/fault.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import { jobKey } from './basis/harm.ts';
import { othersOf } from './basis/reservation.ts';
import type { Gate } from './gate.ts';

/**
 * Refuses a fault with an undo on what another open run has to put back: each would take the other's doing for what was
 * before. Asked again, for open runs end.
 */
export const oneAtATime: Gate = {
  name: 'one-at-a-time',
  stage: 'blast',
  summary: 'No other open run has to put back the same job, node or region.',
  ask(context) {
    const { chosen, fault } = context;
    if (chosen === undefined) return notAsked;
    if (fault.undoClass !== 'inverse') return pass(`${fault.name} has nothing to put back`);
    for (const held of othersOf(context)) {
      const resource = chosen.map(resourceOf).find(each => each !== undefined && held.holds?.includes(each));
      if (resource !== undefined)
        return refuse('one_at_a_time', `${resource} is to be put back by run ${held.run} first`, true);
    }
    return pass('no other run has to put back the same');
  },
};

/** What a fault with an undo changes, in the words of reservations. */
function resourceOf(candidate: Candidate): string | undefined {
  switch (candidate.kind) {
    case 'node':
      return `node ${candidate.node.id}`;
    case 'group':
    case 'job':
    case 'deployment':
      return `job ${jobKey({ namespace: candidate.job.namespace, job: candidate.job.id })}`;
    case 'region':
      return `region ${candidate.region.name}`;
    case 'allocation':
    case 'service':
      return undefined;
  }
}
