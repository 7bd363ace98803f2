/** Which words a document takes, and where. The table of keys has the places; what only documents can say is here. */

import type { FlatKeyNow } from '../flat-fields.ts';
import { documentPlace, keysNow } from '../keys.ts';
import type { Words } from '../rules.ts';

/** Parts of a document that are more than a value of a flat key. */
export const ownParts = [
  'method',
  'params',
  'target.exclude',
  'target.node_attribute',
  'target.node_meta',
  'target.pick.weights',
] as const;
export type OwnPart = (typeof ownParts)[number];

const flatByPlace: ReadonlyMap<string, FlatKeyNow> = new Map(
  keysNow.filter(row => row.document !== '' && !row.document.startsWith('method[')).map(row => [row.document, row.key]),
);

/** The flat key whose value stands at a place. */
export function flatKeyAt(place: string): FlatKeyNow | undefined {
  return flatByPlace.get(place);
}

const places: readonly string[] = [...flatByPlace.keys(), ...ownParts, 'steady_state', 'guards'];

/** Whether other words stand below this one. */
export function isBranch(place: string): boolean {
  return places.some(each => each.startsWith(`${place}.`));
}

/** The words that may stand below a place, `''` is the whole. */
export function wordsBelow(place: string): readonly string[] {
  const start = place === '' ? '' : `${place}.`;
  const below = places.filter(each => each.startsWith(start));
  return [...new Set(below.map(each => each.slice(start.length).split('.')[0] ?? ''))];
}

/** The words of a step. */
export const stepWords = ['fault', 'with', 'duration', 'pause', 'parallel'] as const;

/** Keys and faults as a document calls them; `step` is the path of the step that is spoken of. */
export function documentWords(step = 'method[0]', several = false): Words {
  const key: Words['key'] = each => documentPlace(each).replace(/^method\[0\]/, step);
  return {
    key,
    fault: ({ name }) => (several ? `${step}, ${name},` : name),
    pair: (each, value) => `${key(each)}: ${value}`,
  };
}
