/** The parameters of a fault: what they are called, what they take, and their values read. */

import type { z } from 'zod';
import type { Problem } from '../base/errors.ts';
import { fieldMeta } from '../base/fields.ts';
import type { AnyFault, FaultCatalog } from '../faults/fault.ts';
import { isReserved } from './keys.ts';
import { type Parsed, problemsOf } from './problems.ts';

/** One parameter or flat key, for help, forms and docs. */
export interface Parameter {
  readonly name: string;
  readonly allowed: string;
  readonly required: boolean;
  /** As a person would write it. */
  readonly default?: string;
  readonly help?: string;
}

/** The parameters of a fault, in the order of its schema. */
export function parametersOf(fault: AnyFault): readonly Parameter[] {
  return fieldsOf(fault.parameters);
}

/** The fields of an object schema, in its order. */
export function fieldsOf(object: z.core.$ZodType): readonly Parameter[] {
  return Object.entries(shapeOf(object)).map(([name, schema]) => {
    const meta = fieldMeta(schema);
    const standard = defaultOf(schema);
    return {
      name,
      allowed: meta?.allowed ?? plainAllowed(schema),
      required: standard === undefined && !takesNothing(schema),
      ...(standard === undefined ? {} : { default: meta?.format(standard) ?? String(standard) }),
      ...(meta?.help === undefined ? {} : { help: meta.help }),
    };
  });
}

/** Reads a fault's parameters, native values or text; all problems at once, by the names that `named` gives. */
export function readParameters(
  fault: AnyFault,
  input: Readonly<Record<string, unknown>>,
  named: Pick<Parsed, 'whole' | 'word'> = { whole: 'fault' },
):
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const result = fault.parameters.safeParse(input);
  if (result.success) return { ok: true, value: result.data as Record<string, unknown> };
  return {
    ok: false,
    problems: problemsOf(result.error.issues, { shape: shapeOf(fault.parameters), input, ...named }),
  };
}

/** Parameters that bear the name of a flat key, as `<fault>.<name>`: a bug of that fault. */
export function reservedParameters(catalog: FaultCatalog): readonly string[] {
  return [...catalog.values()].flatMap(fault =>
    Object.keys(shapeOf(fault.parameters))
      .filter(isReserved)
      .map(name => `${fault.name}.${name}`),
  );
}

/** The fields of an object schema, through refinements, transforms and wrappers; none for any other. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const def = schema._zod.def as {
    type: string;
    shape?: Record<string, z.core.$ZodType>;
    in?: z.core.$ZodType;
    innerType?: z.core.$ZodType;
  };
  if (def.shape !== undefined) return def.shape;
  const inner = def.in ?? def.innerType;
  return inner === undefined ? {} : shapeOf(inner);
}

/** For schemas that are plain zod, not a field of ours. */
function plainAllowed(schema: z.core.$ZodType): string {
  const def = schema._zod.def as { type: string; entries?: Record<string, unknown>; innerType?: z.core.$ZodType };
  if (def.innerType !== undefined) return plainAllowed(def.innerType);
  return def.entries === undefined ? `a ${def.type}` : Object.values(def.entries).join(', ');
}

/** The default of a field, native; undefined where it has none. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  const def = schema._zod.def as { type: string; defaultValue?: unknown; innerType?: z.core.$ZodType };
  if (def.type === 'default' || def.type === 'prefault') return def.defaultValue;
  return def.innerType === undefined ? undefined : defaultOf(def.innerType);
}

function takesNothing(schema: z.core.$ZodType): boolean {
  const def = schema._zod.def as { type: string; innerType?: z.core.$ZodType };
  return def.type === 'optional' || (def.innerType !== undefined && takesNothing(def.innerType));
}
