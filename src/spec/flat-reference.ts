/** Flat keys that name an experiment: `experiment`, `param_<name>`, and the time. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import { type FlatKeyNow, flatSchema } from './flat-fields.ts';
import { parameterIn } from './keys.ts';
import { scheduleOf } from './meaning.ts';
import type { Given, SpecRead } from './parsed.ts';
import { problemsOf } from './problems.ts';
import { exclusive, flatWords, timeProblems } from './rules.ts';
import { scheduleKeys } from './schedule-keys.ts';
import { sorted } from './sorting.ts';

/** What a reference may say besides its experiment and parameters. */
export const besideReference: readonly FlatKeyNow[] = ['version', 'title', 'mode', 'experiment', ...scheduleKeys];

/** Reads flat keys among which `experiment` is. */
export function flatReference(given: Readonly<Record<string, string>>): SpecRead {
  const params = new Map<string, Given>();
  const rest: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    const name = parameterIn(key);
    if (name === undefined) rest[key] = value;
    else params.set(name, { key, value });
  }
  const { flat, problems: keyProblems, meant } = sorted(rest, [], true);
  const input = Object.fromEntries(flat);
  const values = flatSchema.safeParse(input);
  const asked = { items: flat, meant, words: flatWords };
  const strange = [...flat.keys()].filter(key => !besideReference.includes(key));
  const problems: readonly Problem[] = [
    ...keyProblems.map(asParameter),
    ...strange.map(key => exclusive(asked, 'experiment', key, `${key} in the experiment itself`)),
    ...(values.success ? [] : problemsOf(values.error.issues, { shape: flatSchema.shape, input, whole: 'experiment' })),
    ...timeProblems(asked),
  ];
  if (problems.length > 0 || !values.success) return { problems };
  const { experiment: name = '', title } = values.data;
  return {
    problems,
    schedule: scheduleOf(values.data),
    reference: {
      name,
      at: { key: 'experiment' },
      params,
      prefix: 'param_',
      ...(title === undefined ? {} : { title }),
      ...(flat.has('mode') ? { mode: values.data.mode } : {}),
    },
  };
}

/** A word that nobody knows may be meant for the experiment. */
function asParameter(problem: Problem): Problem {
  const { code, key, didYouMean } = problem;
  if (code !== 'SIR-101' || key === undefined || besideReference.some(each => each === didYouMean)) return problem;
  const word = `param_${shown(key)}`;
  return parameterIn(word) === undefined ? problem : { ...problem, didYouMean: word };
}
