/** The items of a Variable, as `nomad var put` writes them, to a valid spec, or everything that is wrong with them. */

import type { Problem } from '../base/errors.ts';
import { shown } from '../base/reading.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import { readSpecText } from './document/document.ts';
import { type Library, noExperiments, resolved } from './experiments/resolve.ts';
import { flatFields } from './flat-fields.ts';
import { readFlat } from './flat-read.ts';
import { nameProblem } from './names.ts';
import type { ParsedSpec, SpecRead } from './parsed.ts';
import { problemsOf } from './problems.ts';

export type { ParsedSpec } from './parsed.ts';

type Items = Readonly<Record<string, string>>;

/** Reads the items of `chaos/schedule/<name>`: flat keys, or a document in `spec`. Never throws, whatever they hold. */
export function parseSpec(
  name: string,
  items: Items,
  catalog: FaultCatalog,
  library: Library = noExperiments,
): ParsedSpec {
  const named = nameProblem(name);
  const isDocument = Object.hasOwn(items, 'spec');
  const read = isDocument ? readItem(items, catalog) : readFlat(items, catalog, 'schedule');
  return resolved(read, named === undefined ? [] : [named], { catalog, library });
}

/** A document in the item `spec`; `suspend` beside it rests a schedule without touching the document. */
function readItem(items: Items, catalog: FaultCatalog): SpecRead {
  const { spec = '', suspend, ...others } = items;
  const read = readSpecText(spec, catalog);
  const problems = [
    ...Object.keys(others)
      .sort()
      .map(key => besideDocument(key, others[key])),
    ...read.problems,
  ];
  if (suspend === undefined) return { ...read, problems };
  const rests = flatFields.suspend.safeParse(suspend);
  if (!rests.success) {
    const parsed = {
      shape: { suspend: flatFields.suspend },
      input: { suspend },
      whole: 'suspend',
      word: () => 'suspend',
    };
    const issues = rests.error.issues.map(issue => ({ ...issue, path: ['suspend'] }));
    return { ...read, problems: [...problemsOf(issues, parsed), ...problems] };
  }
  const schedule = read.schedule === undefined ? {} : { schedule: { ...read.schedule, suspend: rests.data } };
  return { ...read, problems, ...schedule };
}

function besideDocument(key: string, value: string | undefined): Problem {
  const message = `spec and ${shown(key)} exclude each other`;
  const allowed = 'spec alone, or with suspend: all else belongs into the document';
  return { code: 'SIR-106', key: key === '' ? '""' : shown(key), message, found: shown(value), allowed };
}
