/** Records that would not be taken whole: what only a report needs is left out of them. */

import { brief } from '../base/brief.ts';
import type { Intent, Run } from './run.ts';
import type { Samples } from './samples.ts';

/** The highest level of `slimRun`. */
export const slimmest = 2;

/**
 * A run without what only its report needs, for a record that would not be taken whole. Level 0: all of it; 1: without
 * the single points of its samples, whose counts stay; 2: also without exclusions, and with short texts. Nothing that
 * undoing or judging rests on is left out.
 */
export function slimRun(run: Run, level: number): Run {
  if (level === 0) return run;
  const lean: Run = run.samples === undefined ? run : { ...run, samples: eachOf(run.samples, withoutPoints) };
  if (level === 1) return lean;
  return {
    ...lean,
    excluded: [],
    ...(lean.samples === undefined ? {} : { samples: eachOf(lean.samples, withShortTexts) }),
    ...(lean.message === undefined ? {} : { message: brief(lean.message, shortText) }),
    intents: lean.intents.map(shortIntent),
  };
}

const shortText = 60;

function eachOf(all: Readonly<Record<string, Samples>>, make: (each: Samples) => Samples): Record<string, Samples> {
  return Object.fromEntries(Object.entries(all).map(([key, each]) => [key, make(each)]));
}

function withoutPoints(each: Samples): Samples {
  return { ...each, points: [] };
}

function withShortTexts({ firstFailure, last, ...each }: Samples): Samples {
  return {
    ...each,
    ...(firstFailure === undefined
      ? {}
      : { firstFailure: { ...firstFailure, text: brief(firstFailure.text, shortText) } }),
    ...(last === undefined ? {} : { last: { ...last, text: brief(last.text, shortText) } }),
  };
}

function shortIntent({ message, undoMessage, effect, ...intent }: Intent): Intent {
  return {
    ...intent,
    ...(message === undefined ? {} : { message: brief(message, shortText) }),
    ...(undoMessage === undefined ? {} : { undoMessage: brief(undoMessage, shortText) }),
    ...(effect === undefined ? {} : { effect: { ...effect, evidence: brief(effect.evidence, shortText) } }),
  };
}
