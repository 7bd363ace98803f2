/** The text of a document to a valid spec, or everything that is wrong with it. */

import type { FaultCatalog } from '../../faults/fault.ts';
import { type Library, noExperiments, resolved } from '../experiments/resolve.ts';
import { nameProblem } from '../names.ts';
import type { ParsedSpec, SpecRead } from '../parsed.ts';
import { readDocument } from './read-document.ts';
import { readText } from './yaml-text.ts';

/** Reads the document of `chaos/schedule/<name>`, YAML 1.2 or JSON. Never throws, whatever it holds. */
export function parseDocument(
  name: string,
  text: string,
  catalog: FaultCatalog,
  library: Library = noExperiments,
): ParsedSpec {
  const named = nameProblem(name);
  return resolved(readSpecText(text, catalog), named === undefined ? [] : [named], { catalog, library });
}

/** What a text says, before the experiment that it names is looked up. */
export function readSpecText(text: string, catalog: FaultCatalog): SpecRead {
  const read = readText(text);
  return read.ok ? readDocument(read.root, { catalog, purpose: 'schedule' }) : { problems: read.problems };
}
