/** Flat keys, as `nomad var put` writes them, to a valid spec, or everything that is wrong with them. */

import type { Problem } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { shown } from '../base/reading.ts';
import type { AnyFault, FaultCatalog } from '../faults/fault.ts';
import type { Experiment, Pick, Schedule, Spec, TargetSpec } from './experiment.ts';
import { type FlatValues, flatSchema } from './flat-fields.ts';
import { specHash } from './hash.ts';
import { nameProblem } from './names.ts';
import { readParameters, shapeOf } from './parameters.ts';
import { problemsOf } from './problems.ts';
import { type FlatItems, ruleProblems } from './rules.ts';
import { sorted } from './sorting.ts';

/** A spec, or all its problems: never empty, in an order that does not depend on that of the items. */
export type ParsedSpec =
  | { readonly ok: true; readonly spec: Spec }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** How long a lasting fault is in force when the spec doesn't say. */
const standardDurationMs = 5 * 60_000;

/** Reads the items of `chaos/schedule/<name>`. Never throws, whatever they hold. */
export function parseSpec(name: string, items: Readonly<Record<string, string>>, catalog: FaultCatalog): ParsedSpec {
  const fault = Object.hasOwn(items, 'fault') ? catalog.get(items.fault ?? '') : undefined;
  const words = fault === undefined ? [...catalog.values()].flatMap(namesOf) : namesOf(fault);
  const { flat, parameters, problems: keyProblems, meant } = sorted(items, words, fault === undefined);
  const values = readFlat(flat);
  const read = fault === undefined ? undefined : readParameters(fault, parameters);
  const named = nameProblem(name);
  const problems = [
    ...(named === undefined ? [] : [named]),
    ...keyProblems,
    ...(fault === undefined ? faultProblem(flat, catalog, meant) : []),
    ...values.problems,
    ...(read === undefined || read.ok ? [] : read.problems.filter(problem => !isMeant(problem, meant))),
    ...ruleProblems(flat, fault, meant),
  ];
  const [first, ...more] = [...new Map(problems.map(problem => [`${problem.code} ${problem.key}`, problem])).values()];
  if (first !== undefined) return { ok: false, problems: [first, ...more] };
  if (fault === undefined || read?.ok !== true || values.values === undefined)
    throw new Error('a spec without problems has values');
  return { ok: true, spec: specOf(values.values, fault, read.value) };
}

function namesOf(fault: AnyFault): readonly string[] {
  return Object.keys(shapeOf(fault.parameters));
}

/** A parameter that was written wrongly is not missing as well. */
function isMeant(problem: Problem, meant: ReadonlySet<string>): boolean {
  return problem.code === 'SIR-103' && problem.key !== undefined && meant.has(problem.key);
}

function readFlat(flat: FlatItems): { readonly values?: FlatValues; readonly problems: readonly Problem[] } {
  const input = Object.fromEntries(flat);
  const result = flatSchema.safeParse(input);
  if (result.success) return { values: result.data, problems: [] };
  const problems = problemsOf(result.error.issues, { shape: flatSchema.shape, input, whole: 'fault' });
  // what is wrong with the name of a fault is told with the names of all
  return { problems: problems.filter(problem => problem.key !== 'fault') };
}

function faultProblem(flat: FlatItems, catalog: FaultCatalog, meant: ReadonlySet<string>): readonly Problem[] {
  const names = [...catalog.keys()].sort();
  const allowed = names.length === 0 ? 'no fault is built in' : names.join(', ');
  if (!flat.has('fault'))
    return meant.has('fault')
      ? []
      : [{ code: 'SIR-103', key: 'fault', message: 'fault: the harm to do is missing', allowed }];
  const found = shown(flat.get('fault'));
  const didYouMean = nearest(found, names) ?? endingIn(found, names);
  return [
    {
      code: 'SIR-105',
      key: 'fault',
      message: `fault: no fault is called \`${found}\``,
      found,
      allowed,
      ...(didYouMean === undefined ? {} : { didYouMean }),
    },
  ];
}

/** `kill`, `pod-kill` and `container_kill` are an `alloc-kill` here. */
function endingIn(found: string, names: readonly string[]): string | undefined {
  const act = found
    .toLowerCase()
    .split(/[-_.\s]/)
    .at(-1);
  return act === undefined || act === '' ? undefined : names.find(name => name.split('-').at(-1) === act);
}

function specOf(values: FlatValues, fault: AnyFault, parameters: Readonly<Record<string, unknown>>): Spec {
  const experiment: Experiment = {
    version: 1,
    ...defined({ title: values.title }),
    mode: values.mode,
    target: targetOf(values),
    method: [
      { fault: fault.name, with: parameters, durationMs: fault.lasts ? (values.duration ?? standardDurationMs) : 0 },
    ],
    recovery: { withinMs: values.recover_within },
    acceptIrreversible: values.accept_irreversible,
  };
  const when: Schedule['when'] =
    values.every === undefined ? (values.at ?? { kind: 'at-now' }) : { kind: 'every', everyMs: values.every };
  const schedule: Schedule = { when, startDeadlineMs: values.start_deadline, suspend: values.suspend };
  return { experiment, schedule, hash: specHash({ experiment, schedule }) };
}

function targetOf(values: FlatValues): TargetSpec {
  return {
    ...defined({
      job: values.target_job,
      group: values.target_group,
      task: values.target_task,
      service: values.target_service,
      node: values.target_node,
      nodeClass: values.target_node_class,
      datacenter: values.target_datacenter,
      nodePool: values.target_node_pool,
    }),
    pick: pickOf(values),
    ifEmpty: values.if_empty,
  };
}

function pickOf(values: FlatValues): Pick {
  const share = values.target_mode === 'all' ? 100 : values.target_percent;
  return {
    amount: share === undefined ? { count: values.target_count ?? 1 } : { percent: share },
    mode: values.target_mode,
    ...defined({ spread: values.target_spread, seed: values.seed }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
