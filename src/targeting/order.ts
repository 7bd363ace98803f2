/** Orders that don't depend on the order of input. */

import type { Candidate } from '../faults/fault.ts';

/** The id of a candidate: of its allocation or node. */
export function idOf(candidate: Candidate): string {
  return candidate.kind === 'allocation' ? candidate.alloc.id : candidate.node.id;
}

/** The name that people know a candidate by. */
export function nameOf(candidate: Candidate): string {
  return candidate.kind === 'allocation' ? candidate.alloc.name : candidate.node.name;
}

/** By code units, the same in every locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By id, without repetition. */
export function sorted(candidates: readonly Candidate[]): readonly Candidate[] {
  const byId = new Map(candidates.map(candidate => [idOf(candidate), candidate]));
  return [...byId.values()].sort((a, b) => byText(idOf(a), idOf(b)));
}
