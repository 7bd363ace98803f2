/** A probe as a spec names it: its parameters and expectations read, or every problem with its key. */

import type { z } from 'zod';
import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import { shapeOf } from '../spec/parameters.ts';
import { problemsOf } from '../spec/problems.ts';
import { placeholderProblems } from './placeholders.ts';
import type { AnyProbe, ExpectReading, ProbeInput, ProbeReading, Probes, WrittenProbe } from './probe.ts';

/** Reads what was written under a probe's name and under `expect`; keys of problems are `<name>.…` and `expect.…`. */
export function readProbe(probe: AnyProbe, written: WrittenProbe): ProbeReading {
  const isShort = typeof written.with === 'string' && probe.shorthand !== undefined;
  const parameters = readObject(
    probe.parameters,
    isShort ? { [probe.shorthand ?? '']: written.with } : written.with,
    probe.name,
  );
  const expected = readExpectations(probe, written.expect);
  const problems = [
    ...('problems' in parameters ? parameters.problems : placeholderProblems(probe, parameters.value)),
    ...(expected.ok ? [] : expected.problems),
  ];
  if ('problems' in parameters || !expected.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { probe: probe.name, with: parameters.value, expect: expected.expect } };
}

/** Reads `expect` alone: a guard expects its own of a probe that is named elsewhere. */
export function readExpectations(probe: AnyProbe, written: unknown): ExpectReading {
  const result = readObject(probe.expectations, written ?? {}, 'expect');
  return 'problems' in result ? { ok: false, problems: result.problems } : { ok: true, expect: result.value };
}

/** The probes of a list. A RangeError where two bear one name: that is a bug of the list. */
export function probesOf(list: readonly AnyProbe[]): Probes {
  const catalog = new Map(list.map(probe => [probe.name, probe]));
  if (catalog.size < list.length) throw new RangeError('two probes bear one name');
  const known = (kind: string): AnyProbe => {
    const probe = catalog.get(kind);
    if (probe === undefined) throw new RangeError(`no probe is called ${kind}`);
    return probe;
  };
  return {
    kinds: [...catalog.keys()],
    get: kind => catalog.get(kind),
    read: (kind, written) => readProbe(known(kind), written),
    expectations: (kind, written) => readExpectations(known(kind), written),
  };
}

function readObject(
  schema: z.ZodType<ProbeInput>,
  written: unknown,
  place: string,
): { readonly value: ProbeInput } | { readonly problems: readonly Problem[] } {
  const shape = shapeOf(schema);
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    const allowed = `an object with ${Object.keys(shape).join(', ')}`;
    const message = `${place}: \`${shown(written)}\` is no object`;
    return { problems: [{ code: 'SIR-104', key: place, message, found: shown(written), allowed }] };
  }
  const input = written as ProbeInput;
  const result = schema.safeParse(input);
  if (result.success) return { value: result.data };
  return {
    problems: problemsOf(result.error.issues, { shape, input, whole: place }).map(problem => placed(problem, place)),
  };
}

/** The problem under the key's full name, in its message too. */
function placed(problem: Problem, place: string): Problem {
  const { key = place, message } = problem;
  if (key === place) return problem;
  const full = `${place}.${key}`;
  return { ...problem, key: full, message: message.startsWith(`${key}: `) ? `${place}.${message}` : message };
}
