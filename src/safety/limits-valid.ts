import { pass, refuse } from './basis/answer.ts';
import type { Gate } from './gate.ts';

/** Refuses while the limits Variable can't be used: harm without limits is not an answer to a slip of the pen. */
export const limitsValid: Gate = {
  name: 'limits-valid',
  stage: 'admission',
  summary: 'The limits Variable is valid, or absent.',
  ask({ limitsProblem, limits }) {
    if (limitsProblem !== undefined) return refuse('limits_invalid', `the limits can't be used: ${limitsProblem}`);
    const keys = Object.keys(limits.items);
    return pass(keys.length === 0 ? 'the default limits hold' : `limits set: ${keys.join(', ')}`);
  },
};
