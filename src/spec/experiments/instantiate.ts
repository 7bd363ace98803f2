/** An experiment with its parameters given. */

import type { Problem } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { shown } from '../../base/reading.ts';
import type { FaultCatalog } from '../../faults/fault.ts';
import type { Experiment } from '../experiment.ts';
import type { Given } from '../parsed.ts';
import { valueProblems } from './declarations.ts';
import { filling, type Value } from './substitution.ts';
import { asValue, readBody, type Template } from './template.ts';

/** What parameters are given, and how a key of theirs is written: `params.` or `param_` and the name. */
export interface GivenParams {
  readonly params: ReadonlyMap<string, Given>;
  readonly prefix: string;
}

export type Instance =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Puts the values in and reads the whole. What is wrong with a value is told where it is given; what then does not fit
 * the experiment, where it stands there, with the parameters that it comes from.
 */
export function instantiate(template: Template, given: GivenParams, catalog: FaultCatalog): Instance {
  const values = new Map<string, Value>();
  const problems: Problem[] = [...unknownParams(template, given)];
  for (const declared of template.parameters) {
    const param = given.params.get(declared.name);
    if (param === undefined) {
      if (declared.default === undefined) problems.push(missingParam(template, declared.name, given.prefix));
      else values.set(declared.name, asValue(declared, declared.default));
      continue;
    }
    const wrong = valueProblems(declared, param.value, param.key);
    problems.push(...wrong.map(each => ({ ...each, ...param.place })));
    if (wrong.length === 0) values.set(declared.name, asValue(declared, String(param.value)));
  }
  if (problems.length > 0) return { ok: false, problems };
  const into = filling(values);
  const read = readBody(template, into, catalog);
  const all = read.problems.map(each => inExperiment(template, each, { into, given }));
  if (all.length > 0 || read.experiment === undefined) return { ok: false, problems: all };
  return { ok: true, experiment: read.experiment };
}

function inExperiment(
  { name }: Template,
  problem: Problem,
  { into, given }: { readonly into: ReturnType<typeof filling>; readonly given: GivenParams },
): Problem {
  const sources = (into.used.get(problem.key ?? '') ?? []).map(param => {
    const known = given.params.get(param);
    if (known === undefined) return `${param} has its default`;
    return `${param} is given by ${known.key}${known.place === undefined ? '' : ` in line ${known.place.line}`}`;
  });
  const message = [`experiment ${name}: ${problem.message}`, ...sources].join('; ');
  return { ...problem, message, source: `experiment ${name}` };
}

function unknownParams({ name, parameters }: Template, { params }: GivenParams): readonly Problem[] {
  const names = parameters.map(each => each.name);
  return [...params].flatMap(([param, { key, value, place }]): Problem[] => {
    if (names.includes(param)) return [];
    const near = nearest(param, names);
    return [
      {
        code: 'SIR-101',
        key,
        message: `${key}: experiment ${name} has no parameter \`${shown(param)}\``,
        found: shown(value),
        allowed: names.join(', ') || 'no parameters',
        ...(near === undefined ? {} : { didYouMean: near }),
        ...place,
      },
    ];
  });
}

function missingParam({ name, parameters }: Template, param: string, prefix: string): Problem {
  const help = parameters.find(each => each.name === param)?.help;
  const key = `${prefix}${param}`;
  const message = `${key}: experiment ${name} needs it${help === undefined ? '' : `: ${help}`}`;
  return {
    code: 'SIR-103',
    key,
    message,
    allowed: `a value of type ${parameters.find(each => each.name === param)?.type ?? 'string'}`,
  };
}
