/** A spec that a request brings, or a person gives to `sirocco execute`: a document, whose time, where it has one, does not matter. */

import type { FaultCatalog } from '../faults/fault.ts';
import { parseDocument } from '../spec/document/document.ts';
import { readDocument } from '../spec/document/read-document.ts';
import { readText } from '../spec/document/yaml-text.ts';
import { noExperiments, resolved } from '../spec/experiments/resolve.ts';
import type { ParsedSpec } from '../spec/flat.ts';

/** Reads it under the name that its run will bear. Never throws, whatever it holds. */
export function parseOwnSpec(name: string, text: string, catalog: FaultCatalog): ParsedSpec {
  const asSchedule = parseDocument(name, text, catalog);
  if (asSchedule.ok || asSchedule.problems.some(({ key }) => key !== 'schedule.at')) return asSchedule;
  // No time is what is missing, and a request is its own time.
  const read = readText(text);
  if (!read.ok) return asSchedule;
  return resolved(readDocument(read.root, { catalog, purpose: 'experiment' }), [], { catalog, library: noExperiments });
}
