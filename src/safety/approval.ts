import { glob } from '../base/glob.ts';
import { notAsked, pass, refuse } from './basis/answer.ts';
import type { Gate } from './gate.ts';

/** Holds a run with a fault of the limit require_approval until somebody allows it what it has chosen. */
export const approval: Gate = {
  name: 'approval',
  stage: 'blast',
  summary: 'Somebody approved the run with these targets, where the limit require_approval asks for that.',
  ask({ limits, fault, chosen, approval: state = 'none', run }) {
    if (chosen === undefined) return notAsked;
    const asking = limits.requireApproval.find(pattern => glob(pattern)(fault.name));
    if (asking === undefined) return pass(`${fault.name} needs no approval`);
    if (state === 'given') return pass('it was approved, with these targets');
    const before = state === 'void' ? 'its approval was for other targets: ' : '';
    const words = `${before}${fault.name} needs an approval (require_approval ${asking}): sirocco approve ${run}`;
    return refuse('approval', words, true);
  },
};
