/** What the readers of a document's parts share while one is read. */

import type { Problem } from '../../base/errors.ts';
import { nearest, snakeCase } from '../../base/nearest.ts';
import { shown } from '../../base/reading.ts';
import type { FaultCatalog } from '../../faults/fault.ts';
import { isFlatKey } from '../keys.ts';
import { namesNamespace, namespaceKeyProblem } from '../namespaces.ts';
import { meantKey } from '../near-misses.ts';
import type { Purpose } from '../parsed.ts';
import { documentWords } from './layout.ts';
import { plain, type Tree } from './tree.ts';

export interface Reading {
  readonly catalog: FaultCatalog;
  readonly purpose: Purpose;
  readonly problems: Problem[];
  /** Flat keys that an unknown word was probably meant to be: not missing, then. */
  readonly meant: Set<string>;
  /** Unknown words so far: after some, no nearest one is looked for. */
  unknown: number;
}

const longestSearch = 20;

/** Where an unknown word stands. */
export interface Stray {
  /** Of what it stands in; `''` is the whole. */
  readonly path: string;
  readonly key: string;
  readonly value: Tree;
  /** Words that may stand there. */
  readonly words: readonly string[];
  /** The step that it is in, with the parameters of its fault. */
  readonly step?: { readonly path: string; readonly parameters: readonly string[] };
}

/** Tells of a word that doesn't belong where it stands; answers the one that was probably meant. */
export function strayWord(reading: Reading, stray: Stray): string | undefined {
  const { path, key, value, words } = stray;
  const whole = path === '' ? key : `${path}.${key}`;
  const found = shown(plain(value));
  if (namesNamespace(key)) {
    reading.problems.push({ ...namespaceKeyProblem(key, plain(value)), key: whole });
    return undefined;
  }
  reading.unknown += 1;
  const { word, say, flat } = reading.unknown > longestSearch ? {} : meant(stray);
  if (flat !== undefined) reading.meant.add(flat);
  reading.problems.push({
    code: 'SIR-101',
    key: whole === '' ? '""' : shown(whole),
    message: `unknown key \`${shown(whole)}\`${say === undefined ? '' : `: ${say}`}`,
    found,
    allowed: words.join(', ') || 'nothing here',
    ...(word === undefined ? {} : { didYouMean: word }),
  });
  return word;
}

interface Meant {
  readonly word?: string;
  readonly say?: string;
  readonly flat?: string;
}

function meant({ path, key, words, step }: Stray): Meant {
  const place = documentWords(step?.path).key;
  const start = path === '' ? '' : `${path}.`;
  if (isFlatKey(key)) return { word: place(key), flat: key };
  if (step?.parameters.includes(key) === true) return { word: `${step.path}.with.${key}` };
  const sibling = words.find(word => word === snakeCase(key)) ?? nearest(key, words);
  if (sibling !== undefined) return { word: `${start}${sibling}` };
  const known = meantKey(key, step?.parameters ?? []);
  if (known === undefined) return {};
  const say = known.say === undefined ? {} : { say: known.say };
  if (isFlatKey(known.key)) return { word: place(known.key), flat: known.key, ...say };
  return step?.parameters.includes(known.key) === true
    ? { word: `${step.path}.with.${known.key}`, ...say }
    : { word: known.key, ...say };
}

/** A value of the wrong shape. */
export function misshapen(reading: Reading, key: string, value: Tree, allowed: string): void {
  const found = shown(plain(value));
  const what = value.kind === 'list' ? 'a list' : value.kind === 'map' ? 'a mapping' : `\`${found}\``;
  const isNothing = value.kind === 'leaf' && value.text === null;
  const message = isNothing ? `${key}: nothing is given` : `${key}: ${what} is not what belongs here`;
  reading.problems.push({ code: 'SIR-104', key, message, found, allowed });
}
