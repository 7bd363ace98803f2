/** How many of the candidates, and which. */

import type { Random } from '../base/random.ts';
import type { Candidate } from '../faults/fault.ts';
import type { Pick } from '../spec/experiment.ts';
import { bornAt, idOf, nodeOf, sorted } from './candidate.ts';
import { byText } from './order.ts';

/** Where a candidate is, for `spread`: the id of its node and the name of its datacenter (`''` when not known). */
export interface Place {
  readonly node: string;
  readonly datacenter: string;
}

export type PlaceOf = (candidate: Candidate) => Place;

/** The place as far as the candidate itself tells: an allocation doesn't name its datacenter. */
export const ownPlace: PlaceOf = candidate => ({
  node: nodeOf(candidate) ?? '',
  datacenter: candidate.kind === 'node' ? candidate.node.datacenter : '',
});

/**
 * Chooses from `candidates`: the same set, pick and stream of chance give the same choice in the same order, however
 * the input is ordered. A percentage rounds down and is at least one; no more than there are; mode `all` takes all.
 * With `spread` the values (nodes, datacenters) take turns, so that no two of them differ by more than one while both
 * have candidates left; within one value the mode decides.
 */
export function pick(
  candidates: readonly Candidate[],
  how: Pick,
  random: Random,
  placeOf: PlaceOf = ownPlace,
): readonly Candidate[] {
  const pool = sorted(candidates);
  const ordered = inOrder(pool, how.mode, random);
  if (how.mode === 'all') return ordered;
  const turns = how.spread === undefined ? ordered : inTurns(ordered, how.spread, placeOf);
  return turns.slice(0, amountOf(how, pool.length));
}

/** How many of `available` a pick takes. */
export function amountOf(how: Pick, available: number): number {
  if (available === 0) return 0;
  if (how.mode === 'all') return available;
  const wanted = 'count' in how.amount ? how.amount.count : Math.floor((available * how.amount.percent) / 100);
  return Math.min(available, Math.max(1, wanted));
}

function inOrder(pool: readonly Candidate[], mode: Pick['mode'], random: Random): readonly Candidate[] {
  switch (mode) {
    case 'all':
      return pool;
    case 'random':
      return shuffled(pool, random);
    case 'oldest':
      return [...pool].sort((a, b) => bornAt(a) - bornAt(b) || byText(idOf(a), idOf(b)));
    case 'newest':
      return [...pool].sort((a, b) => bornAt(b) - bornAt(a) || byText(idOf(a), idOf(b)));
  }
}

function shuffled(pool: readonly Candidate[], random: Random): readonly Candidate[] {
  const left = [...pool];
  const drawn: Candidate[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.below(left.length), 1));
  return drawn;
}

function inTurns(ordered: readonly Candidate[], spread: 'node' | 'datacenter', placeOf: PlaceOf): readonly Candidate[] {
  const queues = new Map<string, Candidate[]>();
  for (const candidate of ordered) {
    const value = placeOf(candidate)[spread];
    const queue = queues.get(value);
    if (queue === undefined) queues.set(value, [candidate]);
    else queue.push(candidate);
  }
  const turns: Candidate[] = [];
  for (let round = 0; turns.length < ordered.length; round += 1)
    for (const queue of queues.values()) turns.push(...queue.slice(round, round + 1));
  return turns;
}
