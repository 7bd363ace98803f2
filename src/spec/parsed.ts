/** What comes of reading a spec, in whichever form it was written. */

import type { Problem } from '../base/errors.ts';
import type { Experiment, Schedule, Spec } from './experiment.ts';

/** A spec, or all its problems: never empty, in an order that does not depend on that of the items. */
export type ParsedSpec = (
  | { readonly ok: true; readonly spec: Spec }
  | { readonly ok: false; readonly problems: readonly Problem[] }
) & {
  /** The experiment that it names: when that changes, it is to be read again. */
  readonly refersTo?: string;
};

/** Where something stands in a text; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A value given to a parameter of an experiment, under the key that it was written by. */
export interface Given {
  readonly key: string;
  readonly value: unknown;
  readonly place?: Place;
}

/** An experiment named, and what it is given. */
export interface Reference {
  readonly name: string;
  /** Where the name stands, for what is wrong with it. */
  readonly at: Omit<Given, 'value'>;
  readonly params: ReadonlyMap<string, Given>;
  /** How a key of `params` is written, before the name: `params.` or `param_`. */
  readonly prefix: string;
  /** These go before the experiment's own. */
  readonly title?: string;
  readonly mode?: Experiment['mode'];
}

/** One form of a spec, read: without problems it has an experiment of its own or a reference to one. */
export interface SpecRead {
  readonly problems: readonly Problem[];
  readonly experiment?: Experiment;
  readonly schedule?: Schedule;
  readonly reference?: Reference;
}

/** A schedule says when; an experiment in the library has no time of its own, and names no other. */
export type Purpose = 'schedule' | 'experiment';
