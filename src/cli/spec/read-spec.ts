/** From the words of a command line to a valid spec, or all that is wrong with it. */

import { type Problem, SiroccoError } from '../../base/errors.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { Spec } from '../../spec/experiment.ts';
import type { Library } from '../../spec/experiments/resolve.ts';
import { type ParsedExperiment, parseExperiment, type Template } from '../../spec/experiments/template.ts';
import { type ParsedSpec, parseSpec } from '../../spec/flat.ts';
import type { Cli } from '../cli.ts';
import { usage } from '../usage.ts';
import { type InputOptions, readInput, type SpecInput } from './input.ts';

export interface ReadSpec extends SpecInput {
  readonly spec: Spec;
  /** Of its first step. */
  readonly fault: AnyFault;
}

export interface ReadExperiment extends SpecInput {
  readonly template: Template;
}

/** Reads and parses a schedule. A SiroccoError with every problem where it is not valid. */
export async function readSpec(cli: Cli, words: readonly string[], options: InputOptions): Promise<ReadSpec> {
  const read = await readAny(cli, words, options);
  if ('spec' in read) return read;
  throw usage(`${read.name} is an experiment: only a schedule that names it has targets and a time`, {
    found: read.name,
  });
}

/** Reads and parses a schedule, or an experiment of the library. */
export async function readAny(
  cli: Cli,
  words: readonly string[],
  options: InputOptions,
): Promise<ReadSpec | ReadExperiment> {
  const input = await readInput(cli, words, options);
  if (input.isExperiment) {
    const parsed = parseExperiment(input.name, input.items, cli.catalog);
    if (!parsed.ok) throw invalid(input, parsed.problems);
    return { ...input, template: parsed.template };
  }
  let parsed = parseSpec(input.name, input.items, cli.catalog);
  const library = await libraryFor(cli, input, parsed);
  if (library !== undefined) parsed = parseSpec(input.name, input.items, cli.catalog, library);
  if (!parsed.ok) throw invalid(input, parsed.problems);
  const fault = cli.catalog.get(parsed.spec.experiment.method[0]?.fault ?? '');
  if (fault === undefined) throw new Error('a valid spec names a known fault');
  return { ...input, spec: parsed.spec, fault };
}

/** The experiment that a spec names, where nothing else is wrong with it; undefined: it names none. */
export async function libraryFor(cli: Cli, input: SpecInput, parsed: ParsedSpec): Promise<Library | undefined> {
  if (parsed.ok || parsed.refersTo === undefined) return undefined;
  return parsed.problems.every(each => each.code === 'SIR-114') ? libraryOf(cli, input, parsed.refersTo) : undefined;
}

/** The experiment that a schedule names, as it is in its namespace. */
async function libraryOf(cli: Cli, input: SpecInput, name: string): Promise<Library> {
  const settings = cli.settings();
  const namespace = settings.givenNamespace ?? input.namespace ?? settings.namespace;
  const variable = await cli.nomad().readVariable(namespace, `${settings.prefix}/experiments/${name}`);
  const found: ParsedExperiment | undefined =
    variable === undefined ? undefined : parseExperiment(name, variable.Items ?? {}, cli.catalog);
  return new Map(found === undefined ? [] : [[name, found]]);
}

function invalid({ source }: SpecInput, problems: readonly Problem[]): SiroccoError {
  const [first, ...more] = problems.map(each =>
    source === undefined || each.line === undefined ? each : { source, ...each },
  );
  return new SiroccoError(first ?? { code: 'SIR-100', message: 'it is not valid' }, more);
}
