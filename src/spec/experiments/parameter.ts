/** The parameters that an experiment declares, and the values that they are given. */

import type { z } from 'zod';
import { bool, duration, int, oneOf, percent, size, text } from '../../base/fields.ts';

export const parameterTypes = ['string', 'int', 'duration', 'size', 'percent', 'bool'] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** What an experiment says of one of its parameters. */
export interface Declared {
  readonly name: string;
  readonly type: ParameterType;
  /** As text; absent: a value must be given. */
  readonly default?: string;
  readonly help?: string;
  /** Reads a value that is given. */
  readonly field: z.ZodType<unknown>;
  /** Some value that it would take. */
  readonly sample: string;
}

export interface Bounds {
  readonly min?: string;
  readonly max?: string;
  readonly oneOf?: readonly string[];
}

/** How the types without bounds are read, and a value of each. */
const plainTypes: { readonly [K in ParameterType]: { readonly field: z.ZodType<unknown>; readonly sample: string } } = {
  string: { field: text({ max: 4_096 }), sample: 'x' },
  int: { field: int({ min: Number.MIN_SAFE_INTEGER }), sample: '1' },
  duration: { field: duration({ min: 0 }), sample: '30s' },
  size: { field: size({ min: 0 }), sample: '1MiB' },
  percent: { field: percent(), sample: '10' },
  bool: { field: bool(), sample: 'true' },
};

/** How a bound of this type is read; undefined for types that have none. */
export function boundField(type: ParameterType): z.ZodType<unknown> | undefined {
  return type === 'string' || type === 'bool' ? undefined : plainTypes[type].field;
}

/** How a value of this type within these bounds is read. */
export function valueField(
  type: ParameterType,
  { min, max, oneOf: words }: Bounds,
): Pick<Declared, 'field' | 'sample'> {
  if (words !== undefined) return { field: oneOf(words), sample: words[0] ?? '' };
  const number = (bound: string | undefined) =>
    bound === undefined ? undefined : Number(plainTypes[type].field.parse(bound));
  const [low, high] = [number(min), number(max)];
  const bounds = { ...(low === undefined ? {} : { min: low }), ...(high === undefined ? {} : { max: high }) };
  const make = bounded[type];
  if (make === undefined || (low === undefined && high === undefined)) return plainTypes[type];
  return { field: make(bounds), sample: min ?? max ?? plainTypes[type].sample };
}

const bounded: { readonly [K in ParameterType]?: (bounds: { min?: number; max?: number }) => z.ZodType<unknown> } = {
  int: bounds => int({ min: Number.MIN_SAFE_INTEGER, ...bounds }),
  duration: bounds => duration({ min: 0, ...bounds }),
  size: bounds => size({ min: 0, ...bounds }),
  percent: bounds => percent(bounds),
};
