/** What `sirocco execute` is to run: a schedule by its name, or a spec of its own. */

import { SiroccoError } from '../../base/errors.ts';
import { parseOwnSpec } from '../../controller/request-spec.ts';
import type { Spec } from '../../spec/experiment.ts';
import { type ParsedSpec, parseSpec } from '../../spec/flat.ts';
import { keysNow, parameterIn } from '../../spec/keys.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../spec/input.ts';
import { libraryFor, readSpec } from '../spec/read-spec.ts';

type Items = Readonly<Record<string, string>>;

export type Wanted =
  | { readonly kind: 'schedule'; readonly namespace: string; readonly name: string }
  | {
      readonly kind: 'own';
      readonly namespace: string;
      readonly name: string;
      readonly document: string;
      readonly spec: Spec;
    };

/** One word that may be the name of a schedule is one; a file has a dot, a slash or an @ in its name. */
export async function readWanted(cli: Cli, words: readonly string[]): Promise<Wanted> {
  const { givenNamespace, namespace } = cli.settings();
  const [first = '', ...rest] = words;
  if (rest.length === 0 && /^[a-z0-9][a-z0-9-]{0,63}$/.test(first))
    return { kind: 'schedule', namespace: givenNamespace ?? namespace, name: first };
  const input = await readInput(cli, words, {});
  const { spec: text, ...flat } = input.items;
  const document = text ?? documentOf(timed(flat));
  const library = await libraryFor(
    cli,
    input,
    text === undefined ? parseSpec(input.name, timed(flat), cli.catalog) : parseOwnSpec(input.name, text, cli.catalog),
  );
  // Flat keys are told in their own words what is wrong with them.
  if (text === undefined) checked(parseSpec(input.name, timed(flat), cli.catalog, library));
  const spec = checked(parseOwnSpec(input.name, document, cli.catalog, library));
  return { kind: 'own', namespace: givenNamespace ?? input.namespace ?? namespace, name: input.name, document, spec };
}

/** No time is needed here, and none matters. */
function timed(flat: Items): Items {
  return ['at', 'cron', 'every', 'on'].some(key => Object.hasOwn(flat, key)) ? flat : { at: 'now', ...flat };
}

/** The spec. A SiroccoError with every problem where there is none. */
function checked(parsed: ParsedSpec): Spec {
  if (parsed.ok) return parsed.spec;
  const [first, ...more] = parsed.problems;
  throw new SiroccoError(first ?? { code: 'SIR-100', message: 'it is not valid' }, more);
}

/** Flat keys as a document: each value at its place, still as it was written. */
function documentOf(flat: Items): string {
  const places = new Map<string, string>(keysNow.map(({ key, document }) => [key, document]));
  const document: Record<string, unknown> = {};
  const step: Record<string, unknown> = {};
  const parameters: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(flat)) {
    const place = places.get(key);
    const parameter = parameterIn(key);
    if (parameter !== undefined) put(document, ['params', parameter], value);
    else if (place === undefined) parameters[key] = value;
    else if (place.startsWith('method[0].')) step[place.slice('method[0].'.length)] = value;
    else put(document, place.split('.'), value);
  }
  if (Object.keys(parameters).length > 0) step['with'] = parameters;
  return JSON.stringify({ ...document, ...(Object.keys(step).length === 0 ? {} : { method: [step] }) });
}

function put(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const inner = (into[key] ?? {}) as Record<string, unknown>;
  into[key] = inner;
  put(inner, rest, value);
}

/** The spec of a schedule that is written, with the experiment that it names. A SiroccoError where there is none, or it is not valid. */
export async function scheduleSpec(cli: Cli, name: string): Promise<Spec> {
  return (await readSpec(cli, [], { var: `${cli.settings().prefix}/schedule/${name}` })).spec;
}
