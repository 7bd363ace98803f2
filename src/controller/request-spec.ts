/** A spec that a request brings, or a person gives to `sirocco execute`: a document, whose time, where it has one, does not matter. */

import type { Problem } from '../base/errors.ts';
import type { FaultCatalog } from '../faults/fault.ts';
import { parseDocument } from '../spec/document/document.ts';
import { readDocument } from '../spec/document/read-document.ts';
import { readText } from '../spec/document/yaml-text.ts';
import { type Library, noExperiments, resolved } from '../spec/experiments/resolve.ts';
import type { ParsedSpec } from '../spec/flat.ts';

/** Reads it under the name that its run will bear. Never throws, whatever it holds. */
export function parseOwnSpec(
  name: string,
  text: string,
  catalog: FaultCatalog,
  library: Library = noExperiments,
): ParsedSpec {
  const asSchedule = parseDocument(name, text, catalog, library);
  if (asSchedule.ok || !asSchedule.problems.some(isTimeMissing)) return asSchedule;
  // A request is its own time.
  const others = asSchedule.problems.filter(each => !isTimeMissing(each));
  if (others.length > 0) return { ok: false, problems: others };
  const read = readText(text);
  if (!read.ok) return asSchedule;
  return resolved(readDocument(read.root, { catalog, purpose: 'experiment' }), [], { catalog, library });
}

function isTimeMissing({ code, key }: Problem): boolean {
  return code === 'SIR-103' && key === 'schedule.at';
}
