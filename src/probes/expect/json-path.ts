/** The way to one value in JSON: `status`, `checks.db[0].state`, `["a.b"].c`; a `$` or `$.` before it changes nothing. */

import { misread, type Reading, read } from '../../base/reading.ts';

export type JsonPath = readonly (string | number)[];

const pathWords = 'a path such as status, checks.db[0].state or ["a.b"].c, of at most 20 steps';

const step = /\.?([\w-]+)|\[(-?\d{1,6})\]|\["([^"\\]{1,128})"\]/y;

/** Reads a path; `$` alone is the whole. A negative number counts from the end of a list. Never throws. */
export function parsePath(text: string): Reading<JsonPath> {
  const path: (string | number)[] = [];
  const written = text.trim().replace(/^\$(?=$|[.[])/, '');
  const refused = misread(text, 'a path in JSON', pathWords);
  if (text.trim() === '' || text.length > 256) return refused;
  step.lastIndex = 0;
  while (step.lastIndex < written.length) {
    const match = step.exec(written);
    // Only the first name may stand without its dot.
    if (match === null || path.length === 20) return refused;
    const [whole, name, index, quoted] = match;
    if (name !== undefined && match.index > 0 && !whole.startsWith('.')) return refused;
    path.push(index === undefined ? (name ?? quoted ?? '') : Number(index));
  }
  return read(path);
}

/** The value at a path; undefined where there is none, also where a step meets the wrong kind of value. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let here = value;
  for (const each of path) {
    if (typeof each === 'number') {
      here = Array.isArray(here) ? here.at(each) : undefined;
    } else {
      const inside = typeof here === 'object' && here !== null && !Array.isArray(here) && Object.hasOwn(here, each);
      here = inside ? (here as Readonly<Record<string, unknown>>)[each] : undefined;
    }
  }
  return here;
}
