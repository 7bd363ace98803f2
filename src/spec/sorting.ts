/** The items of a flat spec, told apart: what this release reads, what goes to the fault, and what is wrong already. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import { type FlatKeyNow, flatFields } from './flat-fields.ts';
import { keysNow } from './keys.ts';
import { namesNamespace, namespaceKeyProblem } from './namespaces.ts';
import { meantKey } from './near-misses.ts';

export interface Sorted {
  /** Values of keys of this release. */
  readonly flat: ReadonlyMap<FlatKeyNow, unknown>;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** In order of the keys. */
  readonly problems: readonly Problem[];
  /** Keys that an unknown one was probably meant to be: not missing, then. */
  readonly meant: ReadonlySet<string>;
}

/** A Variable holds thousands of keys at most; looking for the nearest word stops long before. */
const longestSearch = 20;

/**
 * Sorts items by key. `parameters` are the names that the fault takes; with `guessed` the fault is not known, they are
 * those of all faults, and their values are left alone.
 */
export function sorted(
  items: Readonly<Record<string, unknown>>,
  parameters: readonly string[],
  guessed: boolean,
): Sorted {
  const flat = new Map<FlatKeyNow, unknown>();
  const taken: [string, unknown][] = [];
  const problems: Problem[] = [];
  const meant = new Set<string>();
  const takes = new Set(parameters);
  let unknown = 0;
  for (const [key, value] of Object.entries(items).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (isNow(key)) {
      flat.set(key, value);
    } else if (takes.has(key)) {
      taken.push([key, value]);
    } else if (namesNamespace(key)) {
      problems.push(namespaceKeyProblem(key, value));
    } else {
      unknown += 1;
      const problem = unknownProblem(key, value, parameters, guessed, unknown <= longestSearch);
      problems.push(problem);
      if (problem.didYouMean !== undefined) meant.add(problem.didYouMean);
    }
  }
  return { flat, parameters: Object.fromEntries(guessed ? [] : taken), problems, meant };
}

function isNow(key: string): key is FlatKeyNow {
  return Object.hasOwn(flatFields, key);
}

function unknownProblem(
  key: string,
  value: unknown,
  parameters: readonly string[],
  guessed: boolean,
  search: boolean,
): Problem {
  const meant = search ? meantKey(key, parameters) : undefined;
  const say = meant?.say;
  const ofFault = guessed
    ? 'and the parameters of the fault'
    : parameters.length === 0
      ? 'the fault takes no parameters'
      : `of the fault: ${parameters.join(', ')}`;
  return {
    code: 'SIR-101',
    key: key === '' ? '""' : shown(key),
    message: `unknown key \`${shown(key)}\`${say === undefined ? '' : `: ${say}`}`,
    found: shown(value),
    allowed: `${keysNow.map(row => row.key).join(', ')}; ${ofFault}`,
    ...(meant === undefined ? {} : { didYouMean: meant.key }),
  };
}
