/** A valid spec as flat keys with every default written out: the same spec, read again. */

import { formatDuration } from '../../base/duration.ts';
import { fieldMeta } from '../../base/fields.ts';
import { formatTime } from '../../base/time.ts';
import type { AnyFault } from '../../faults/fault.ts';
import type { Schedule, Spec } from '../../spec/experiment.ts';
import { shapeOf } from '../../spec/parameters.ts';
import type { Items } from './items.ts';

/** The items that mean this spec, which has one step and nothing that only documents can say. */
export function normalForm({ experiment, schedule }: Spec, fault: AnyFault): Items {
  const { target, title, recovery, acceptIrreversible, mode, version } = experiment;
  const step = experiment.method[0];
  const { pick } = target;
  const amount =
    pick.mode === 'all'
      ? {}
      : 'count' in pick.amount
        ? { target_count: String(pick.amount.count) }
        : { target_percent: String(pick.amount.percent) };
  return defined({
    version: String(version),
    title,
    mode,
    fault: fault.name,
    ...parameterItems(step?.with ?? {}, fault),
    duration: fault.lasts && step !== undefined ? formatDuration(step.durationMs) : undefined,
    target_job: target.job,
    target_group: target.group,
    target_task: target.task,
    target_service: target.service,
    target_node: target.node,
    target_node_class: target.nodeClass,
    target_datacenter: target.datacenter,
    target_node_pool: target.nodePool,
    ...amount,
    target_mode: pick.mode,
    target_spread: pick.spread,
    seed: pick.seed,
    if_empty: target.ifEmpty,
    ...timeItems(schedule),
    start_jitter: formatDuration(schedule.jitterMs ?? 0),
    start_deadline: formatDuration(schedule.startDeadlineMs),
    concurrency: schedule.concurrency ?? 'forbid',
    probability: String(schedule.probability ?? 1),
    suspend: String(schedule.suspend),
    recover_within: formatDuration(recovery.withinMs),
    accept_irreversible: String(acceptIrreversible),
  });
}

/** When, as flat keys and documents have it. */
export function timeItems({ when }: Pick<Schedule, 'when'>): Items {
  switch (when.kind) {
    case 'at':
      return { at: formatTime(when.at) };
    case 'at-now':
      return { at: 'now' };
    case 'every':
      return { every: formatDuration(when.everyMs) };
    case 'on':
      return {
        on: when.on,
        on_delay: formatDuration(when.delayMs),
        on_min_interval: formatDuration(when.minIntervalMs),
      };
    case 'cron':
      return { cron: when.cron, timezone: when.timezone };
  }
}

/** Parameters as text. */
export function parameterItems(values: Readonly<Record<string, unknown>>, fault: AnyFault): Items {
  const shape = shapeOf(fault.parameters);
  const items: Record<string, string> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const value = values[name];
    if (value !== undefined) items[name] = fieldMeta(schema)?.format(value) ?? String(value);
  }
  return items;
}

function defined(items: Readonly<Record<string, string | undefined>>): Items {
  return Object.fromEntries(
    Object.entries(items).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
