/** Which nodes a choice waits for: a list of nodes tells neither attributes nor meta. */

import { nodeOf } from './candidate.ts';
import type { Question } from './candidates.ts';
import { factsAsked, isRead } from './facts.ts';
import { kindOf } from './matching.ts';
import { patterns } from './patterns.ts';

/**
 * Ids of the nodes whose attributes or meta the target asks for and that were not read in their present
 * state: those of candidates that nothing else leaves out. Each must be read before anything is chosen.
 */
export function unreadNodes(question: Question): readonly string[] {
  const names = factsAsked(question.target);
  if (names.length === 0) return [];
  const wanted = patterns(question.target);
  const kind = kindOf(question.targetKind);
  const unread = new Set<string>();
  for (const candidate of kind.match(question, wanted)) {
    const id = nodeOf(candidate);
    const node = id === undefined ? undefined : question.view.node(id);
    if (node === undefined || unread.has(node.id) || isRead(node, names)) continue;
    if (kind.unfit(candidate, question, wanted) === undefined) unread.add(node.id);
  }
  return [...unread];
}
