/** How records are shown: as list entries or whole. */

import { summarize } from './job-status.ts';
import { isScheduled } from './parameters.ts';
import type { AllocEntry, AllocRecord, DeploymentRecord, JobEntry, NodeRecord, Tables } from './types.ts';

const transition = {
  Migrate: null,
  Reschedule: null,
  ForceReschedule: null,
  NoShutdownDelay: null,
  MigrateDisablePlacement: null,
};

/** An allocation in a list. */
export function allocStub(
  { record, job }: AllocEntry,
  options: { resources?: boolean; taskStates?: boolean } = {},
): Readonly<Record<string, unknown>> {
  return {
    ID: record.ID,
    EvalID: record.EvalID,
    Name: record.Name,
    Namespace: record.Namespace,
    NodeID: record.NodeID,
    NodeName: record.NodeName,
    JobID: record.JobID,
    JobType: job.Type,
    JobVersion: record.JobVersion ?? job.Version,
    TaskGroup: record.TaskGroup,
    ...(options.resources === true ? { AllocatedResources: record.AllocatedResources } : {}),
    DesiredStatus: record.DesiredStatus,
    DesiredDescription: record.DesiredDescription ?? '',
    DesiredTransition: { ...transition, ...record.DesiredTransition },
    ClientStatus: record.ClientStatus,
    ClientDescription: record.ClientDescription ?? '',
    ...(options.taskStates === false ? {} : { TaskStates: record.TaskStates ?? null }),
    DeploymentStatus: record.DeploymentStatus ?? null,
    FollowupEvalID: record.FollowupEvalID ?? '',
    NextAllocation: record.NextAllocation ?? '',
    RescheduleTracker: record.RescheduleTracker ?? null,
    PreemptedAllocations: null,
    PreemptedByAllocation: '',
    CreateIndex: record.CreateIndex,
    ModifyIndex: record.ModifyIndex,
    CreateTime: record.CreateTime,
    ModifyTime: record.ModifyTime,
  };
}

/** An allocation with the job that it runs. */
export function allocWhole({ record, job }: AllocEntry): AllocRecord & Readonly<Record<string, unknown>> {
  const { Ports, Networks, DiskMB } = record.AllocatedResources.Shared;
  const tasks = job.TaskGroups.find(group => group.Name === record.TaskGroup)?.Tasks ?? [];
  const total = tasks.reduce(
    (sum, task) => ({ CPU: sum.CPU + task.Resources.CPU, MemoryMB: sum.MemoryMB + task.Resources.MemoryMB }),
    { CPU: 0, MemoryMB: 0 },
  );
  const networks = Ports === null ? null : Networks;
  return {
    ...record,
    Job: job,
    Resources: { ...total, DiskMB, Networks: networks },
    SharedResources: { CPU: 0, MemoryMB: 0, DiskMB, Networks: networks },
    TaskResources: Object.fromEntries(tasks.map(task => [task.Name, task.Resources])),
    NetworkStatus: { Address: '', AddressIPv6: '', DNS: null, InterfaceName: '' },
    Metrics: {
      NodesEvaluated: 1,
      NodesFiltered: 0,
      NodesExhausted: 0,
      NodesInPool: 1,
      NodePool: 'default',
      NodesAvailable: null,
      ClassFiltered: null,
      ConstraintFiltered: null,
      ClassExhausted: null,
      DimensionExhausted: null,
      QuotaExhausted: null,
      ResourcesExhausted: null,
      Scores: null,
      ScoreMetaData: null,
      AllocationTime: 0,
      CoalescedFailures: 0,
    },
  };
}

/** A node in a list. */
export function nodeStub(
  node: NodeRecord,
  options: { os: boolean; resources: boolean },
): Readonly<Record<string, unknown>> {
  const { Attributes, NodeResources } = node;
  const ReservedResources = (node as { ReservedResources?: unknown }).ReservedResources;
  return {
    ID: node.ID,
    Name: node.Name,
    Address: Attributes['unique.network.ip-address'] ?? '127.0.0.1',
    Datacenter: node.Datacenter,
    NodeClass: node.NodeClass,
    NodePool: node.NodePool,
    Version: Attributes['nomad.version'] ?? '',
    Drain: node.Drain,
    LastDrain: node.LastDrain,
    SchedulingEligibility: node.SchedulingEligibility,
    Status: node.Status,
    StatusDescription: '',
    Drivers: node.Drivers,
    HostVolumes: {},
    ...(options.os ? { Attributes: { 'os.name': Attributes['os.name'] ?? 'linux' } } : {}),
    ...(options.resources ? { NodeResources, ReservedResources } : {}),
    CreateIndex: node.CreateIndex,
    ModifyIndex: node.ModifyIndex,
  };
}

/** A job in a list. */
export function jobStub(tables: Tables, entry: JobEntry, withMeta: boolean): Readonly<Record<string, unknown>> {
  const { job } = entry;
  return {
    ID: job.ID,
    ParentID: job.ParentID,
    Name: job.Name,
    Namespace: job.Namespace,
    Datacenters: job.Datacenters,
    NodePool: job.NodePool,
    Multiregion: null,
    Type: job.Type,
    Priority: job.Priority,
    Periodic: false,
    ParameterizedJob: !isScheduled(job),
    Stop: job.Stop,
    Status: job.Status,
    StatusDescription: job.StatusDescription,
    JobSummary: summarize(tables, entry),
    CreateIndex: job.CreateIndex,
    ModifyIndex: job.ModifyIndex,
    JobModifyIndex: job.JobModifyIndex,
    SubmitTime: job.SubmitTime,
    ...(withMeta ? { Meta: job.Meta } : {}),
  };
}

/** A deployment with the fields that an embedded one has no use for. */
export function deploymentWhole(deployment: DeploymentRecord): Readonly<Record<string, unknown>> {
  const groups = Object.entries(deployment.TaskGroups).map(([name, group]) => [
    name,
    { AutoPromote: false, PlacedCanaries: null, DesiredCanaries: 0, ...group },
  ]);
  return { ...deployment, TaskGroups: Object.fromEntries(groups), IsMultiregion: false, EvalPriority: 50 };
}
