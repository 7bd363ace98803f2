/** What the values of keys mean, however they were written. */

import type { Experiment, FaultStep, Pick, Schedule, TargetSpec } from './experiment.ts';
import type { FlatValues } from './flat-fields.ts';

/** How long a lasting fault is in force when the spec doesn't say. */
export const standardDurationMs = 5 * 60_000;

/** Values of keys, and what only documents can say. */
export type SpecValues = Omit<FlatValues, 'target_mode'> & {
  readonly target_mode: Pick['mode'];
  readonly nodeAttribute?: NonNullable<TargetSpec['nodeAttribute']>;
  readonly nodeMeta?: NonNullable<TargetSpec['nodeMeta']>;
  readonly exclude?: NonNullable<TargetSpec['exclude']>;
  readonly weights?: NonNullable<Pick['weights']>;
  readonly steadyState?: Experiment['steadyState'];
  readonly guards?: Experiment['guards'];
};

/** The experiment of these values, with its steps. */
export function experimentOf(values: SpecValues, method: readonly FaultStep[]): Experiment {
  return {
    version: 1,
    ...defined({ title: values.title }),
    mode: values.mode,
    target: targetOf(values),
    method,
    ...defined({ steadyState: values.steadyState, guards: values.guards }),
    recovery: { withinMs: values.recover_within },
    acceptIrreversible: values.accept_irreversible,
  };
}

/** When it runs. */
export function scheduleOf(values: SpecValues): Schedule {
  const { concurrency, probability, start_jitter: jitterMs } = values;
  return {
    when: whenOf(values),
    startDeadlineMs: values.start_deadline,
    suspend: values.suspend,
    ...(jitterMs === 0 ? {} : { jitterMs }),
    ...(concurrency === 'forbid' ? {} : { concurrency }),
    ...(probability === 1 ? {} : { probability }),
  };
}

function whenOf({ cron, timezone, every, at, on, on_delay, on_min_interval }: SpecValues): Schedule['when'] {
  if (on !== undefined) return { kind: 'on', on, delayMs: on_delay, minIntervalMs: on_min_interval };
  if (cron !== undefined) return { kind: 'cron', cron, timezone };
  return every === undefined ? (at ?? { kind: 'at-now' }) : { kind: 'every', everyMs: every };
}

function targetOf(values: SpecValues): TargetSpec {
  return {
    ...defined({
      job: values.target_job,
      group: values.target_group,
      task: values.target_task,
      service: values.target_service,
      node: values.target_node,
      nodeClass: values.target_node_class,
      datacenter: values.target_datacenter,
      nodePool: values.target_node_pool,
      nodeAttribute: values.nodeAttribute,
      nodeMeta: values.nodeMeta,
      exclude: values.exclude,
    }),
    pick: pickOf(values),
    ifEmpty: values.if_empty,
  };
}

function pickOf(values: SpecValues): Pick {
  const share = values.target_mode === 'all' ? 100 : values.target_percent;
  return {
    amount: share === undefined ? { count: values.target_count ?? 1 } : { percent: share },
    mode: values.target_mode,
    ...defined({ spread: values.target_spread, seed: values.seed, weights: values.weights }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
