import { formatDuration } from '../base/duration.ts';
import { pass, refuse } from './basis/answer.ts';
import { stepOf } from './basis/step.ts';
import type { Gate } from './gate.ts';

/** Refuses a fault that would stay longer than the limits allow. */
export const maxDuration: Gate = {
  name: 'max-duration',
  stage: 'admission',
  summary: 'The fault lasts no longer than the limit max_duration.',
  ask(context) {
    const step = stepOf(context);
    if (step === undefined) return refuse('max_duration', `the experiment has no step ${context.fault.name}`);
    const limit = context.limits.maxDurationMs;
    if (step.durationMs <= limit)
      return pass(
        step.durationMs === 0
          ? `${step.fault} does not last`
          : `${formatDuration(step.durationMs)} of at most ${formatDuration(limit)}`,
      );
    return refuse(
      'max_duration',
      `duration is ${formatDuration(step.durationMs)}, and max_duration allows ${formatDuration(limit)}`,
    );
  },
};
