/** A valid spec as a document with every default written out: the same spec, read again. */

import { formatDuration } from '../../base/duration.ts';
import type { AnyFault, FaultCatalog } from '../../faults/fault.ts';
import type { Experiment, FaultStep, Schedule, Spec } from '../../spec/experiment.ts';
import { parameterItems, timeItems } from './normal-form.ts';

type Part = Readonly<Record<string, unknown>>;

/** Whether flat keys can say all of it. */
export function isFlat({ experiment: { method, target } }: Spec): boolean {
  const { exclude, nodeAttribute, nodeMeta, pick } = target;
  return method.length === 1 && [exclude, nodeAttribute, nodeMeta, pick.weights].every(each => each === undefined);
}

/** The document that means this spec. */
export function documentForm({ experiment, schedule }: Spec, catalog: FaultCatalog): Part {
  const { title, mode, version, recovery, acceptIrreversible } = experiment;
  return defined({
    version,
    title,
    mode,
    schedule: schedulePart(schedule),
    target: targetPart(experiment),
    method: methodPart(experiment, catalog),
    recovery: { within: formatDuration(recovery.withinMs) },
    accept_irreversible: acceptIrreversible,
  });
}

function schedulePart(schedule: Schedule): Part {
  return {
    ...timeItems(schedule),
    jitter: formatDuration(schedule.jitterMs ?? 0),
    start_deadline: formatDuration(schedule.startDeadlineMs),
    concurrency: schedule.concurrency ?? 'forbid',
    probability: schedule.probability ?? 1,
    suspend: schedule.suspend,
  };
}

function targetPart({ target }: Experiment): Part {
  const { pick, exclude } = target;
  const weights = pick.weights === undefined ? undefined : { [snake(pick.weights.by)]: pick.weights.of };
  return defined({
    ...named(target),
    pick: defined({
      ...(pick.mode === 'all' ? {} : pick.amount),
      mode: pick.mode,
      weights,
      spread: pick.spread,
      seed: pick.seed,
    }),
    exclude: exclude?.map(({ meta, ...entry }) => defined({ ...named(entry), meta })),
    if_empty: target.ifEmpty,
  });
}

function named(
  target: Pick<
    Experiment['target'],
    | 'job'
    | 'group'
    | 'task'
    | 'service'
    | 'node'
    | 'nodeClass'
    | 'datacenter'
    | 'nodePool'
    | 'nodeAttribute'
    | 'nodeMeta'
  >,
): Part {
  const { job, group, task, service, node, nodeClass, datacenter, nodePool, nodeAttribute, nodeMeta } = target;
  return {
    ...{ job, group, task, service, node, node_class: nodeClass, datacenter, node_pool: nodePool },
    ...{ node_attribute: nodeAttribute, node_meta: nodeMeta },
  };
}

function snake(by: 'datacenter' | 'nodeClass'): string {
  return by === 'nodeClass' ? 'node_class' : by;
}

function methodPart({ method }: Experiment, catalog: FaultCatalog): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < method.length; ) {
    const first = method[at];
    if (first === undefined) break;
    const together = first.stage === undefined ? [first] : method.slice(at).filter(each => each.stage === first.stage);
    if (first.pauseMs !== undefined) parts.push({ pause: formatDuration(first.pauseMs) });
    const steps = together.map(step => stepPart(step, catalog.get(step.fault)));
    const [only] = steps;
    parts.push(steps.length === 1 && only !== undefined ? only : { parallel: steps });
    at += together.length;
  }
  return parts;
}

function stepPart(step: FaultStep, fault: AnyFault | undefined): Part {
  const given = fault === undefined ? {} : parameterItems(step.with, fault);
  return defined({
    fault: step.fault,
    with: Object.keys(given).length === 0 ? undefined : given,
    duration: fault?.lasts === true ? formatDuration(step.durationMs) : undefined,
  });
}

function defined(part: Part): Part {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}
