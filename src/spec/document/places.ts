/** Where in its text each problem of a document is. */

import type { Problem } from '../../base/errors.ts';
import { printable } from '../../base/reading.ts';
import type { Place } from '../parsed.ts';
import { type Path, pathText, type Tree } from './tree.ts';

export interface Spot {
  /** Of the key, or of the value where it stands in a list. */
  readonly key: Place;
  readonly value: Place;
}

/** By path as it is written in errors: `method[1].with.signal`; `''` is the whole. */
export type Places = ReadonlyMap<string, Spot>;

/** The place of each value of a document. */
export function placesOf(root: Tree): Places {
  const places = new Map<string, Spot>();
  const see = (tree: Tree, path: Path, key: Place) => {
    places.set(pathText(path), { key, value: tree.at });
    if (tree.kind === 'map') for (const each of tree.entries) see(each.value, [...path, each.key], each.at);
    if (tree.kind === 'list') for (const [index, each] of tree.items.entries()) see(each, [...path, index], each.at);
  };
  see(root, [], root.at);
  return places;
}

/** Codes that tell of a value, not of its key. */
const ofValue: ReadonlySet<string> = new Set(['SIR-104', 'SIR-105', 'SIR-109']);

/** A problem in printable words, with its place: that of its key, or of the nearest value above that there is. */
export function placed(problem: Problem, places: Places): Problem {
  const { key, message } = problem;
  const told = { ...problem, message: printable(message), ...(key === undefined ? {} : { key: printable(key) }) };
  return problem.line === undefined ? { ...told, ...placeOf(problem, places) } : told;
}

function placeOf(problem: Problem, places: Places): Place | undefined {
  for (let path = problem.key ?? ''; ; path = above(path)) {
    const spot = places.get(path);
    if (spot !== undefined) {
      return path === problem.key && ofValue.has(problem.code) ? spot.value : spot.key;
    }
    if (path === '') return undefined;
  }
}

function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.'), path.lastIndexOf('[')));
}

/** In the order of the text, each once. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const once = new Map(problems.map(each => [`${each.code} ${each.key} ${each.message}`, each]));
  return [...once.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
