/** How many of the candidates, and which. */

import type { Random } from '../base/random.ts';
import type { Candidate } from '../faults/fault.ts';
import type { Pick } from '../spec/experiment.ts';
import { bornAt, idOf, nodeOf, sorted } from './candidate.ts';
import { byText } from './order.ts';

/** Where a candidate is, for `spread` and weights: the id of its node, its datacenter and class (`''` when not known). */
export interface Place {
  readonly node: string;
  readonly datacenter: string;
  readonly nodeClass: string;
}

export type PlaceOf = (candidate: Candidate) => Place;

/** The place as far as the candidate itself tells: an allocation doesn't name its datacenter. */
export const ownPlace: PlaceOf = candidate => ({
  node: nodeOf(candidate) ?? '',
  datacenter: candidate.kind === 'node' ? candidate.node.datacenter : '',
  nodeClass: candidate.kind === 'node' ? candidate.node.nodeClass : '',
});

/** How likely a candidate is chosen beside another: 1 each where the pick gives no weights. */
export function weightOf({ weights }: Pick, place: Place): number {
  if (weights === undefined) return 1;
  const value = place[weights.by];
  return (Object.hasOwn(weights.of, value) ? weights.of[value] : weights.of['*']) ?? 0;
}

/**
 * Chooses from `candidates`: the same set, pick and stream of chance give the same choice in the same order, however
 * the input is ordered. A percentage rounds down and is at least one; no more than there are; mode `all` takes all.
 * With `spread` the values (nodes, datacenters) take turns, so that no two of them differ by more than one while both
 * have candidates left; within one value the mode decides. With mode `weighted` those of weight 0 are never taken.
 */
export function pick(
  candidates: readonly Candidate[],
  how: Pick,
  random: Random,
  placeOf: PlaceOf = ownPlace,
): readonly Candidate[] {
  const pool = sorted(candidates);
  const ordered =
    how.mode === 'weighted'
      ? drawn(pool, random, candidate => weightOf(how, placeOf(candidate)))
      : inOrder(pool, how.mode, random);
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

function inOrder(
  pool: readonly Candidate[],
  mode: Exclude<Pick['mode'], 'weighted'>,
  random: Random,
): readonly Candidate[] {
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

/** One after the other, each with the chance that its weight gives it among those that are left. */
function drawn(
  pool: readonly Candidate[],
  random: Random,
  weigh: (candidate: Candidate) => number,
): readonly Candidate[] {
  const left = pool.map(candidate => ({ candidate, weight: weigh(candidate) })).filter(({ weight }) => weight > 0);
  const order: Candidate[] = [];
  while (left.length > 0) {
    const all = left.reduce((sum, { weight }) => sum + weight, 0);
    let rest = random.next() * all;
    let at = 0;
    // Rounding may leave a little past the last.
    for (; at < left.length - 1; at += 1) {
      rest -= left[at]?.weight ?? 0;
      if (rest < 0) break;
    }
    order.push(...left.splice(at, 1).map(({ candidate }) => candidate));
  }
  return order;
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
