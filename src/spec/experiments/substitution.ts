/** `{{ name }}` in the values of an experiment. It is put in once: what a value holds is not read again. */

import type { Problem } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { shown } from '../../base/reading.ts';
import { type Branch, type Leaf, type Path, pathText, type Tree } from '../document/tree.ts';

/** A value to put in, as text. */
export interface Value {
  readonly text: string;
  readonly sort: Leaf['sort'];
}

export type Values = ReadonlyMap<string, Value>;

/** What was put in where, and what could not be. */
export interface Filling {
  readonly values: Values;
  /** Names by the path of the value that they stand in. */
  readonly used: Map<string, readonly string[]>;
  readonly problems: Problem[];
}

export function filling(values: Values): Filling {
  return { values, used: new Map(), problems: [] };
}

/** Parts whose texts are filled in again when they are asked, from names with a dot. */
const askedLater: ReadonlySet<string> = new Set(['steady_state', 'guards']);

/** The tree with every value put in; places stay those of the text. */
export function fillTree(root: Branch, into: Filling): Branch {
  const fill = (tree: Tree, path: Path): Tree => {
    if (tree.kind === 'map')
      return {
        ...tree,
        entries: tree.entries.map(each => ({ ...each, value: fill(each.value, [...path, each.key]) })),
      };
    if (tree.kind === 'list') return { ...tree, items: tree.items.map((each, index) => fill(each, [...path, index])) };
    return tree.sort === 'text' && tree.text !== null ? fillLeaf(tree, path, into) : tree;
  };
  return { ...root, entries: root.entries.map(each => ({ ...each, value: fill(each.value, [each.key]) })) };
}

function fillLeaf(leaf: Leaf, path: Path, into: Filling): Leaf {
  const text = leaf.text ?? '';
  const filled = fillText(text, pathText(path), into, { dotted: askedLater.has(String(path[0])), place: leaf.at });
  const only = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(text)?.[1];
  const whole = only === undefined ? undefined : into.values.get(only);
  return { ...leaf, text: filled, ...(whole === undefined ? {} : { sort: whole.sort }) };
}

interface Where {
  /** Names with a dot are left for later. */
  readonly dotted?: boolean;
  readonly place?: Leaf['at'];
}

/** One text with every value put in. */
export function fillText(text: string, key: string, into: Filling, { dotted = false, place }: Where = {}): string {
  const used: string[] = [];
  const filled = text.replaceAll(/\{\{([^{}]*)\}\}/g, (whole, inner: string) => {
    const name = inner.trim();
    const value = into.values.get(name);
    if (value === undefined) {
      if (!(dotted && name.includes('.'))) into.problems.push({ ...unknownName(name, key, into.values), ...place });
      return whole;
    }
    used.push(name);
    return value.text;
  });
  if (used.length > 0) into.used.set(key, used);
  return filled;
}

function unknownName(name: string, key: string, values: Values): Problem {
  const near = nearest(name, values.keys());
  const names = [...values.keys()].sort().join(', ');
  return {
    code: 'SIR-104',
    key,
    message: `${key}: no parameter is called \`${shown(name)}\``,
    found: `{{ ${shown(name)} }}`,
    allowed: names === '' ? 'no {{ }}: the experiment has no parameters' : names,
    ...(near === undefined ? {} : { didYouMean: near }),
  };
}
