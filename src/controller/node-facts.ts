/**
 * Attributes and meta of nodes, where targets ask for them. A list of nodes has neither, and a whole node is five times
 * as large as its line in a list: so each node that may be meant is read by itself, once, and again when a list or an
 * event shows another state of it. What is read is kept until then.
 */

import type { Question } from '../targeting/candidates.ts';
import { factsAsked } from '../targeting/facts.ts';
import { unreadNodes } from '../targeting/unread-nodes.ts';
import { deadline } from './core.ts';
import { type Freshness, freshRead, readKey, worst } from './reads.ts';
import type { Core } from './state.ts';

/** So many nodes are read together, so that other reads find their turn; the next ones when all of these are answered. */
const together = 48;
/** A node whose read told an older state than the list is read again so soon. */
const againMs = 250;

/** Whether the nodes that a choice may mean are known with all that is asked of them. Reads what is not. */
export function factsFreshness(core: Core, question: Question): Freshness {
  const names = factsAsked(question.target);
  if (names.length === 0) return 'fresh';
  core.view.watchFacts(names);
  for (const key of core.nodeReads) if (core.reads.get(key)?.reading !== true) core.nodeReads.delete(key);
  if (core.nodeReads.size > 0) return 'waiting';
  const unread = unreadNodes(question);
  return worst(unread.slice(0, together).map(node => readNode(core, node)));
}

function readNode(core: Core, node: string): Freshness {
  const call = { op: 'read-node', node } as const;
  const key = readKey(call);
  const read = freshRead(core, call, core.mono - againMs);
  if (read === 'waiting') core.nodeReads.add(key);
  if (read !== 'fresh') return read;
  deadline(core, 'read-again', key, againMs);
  return 'waiting';
}

/** What specs and open runs ask of nodes: nothing else of them is kept. */
export function factsNamed(core: Core): ReadonlySet<string> {
  const targets = [...core.runs.values()].map(({ standing }) => standing.run.experiment.target);
  return new Set([...core.interests.facts(), ...targets.flatMap(factsAsked)]);
}
