/** Expectations as fields of zod objects, as `src/base/fields.ts` has those of parameters. */

import type { z } from 'zod';
import { formatDuration, parseDuration } from '../../base/duration.ts';
import { type Described, field } from '../../base/fields.ts';
import { type BodyExpectation, bodyWords, formatBody, parseBody } from './body.ts';
import { formatInterval, type Interval, intervalWords, parseInterval, plainNumber, type Unit } from './interval.ts';
import { formatStatus, parseStatus, type StatusSpans, statusWords } from './status.ts';

/** In milliseconds. One alone says nothing: no latency is exactly so. */
export const durationUnit: Unit = {
  what: 'a duration',
  examples: ['50ms', '250ms'],
  parse: parseDuration,
  format: formatDuration,
  exact: false,
};

function interval(unit: Unit, json: { readonly [key: string]: unknown }, described: Described): z.ZodType<Interval> {
  return field(value => parseInterval(value, unit), {
    allowed: intervalWords(unit),
    json,
    format: value => formatInterval(value as Interval, unit),
    ...described,
  });
}

/** A number compared. */
export function number(described: Described = {}): z.ZodType<Interval> {
  return interval(plainNumber, { type: ['string', 'number'] }, described);
}

/** A duration compared. */
export function latency(described: Described = {}): z.ZodType<Interval> {
  return interval(durationUnit, { type: 'string' }, described);
}

/** HTTP statuses. */
export function status(described: Described = {}): z.ZodType<StatusSpans> {
  return field(parseStatus, {
    allowed: statusWords,
    json: { type: ['string', 'integer', 'array'] },
    format: value => formatStatus(value as StatusSpans),
    ...described,
  });
}

/** What a body holds. */
export function body(described: Described = {}): z.ZodType<BodyExpectation> {
  return field(parseBody, {
    allowed: bodyWords,
    json: { type: ['string', 'object'] },
    format: value => formatBody(value as BodyExpectation),
    ...described,
  });
}
