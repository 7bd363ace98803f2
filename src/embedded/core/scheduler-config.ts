/** The scheduler's configuration: read, written by compare-and-set, and what it stops. */

import type { Access } from './acl.ts';
import { resumeEvals } from './evals.ts';
import { Refusal } from './failure.ts';
import type { Cluster, SchedulerConfig } from './types.ts';
import { commit, touch } from './write.ts';

type Chosen = Omit<SchedulerConfig, 'CreateIndex' | 'ModifyIndex'>;

const preemptions = [
  'SystemSchedulerEnabled',
  'SysBatchSchedulerEnabled',
  'BatchSchedulerEnabled',
  'ServiceSchedulerEnabled',
];

/** A configuration as it was sent: what is missing is off. Refuses (400) an empty body and an unknown algorithm. */
export function schedulerConfigOf(body: unknown): Chosen {
  if (typeof body !== 'object' || body === null)
    throw new Refusal(400, 'Error parsing scheduler config: Request body is empty');
  const given = body as Readonly<Record<string, unknown>>;
  const algorithm = given['SchedulerAlgorithm'] ?? '';
  if (!['', 'binpack', 'spread'].includes(String(algorithm)))
    throw new Refusal(400, `invalid scheduler algorithm: ${String(algorithm)}`);
  const preemption = (given['PreemptionConfig'] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    SchedulerAlgorithm: String(algorithm),
    PreemptionConfig: Object.fromEntries(preemptions.map(name => [name, preemption[name] === true])),
    MemoryOversubscriptionEnabled: given['MemoryOversubscriptionEnabled'] === true,
    RejectJobRegistration: given['RejectJobRegistration'] === true,
    PauseEvalBroker: given['PauseEvalBroker'] === true,
    NodeLimitForFeasibilityChecks: Number(given['NodeLimitForFeasibilityChecks'] ?? 0),
  };
}

/** Replaces the configuration, unless `cas` is given and is not its index. */
export function setScheduler(
  cluster: Cluster,
  config: Chosen,
  cas: number | undefined,
): { readonly updated: boolean; readonly index: number } {
  const { scheduler } = cluster.tables;
  const updated = cas === undefined || cas === scheduler.ModifyIndex;
  const index = commit(cluster, 'SchedulerConfig', write => {
    if (!updated) return;
    const { CreateIndex } = scheduler;
    write.tables.scheduler = { ...config, CreateIndex, ModifyIndex: write.index };
    touch(write, 'scheduler', '', '');
  });
  if (updated && scheduler.PauseEvalBroker && !config.PauseEvalBroker) resumeEvals(cluster);
  return { updated, index };
}

/** Refuses (403) what starts or changes work, where only managers may; who manages may always. */
export function checkRegistrations(cluster: Cluster, access: Access): void {
  if (!cluster.tables.scheduler.RejectJobRegistration || access.management) return;
  throw new Refusal(403, 'Job registration, dispatch, and scale are disabled by the scheduler configuration');
}
