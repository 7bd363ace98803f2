/** From the words of a command line to a valid spec, or all that is wrong with it. */

import { SiroccoError } from '../../base/errors.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { Spec } from '../../spec/experiment.ts';
import { parseSpec } from '../../spec/flat.ts';
import type { Cli } from '../cli.ts';
import { type InputOptions, readInput, type SpecInput } from './input.ts';

export interface ReadSpec extends SpecInput {
  readonly spec: Spec;
  readonly fault: AnyFault;
}

/** Reads and parses. A SiroccoError with every problem where it is not valid. */
export async function readSpec(cli: Cli, words: readonly string[], options: InputOptions): Promise<ReadSpec> {
  const input = await readInput(cli, words, options);
  const parsed = parseSpec(input.name, input.items, cli.catalog);
  if (!parsed.ok) {
    const [first, ...more] = parsed.problems;
    throw new SiroccoError(first ?? { code: 'SIR-100', message: 'it is not valid' }, more);
  }
  const fault = cli.catalog.get(parsed.spec.experiment.method[0]?.fault ?? '');
  if (fault === undefined) throw new Error('a valid spec names a known fault');
  return { ...input, spec: parsed.spec, fault };
}
