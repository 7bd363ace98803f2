/** Flat keys, as `nomad var put` writes them, told what they mean, with everything that is wrong with them. */

import type { Problem } from '../base/errors.ts';
import type { AnyFault, FaultCatalog } from '../faults/fault.ts';
import type { NamedProbe } from './experiment.ts';
import { missingFault, unknownFault } from './fault-name.ts';
import { type FlatValues, flatSchema } from './flat-fields.ts';
import { flatReference } from './flat-reference.ts';
import { parameterIn } from './keys.ts';
import { experimentOf, scheduleOf, standardDurationMs } from './meaning.ts';
import { readParameters, shapeOf } from './parameters.ts';
import type { Purpose, SpecRead } from './parsed.ts';
import { problemsOf } from './problems.ts';
import {
  type Asked,
  eventProblems,
  type FlatItems,
  faultProblems,
  flatWords,
  pickProblems,
  timeProblems,
} from './rules.ts';
import { timelessProblems } from './schedule-keys.ts';
import { sorted } from './sorting.ts';

type Items = Readonly<Record<string, string>>;

/** Reads flat keys, but for `spec`. Never throws, whatever they hold. */
export function readFlat(given: Items, catalog: FaultCatalog, purpose: Purpose): SpecRead {
  if (purpose === 'schedule' && Object.hasOwn(given, 'experiment')) return flatReference(given);
  const items = Object.fromEntries(Object.entries(given).filter(([key]) => parameterIn(key) === undefined));
  const fault = Object.hasOwn(items, 'fault') ? catalog.get(items['fault'] ?? '') : undefined;
  const words = fault === undefined ? [...catalog.values()].flatMap(namesOf) : namesOf(fault);
  const { flat, parameters, problems: keyProblems, meant } = sorted(items, words, fault === undefined);
  const values = readValues(flat);
  const read = fault === undefined ? undefined : readParameters(fault, parameters);
  const asked: Asked = { items: flat, meant, words: flatWords };
  const problems: Problem[] = [
    ...keyProblems,
    ...Object.keys(given).sort().flatMap(strayParameter),
    ...(fault === undefined ? faultNameProblem(flat, catalog, meant) : []),
    ...values.problems,
    ...(read === undefined || read.ok ? [] : read.problems.filter(problem => !isMeant(problem, meant))),
    ...(purpose === 'schedule' ? [...timeProblems(asked), ...eventProblems(asked)] : timelessProblems(asked)),
    ...pickProblems(asked),
    ...(fault === undefined ? [] : faultProblems(asked, fault)),
  ];
  const expected = readExpected(values.values, catalog);
  problems.push(...expected.problems);
  if (problems.length > 0) return { problems: onceEach(problems) };
  if (fault === undefined || read?.ok !== true || values.values === undefined)
    throw new Error('a spec without problems has values');
  const durationMs = fault.lasts ? (values.values.duration ?? standardDurationMs) : 0;
  return {
    problems: [],
    experiment: experimentOf({ ...values.values, ...steadyOf(expected.probes) }, [
      { fault: fault.name, with: read.value, durationMs },
    ]),
    schedule: scheduleOf(values.values),
  };
}

const expectKeys = { expect_http: 'http', expect_tcp: 'tcp' } as const;

/** What `expect_http` and `expect_tcp` ask, named after their keys. */
function readExpected(
  values: FlatValues | undefined,
  { probes }: FaultCatalog,
): { readonly probes: readonly NamedProbe[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read: NamedProbe[] = [];
  for (const [key, kind] of Object.entries(expectKeys)) {
    const given = values?.[key as keyof typeof expectKeys];
    if (given === undefined) continue;
    const found = probes?.read(kind, { with: given });
    if (found?.ok === true) read.push({ ...found.value, name: key, during: false });
    else if (found === undefined)
      problems.push({
        code: 'SIR-102',
        key,
        message: `${key}: no probe is known here`,
        found: given,
        allowed: 'a spec without it',
      });
    else
      problems.push(
        ...found.problems.map(each => ({ ...each, key, message: each.message.replace(/^[\w.]+: /, `${key}: `) })),
      );
  }
  return { probes: read, problems };
}

function steadyOf(probes: readonly NamedProbe[]): { readonly steadyState?: readonly NamedProbe[] } {
  return probes.length === 0 ? {} : { steadyState: probes };
}

function onceEach(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map(problem => [`${problem.code} ${problem.key}`, problem])).values()];
}

function namesOf(fault: AnyFault): readonly string[] {
  return Object.keys(shapeOf(fault.parameters));
}

/** A parameter that was written wrongly is not missing as well. */
function isMeant(problem: Problem, meant: ReadonlySet<string>): boolean {
  return problem.code === 'SIR-103' && problem.key !== undefined && meant.has(problem.key);
}

function readValues(flat: FlatItems): { readonly values?: FlatValues; readonly problems: readonly Problem[] } {
  const input = Object.fromEntries(flat);
  const result = flatSchema.safeParse(input);
  if (result.success) return { values: result.data, problems: [] };
  const problems = problemsOf(result.error.issues, { shape: flatSchema.shape, input, whole: 'fault' });
  // what is wrong with the name of a fault is told with the names of all
  return { problems: problems.filter(problem => problem.key !== 'fault') };
}

function faultNameProblem(flat: FlatItems, catalog: FaultCatalog, meant: ReadonlySet<string>): readonly Problem[] {
  if (flat.has('fault')) return [unknownFault('fault', flat.get('fault'), catalog)];
  return meant.has('fault') ? [] : [missingFault('fault', catalog)];
}

function strayParameter(key: string): readonly Problem[] {
  const name = parameterIn(key);
  if (name === undefined) return [];
  return [
    {
      code: 'SIR-113',
      key,
      message: `${key}: only an experiment takes parameters, and none is named`,
      found: key,
      allowed: 'experiment=NAME beside it; parameters of a fault bear their own names',
    },
  ];
}
