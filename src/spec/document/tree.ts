/** A document as a tree of plain values, each with its place in the text. */

import type { Place } from '../parsed.ts';

/** A single value. `text` is as it was written, without quotes; null where nothing was, or `null`. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly at: Place;
  readonly text: string | null;
  readonly sort: 'text' | 'number' | 'boolean' | 'null';
}

export interface Entry {
  readonly key: string;
  /** Of the key. */
  readonly at: Place;
  readonly value: Tree;
}

/** Keys are there once. */
export interface Branch {
  readonly kind: 'map';
  readonly at: Place;
  readonly entries: readonly Entry[];
}

export interface Row {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: readonly Tree[];
}

export type Tree = Leaf | Branch | Row;

/** The value of a key. */
export function valueAt({ entries }: Branch, key: string): Tree | undefined {
  return entries.find(each => each.key === key)?.value;
}

/** A value as JSON has it, its numbers and booleans as text: what fields read, and what errors show. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'leaf') return tree.text;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
}

/** A value as flat keys have it: a list of single values with commas between them. */
export function written(tree: Tree): unknown {
  if (tree.kind !== 'list') return plain(tree);
  const texts = tree.items.map(each =>
    each.kind === 'leaf' && each.text?.includes(',') === false ? each.text : undefined,
  );
  return texts.length === 0 || texts.includes(undefined) ? plain(tree) : texts.join(',');
}

export type Path = readonly (string | number)[];

/** `method[1].with.signal` */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}
