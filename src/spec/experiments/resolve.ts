/** From what was read of a spec to the spec itself, with the experiment that it names. */

import type { Problem } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { FaultCatalog } from '../../faults/fault.ts';
import type { Experiment, Schedule } from '../experiment.ts';
import { specHash } from '../hash.ts';
import type { ParsedSpec, Reference, SpecRead } from '../parsed.ts';
import { instantiate } from './instantiate.ts';
import type { ParsedExperiment } from './template.ts';

/** The experiments of the spec's namespace, by name. */
export type Library = ReadonlyMap<string, ParsedExperiment>;

export const noExperiments: Library = new Map();

/** The spec, or its problems after those that are known `already`. */
export function resolved(
  read: SpecRead,
  already: readonly Problem[],
  { catalog, library }: { readonly catalog: FaultCatalog; readonly library: Library },
): ParsedSpec {
  const { reference, schedule } = read;
  const refers = reference === undefined ? {} : { refersTo: reference.name };
  const known = [...already, ...read.problems];
  if (known.length > 0) return { ok: false, problems: known, ...refers };
  const found = reference === undefined ? own(read) : referred(reference, catalog, library);
  if (!found.ok) return { ok: false, problems: found.problems, ...refers };
  if (schedule === undefined) throw new Error('a spec without problems has a schedule');
  const { experiment } = found;
  const deaf = reference === undefined ? undefined : deafProblem(reference, schedule, experiment);
  if (deaf !== undefined) return { ok: false, problems: [deaf], ...refers };
  return { ok: true, spec: { experiment, schedule, hash: specHash({ experiment, schedule }) }, ...refers };
}

/** An event of a job starts only what aims at one. */
function deafProblem({ name, at }: Reference, { when }: Schedule, experiment: Experiment): Problem | undefined {
  if (when.kind !== 'on' || when.on === 'node-joined' || experiment.target.job !== undefined) return undefined;
  const message = `${at.key}: ${when.on} is an event of a job, and the target of \`${name}\` names none`;
  return {
    code: 'SIR-113',
    key: at.key,
    message,
    found: name,
    allowed: 'an experiment whose target names a job, or node-joined',
    ...at.place,
  };
}

type Found =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function own({ experiment }: SpecRead): Found {
  if (experiment === undefined) throw new Error('a spec without problems has an experiment');
  return { ok: true, experiment };
}

function referred(reference: Reference, catalog: FaultCatalog, library: Library): Found {
  const { name, at, title, mode } = reference;
  const entry = library.get(name);
  if (entry === undefined) {
    const names = [...library.keys()].sort();
    const near = nearest(name, names);
    const problem: Problem = {
      code: 'SIR-114',
      key: at.key,
      message: `${at.key}: no experiment is called \`${name}\` in this namespace`,
      found: name,
      allowed: names.join(', ') || 'none is there: write chaos/experiments/<name> first',
      ...(near === undefined ? {} : { didYouMean: near }),
      ...at.place,
    };
    return { ok: false, problems: [problem] };
  }
  if (!entry.ok) {
    const problem: Problem = {
      code: 'SIR-114',
      key: at.key,
      message: `${at.key}: experiment \`${name}\` is not valid`,
      found: name,
      allowed: 'an experiment without errors',
      ...at.place,
    };
    const source = `experiment ${name}`;
    return {
      ok: false,
      problems: [problem, ...entry.problems.map(each => ({ ...each, message: `${source}: ${each.message}`, source }))],
    };
  }
  const made = instantiate(entry.template, reference, catalog);
  if (!made.ok) return made;
  return {
    ok: true,
    experiment: {
      ...made.experiment,
      ...(title === undefined ? {} : { title }),
      ...(mode === undefined ? {} : { mode }),
    },
  };
}
