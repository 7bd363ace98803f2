import { notAsked, pass, refuse } from './basis/answer.ts';
import { othersOf } from './basis/reservation.ts';
import type { Gate } from './gate.ts';

/** Refuses a fault that tolerates no other beside it while any run is open, and any run while such a one is. */
export const alone: Gate = {
  name: 'alone',
  stage: 'blast',
  summary: 'No run is open beside one whose fault would hinder its undo.',
  ask(context) {
    if (context.chosen === undefined) return notAsked;
    const others = othersOf(context);
    const first = context.fault.alone === true ? others[0] : others.find(other => other.alone === true);
    if (first === undefined) return pass(others.length === 0 ? 'no other run is open' : 'none of them has to be alone');
    const who = context.fault.alone === true ? context.fault.name : first.fault;
    return refuse('alone', `${who} must be alone, and run ${first.run} is open beside it`, true);
  },
};
