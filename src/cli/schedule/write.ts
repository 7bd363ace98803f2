/** Schedules as people write them: each validated first, written by compare-and-set with the person's own token. */

import { type Problem, SiroccoError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Variable } from '../../nomad/types.ts';
import { parseSpec } from '../../spec/flat.ts';
import { nameProblem } from '../../spec/names.ts';
import type { Cli } from '../cli.ts';
import { assertNamespace } from '../namespaces.ts';
import { pairs } from '../output.ts';

export type Items = Readonly<Record<string, string>>;

export interface SchedulePlace {
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

/** Where a schedule of that name is. A SiroccoError (SIR-108) where it is no name. */
export function schedulePlace(cli: Cli, name: string): SchedulePlace {
  const { namespace, prefix } = cli.settings();
  const problem = nameProblem(name);
  if (problem !== undefined) throw new SiroccoError(problem);
  return { namespace, name, path: `${prefix}/schedule/${name}` };
}

/** A schedule that is there. A SiroccoError (SIR-304), with the nearest name, where there is none. */
export async function scheduleThere(cli: Cli, { namespace, name, path }: SchedulePlace): Promise<Variable> {
  const nomad = cli.nomad();
  const variable = await nomad.readVariable(namespace, path);
  if (variable !== undefined) return variable;
  const folder = path.slice(0, -name.length);
  const names = (await nomad.listVariables(namespace, folder)).map(each => each.Path.slice(folder.length));
  const near = nearest(
    name,
    names.filter(each => each !== '_'),
  );
  throw new SiroccoError({
    code: 'SIR-304',
    message: `no schedule ${name} is written in namespace ${namespace}`,
    key: 'name',
    found: name,
    ...(near === undefined ? {} : { didYouMean: near }),
  });
}

/** A SiroccoError with every problem where the items are no valid schedule. */
export function assertValid(cli: Cli, name: string, items: Items): void {
  const problems = problemsOf(cli, name, items);
  const [first, ...more] = problems;
  if (first !== undefined) throw new SiroccoError(first, more);
}

/** What is wrong with the items of a schedule; an experiment that they name is the controller's to look up. */
export function problemsOf(cli: Cli, name: string, items: Items): readonly Problem[] {
  const parsed = parseSpec(name, items, cli.catalog);
  return parsed.ok ? [] : parsed.problems.filter(({ code }) => !(parsed.refersTo !== undefined && code === 'SIR-114'));
}

/** Writes it where nobody changed it since `index`; 0: only where there is none. Prints what was written. */
export async function writeSchedule(cli: Cli, place: SchedulePlace, items: Items, index: number): Promise<number> {
  const { namespace, name, path } = place;
  if (index === 0) await assertNamespace(cli.nomad(), namespace, '--namespace');
  const written = await cli.nomad().writeVariable(namespace, path, items, index);
  const value = { namespace, name, path, index: written.ModifyIndex, items };
  cli.output.value(value, () =>
    [`${path} in namespace ${namespace} is written`, pairs(Object.entries(items))].join('\n'),
  );
  return 0;
}
