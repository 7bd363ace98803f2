/** Whom: from a target's words to the chosen few. */

import { stream } from '../base/random.ts';
import type { View } from '../cluster/types.ts';
import type { AnyFault, Candidate } from '../faults/fault.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { idOf, nameOf, nodeOf } from './candidate.ts';
import { candidates, type Exclusion, type Judge } from './candidates.ts';
import { excluder } from './exclude.ts';
import { ownPlace, type Place, type PlaceOf, pick, weightOf } from './pick.ts';

export interface Wanted {
  readonly view: View;
  readonly namespace: string;
  readonly target: TargetSpec;
  readonly fault: AnyFault;
  /** The fault's parameters, parsed. */
  readonly params: unknown;
  /** Used when the spec gives none; drawn by the caller and recorded. */
  readonly seed: string;
  /** The candidate gates, such as `candidateJudge` of safety gives them. */
  readonly judge?: Judge;
}

export interface Choice {
  /** In the order of picking. */
  readonly chosen: readonly Candidate[];
  /** How many could have been chosen. */
  readonly eligible: number;
  /** Matched and left out, in order of id. */
  readonly excluded: readonly Exclusion[];
  /** Repeats the choice: the spec's own or the one drawn. */
  readonly seed: string;
  /** What the target's words matched nothing of, when they matched nothing at all. */
  readonly nothing?: string;
}

/** Chooses the targets of one run; the same view and seed give the same choice. */
export function choose(wanted: Wanted): Choice {
  const { view, namespace, target, fault } = wanted;
  const context = { params: wanted.params, view, ...(target.task === undefined ? {} : { task: target.task }) };
  const judges: Judge[] = [excluder(target, namespace, view), candidate => fault.exclude?.(candidate, context)];
  if (wanted.judge !== undefined) judges.push(wanted.judge);
  const placeOf = placeIn(view);
  if (target.pick.weights !== undefined) judges.push(candidate => withoutWeight(target, placeOf(candidate)));
  const found = candidates({ view, namespace, target, targetKind: fault.targetKind, judges });
  const seed = target.pick.seed ?? wanted.seed;
  const picked = pick(found.candidates, target.pick, stream(seed, 'targets'), placeOf);
  const [chosen, beside] = fault.onePerJob === true ? onePerJob(picked) : [picked, []];
  return {
    chosen,
    eligible: found.candidates.length,
    excluded: [...found.excluded, ...beside],
    seed,
    ...(found.nothing === undefined ? {} : { nothing: found.nothing }),
  };
}

/** The first of each job; the others are told as left out. */
function onePerJob(picked: readonly Candidate[]): readonly [readonly Candidate[], readonly Exclusion[]] {
  const jobs = new Set<string>();
  const left: Exclusion[] = [];
  const kept = picked.filter(each => {
    const job = 'job' in each ? each.job.id : idOf(each);
    if (!jobs.has(job)) return jobs.add(job);
    left.push({
      id: idOf(each),
      name: nameOf(each),
      why: 'another group of its job is chosen: one of a job at a time',
    });
    return false;
  });
  return [kept, left];
}

function withoutWeight({ pick: how }: TargetSpec, place: Place): string | undefined {
  if (how.weights === undefined || weightOf(how, place) > 0) return undefined;
  const [word, value] =
    how.weights.by === 'datacenter' ? ['datacenter', place.datacenter] : ['node class', place.nodeClass];
  return value === '' ? `its ${word} is not known, and weights go by it` : `its ${word} ${value} has no weight`;
}

function placeIn(view: View): PlaceOf {
  return candidate => {
    const node = nodeOf(candidate);
    const seen = node === undefined ? undefined : view.node(node);
    return seen === undefined
      ? ownPlace(candidate)
      : { node: seen.id, datacenter: seen.datacenter, nodeClass: seen.nodeClass };
  };
}
