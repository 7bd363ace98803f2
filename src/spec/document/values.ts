/** The values of a document that flat keys have too, gathered by the flat names of their keys. */

import type { FlatKeyNow } from '../flat-fields.ts';
import { keysNow } from '../keys.ts';
import { flatKeyAt, isBranch, type OwnPart, ownParts, wordsBelow } from './layout.ts';
import { misshapen, type Reading, strayWord } from './reading.ts';
import { type Branch, type Tree, written } from './tree.ts';

export interface Gathered {
  readonly items: Map<FlatKeyNow, unknown>;
  /** Parts that are more than one value. */
  readonly parts: ReadonlyMap<OwnPart, Tree>;
}

/** Words at the top that others read. */
const elsewhere: ReadonlySet<string> = new Set(['steady_state', 'guards']);

/** Goes through all but the parts that have readers of their own. */
export function gather(reading: Reading, root: Branch): Gathered {
  const items = new Map<FlatKeyNow, unknown>();
  const parts = new Map<OwnPart, Tree>();
  const see = (branch: Branch, path: string): void => {
    for (const entry of branch.entries) {
      const place = path === '' ? entry.key : `${path}.${entry.key}`;
      const own = ownParts.find(each => each === place);
      const key = flatKeyAt(place);
      if (own !== undefined) parts.set(own, entry.value);
      else if (key !== undefined) items.set(key, written(entry.value));
      else if (isBranch(place) && entry.value.kind === 'map') see(entry.value, place);
      else if (isBranch(place)) noMapping(reading, place, entry.value);
      else if (!elsewhere.has(place)) strayWord(reading, { path, ...entry, words: wordsBelow(path) });
    }
  };
  see(root, '');
  return { items, parts };
}

/** What stands below it is not missing as well. */
function noMapping(reading: Reading, place: string, value: Tree): void {
  misshapen(reading, place, value, `a mapping with ${wordsBelow(place).join(', ')}`);
  for (const { key, document } of keysNow) if (document.startsWith(`${place}.`)) reading.meant.add(key);
}
