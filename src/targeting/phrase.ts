/** A candidate in words. */

import type { Candidate } from '../faults/fault.ts';

/** Such as `web.cache[0] (5f2b1c3d) on node n1 (0a1b2c3d)`. */
export function targetPhrase(candidate: Candidate): string {
  if (candidate.kind === 'node') return `node ${candidate.node.name} (${candidate.node.id.slice(0, 8)})`;
  const { alloc } = candidate;
  return `${alloc.name} (${alloc.id.slice(0, 8)}) on node ${alloc.nodeName} (${alloc.node.slice(0, 8)})`;
}
