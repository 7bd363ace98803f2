/** A mapping of keys to globs: meta of a job, attributes and meta of a node. */

import { parseGlob } from '../../base/glob.ts';
import { misshapen, type Reading } from './reading.ts';
import type { Tree } from './tree.ts';

export type GlobMap = Readonly<Record<string, string>>;

const globMapAllowed = 'a text, or a glob such as ubuntu*; 1 to 256 characters, no list';
/** Of one mapping. */
export const mostKeys = 32;

/**
 * Reads one, in an order that does not depend on how it was written. The globs are of values that people and clients
 * write, so that blanks and commas may stand in them. `of`: whose keys they are, with an example.
 */
export function readGlobMap(reading: Reading, at: string, tree: Tree, of: string): GlobMap {
  const isMap = tree.kind === 'map' && tree.entries.length > 0 && tree.entries.length <= mostKeys;
  if (!isMap || !tree.entries.every(({ key }) => isText(key))) {
    misshapen(reading, at, tree, `a mapping of 1 to ${mostKeys} keys of ${of}`);
    return {};
  }
  const pairs = tree.entries.map(({ key, value }) => [key, readGlob(reading, `${at}.${key}`, value)] as const);
  return Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isText(text: string): boolean {
  return /^[^\p{Cc}]{1,256}$/u.test(text);
}

function readGlob(reading: Reading, at: string, tree: Tree): string {
  const text = tree.kind === 'leaf' ? tree.text : null;
  if (text !== null && isText(text) && !text.includes('{{') && parseGlob(text).ok) return text;
  misshapen(reading, at, tree, globMapAllowed);
  return '';
}
