/** The scaling blocks of a job as Nomad keeps them: each is a policy with an id and indexes of its own. */

import { stableJson } from '../../base/json.ts';
import { nextId } from './ids.ts';
import type { GroupSpec, JobSpec, ScalingSpec } from './job-types.ts';
import type { Cluster } from './types.ts';

const policyOf = (job: JobSpec | undefined, group: GroupSpec): ScalingSpec | null =>
  job?.TaskGroups.find(each => each.Name === group.Name)?.Scaling ?? null;

function withPolicies(job: JobSpec, change: (group: GroupSpec, policy: ScalingSpec) => ScalingSpec): JobSpec {
  if (job.TaskGroups.every(group => group.Scaling === null)) return job;
  const TaskGroups = job.TaskGroups.map(group =>
    group.Scaling === null ? group : { ...group, Scaling: change(group, group.Scaling) },
  );
  return { ...job, TaskGroups };
}

/** A registration's policies keep their ids, whatever ids it names. */
export function nameScaling(cluster: Cluster, existing: JobSpec | undefined, job: JobSpec): JobSpec {
  return withPolicies(job, (group, policy) => {
    const ID = policyOf(existing, group)?.['ID'] ?? nextId(cluster.ids);
    return { ...policy, ID };
  });
}

function chosen({ CreateIndex: _, ModifyIndex: __, ...rest }: ScalingSpec): string {
  return stableJson(rest);
}

/** A policy that is new or changed has the index of the write that kept it; one that stays is shown as it was sent. */
export function indexScaling(index: number, existing: JobSpec | undefined, job: JobSpec): JobSpec {
  return withPolicies(job, (group, policy) => {
    const before = policyOf(existing, group);
    if (before !== null && chosen(before) === chosen(policy)) return policy;
    return { ...policy, CreateIndex: Number(before?.['CreateIndex'] ?? 0) || index, ModifyIndex: index };
  });
}
