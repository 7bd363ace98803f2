/** Completes a job as it was submitted: every field that Nomad would fill in. */

import type { GroupSpec, JobSpec, NetworkSpec, ServiceSpec, TaskSpec, UpdateStrategy } from './job-types.ts';
import { completeParameters } from './parameters.ts';

type Fields = Readonly<Record<string, unknown>>;

const second = 1e9;
const minute = 60 * second;

/** The defaults with what was given and is not null laid over them. */
function fill(defaults: Fields, given: unknown): Fields {
  const filled: Record<string, unknown> = { ...defaults };
  if (typeof given !== 'object' || given === null) return filled;
  for (const [key, value] of Object.entries(given)) {
    if (value !== null && value !== undefined) filled[key] = value;
  }
  return filled;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const orNull = <T>(items: readonly T[]): readonly T[] | null => (items.length === 0 ? null : items);
const isSystem = (type: string) => type === 'system' || type === 'sysbatch';

const restart = { RenderTemplates: false, Mode: 'fail' };
const restartDefaults: Readonly<Record<string, Fields>> = {
  service: { ...restart, Attempts: 2, Interval: 30 * minute, Delay: 15 * second },
  system: { ...restart, Attempts: 2, Interval: 30 * minute, Delay: 15 * second },
  batch: { ...restart, Attempts: 3, Interval: 24 * 60 * minute, Delay: 15 * second },
  sysbatch: { ...restart, Attempts: 3, Interval: 24 * 60 * minute, Delay: 15 * second },
};

const reschedule: Fields = {
  Attempts: 0,
  Interval: 0,
  Delay: 30 * second,
  DelayFunction: 'exponential',
  MaxDelay: 60 * minute,
};
const rescheduleDefaults: Readonly<Record<string, Fields>> = {
  service: { ...reschedule, Unlimited: true },
  batch: {
    ...reschedule,
    Attempts: 1,
    Interval: 24 * 60 * minute,
    Delay: 5 * second,
    DelayFunction: 'constant',
    MaxDelay: 0,
    Unlimited: false,
  },
};

const noUpdate = {
  Stagger: 0,
  MaxParallel: 0,
  HealthCheck: '',
  MinHealthyTime: 0,
  HealthyDeadline: 0,
  ProgressDeadline: 0,
  AutoRevert: false,
  AutoPromote: false,
  Canary: 0,
};
const updateDefaults: Fields = {
  ...noUpdate,
  Stagger: 30 * second,
  MaxParallel: 1,
  HealthCheck: 'checks',
  MinHealthyTime: 10 * second,
  HealthyDeadline: 5 * minute,
  ProgressDeadline: 10 * minute,
};

function completeService(given: unknown, namespace: string): ServiceSpec {
  const filled = fill(
    {
      Name: '',
      PortLabel: '',
      Provider: 'consul',
      Tags: null,
      TaskName: '',
      Address: '',
      AddressMode: 'auto',
      Checks: null,
      CanaryTags: null,
      CanaryMeta: null,
      Meta: null,
      Connect: null,
      Identity: null,
      EnableTagOverride: false,
      Kind: '',
      OnUpdate: 'require_healthy',
      TaggedAddresses: null,
      Weights: null,
    },
    given,
  );
  return { ...filled, Namespace: namespace, Cluster: 'default' } as unknown as ServiceSpec;
}

function completeTask(given: unknown, group: { restart: unknown; type: string; namespace: string }): TaskSpec {
  const filled = fill(
    {
      Name: '',
      Driver: '',
      User: '',
      Config: null,
      Env: null,
      Meta: null,
      Lifecycle: null,
      Leader: false,
      KillSignal: '',
      KillTimeout: 5 * second,
      Kind: '',
      ShutdownDelay: 0,
      Actions: null,
      Affinities: null,
      Artifacts: null,
      CSIPluginConfig: null,
      Constraints: null,
      Consul: null,
      DispatchPayload: null,
      Identities: null,
      ScalingPolicies: null,
      Schedule: null,
      Secrets: null,
      Templates: null,
      Vault: null,
      VolumeMounts: null,
    },
    given,
  );
  const task = filled as Fields & {
    Resources?: unknown;
    RestartPolicy?: unknown;
    Services?: unknown;
    LogConfig?: unknown;
    Lifecycle?: unknown;
  };
  return {
    ...task,
    Lifecycle: task.Lifecycle === null ? null : fill({ Hook: '', Sidecar: false }, task.Lifecycle),
    Resources: fill(
      {
        CPU: 100,
        MemoryMB: 300,
        MemoryMaxMB: 0,
        Cores: 0,
        DiskMB: 0,
        IOPS: 0,
        SecretsMB: 0,
        Devices: null,
        NUMA: null,
        Networks: null,
      },
      task.Resources,
    ),
    LogConfig: fill({ Disabled: false, MaxFiles: 10, MaxFileSizeMB: 10 }, task.LogConfig),
    RestartPolicy: fill(group.restart as Fields, task.RestartPolicy),
    Services: orNull(list(task.Services).map(service => completeService(service, group.namespace))),
  } as unknown as TaskSpec;
}

function completeNetwork(given: unknown): NetworkSpec {
  const network = fill({ Mode: '', DynamicPorts: null, ReservedPorts: null }, given) as Fields & {
    DynamicPorts?: unknown;
    ReservedPorts?: unknown;
  };
  const ports = (value: unknown) =>
    orNull(
      list(value).map(port =>
        fill({ Label: '', Value: 0, To: 0, HostNetwork: 'default', IgnoreCollision: false }, port),
      ),
    );
  return {
    ...network,
    DynamicPorts: ports(network.DynamicPorts),
    ReservedPorts: ports(network.ReservedPorts),
  } as unknown as NetworkSpec;
}

function completeGroup(
  given: unknown,
  job: { type: string; namespace: string; update: unknown; id: string },
): GroupSpec {
  const group = fill(
    {
      Name: '',
      Count: 1,
      Affinities: null,
      Constraints: null,
      Consul: null,
      Disconnect: null,
      MaxClientDisconnect: null,
      MaxRunDuration: null,
      Meta: null,
      PreventRescheduleOnLost: false,
      ShutdownDelay: null,
      Spreads: null,
      StopAfterClientDisconnect: null,
      Volumes: null,
    },
    given,
  ) as Fields & { [key: string]: unknown };
  const policy = fill(restartDefaults[job.type] ?? restart, group['RestartPolicy']);
  const given2 = group['ReschedulePolicy'];
  const update =
    job.type === 'service' || job.type === 'system' ? fill(fill(updateDefaults, job.update), group['Update']) : null;
  const scaling = group['Scaling'];
  const context = { restart: policy, type: job.type, namespace: job.namespace };
  return {
    ...group,
    RestartPolicy: policy,
    ReschedulePolicy: isSystem(job.type) ? null : fill(rescheduleDefaults[job.type] ?? reschedule, given2),
    Update: update as unknown as UpdateStrategy | null,
    Migrate:
      job.type === 'service'
        ? fill(
            { MaxParallel: 1, HealthCheck: 'checks', MinHealthyTime: 10 * second, HealthyDeadline: 5 * minute },
            group['Migrate'],
          )
        : null,
    EphemeralDisk: fill({ Migrate: false, SizeMB: 300, Sticky: false }, group['EphemeralDisk']),
    Scaling:
      scaling === undefined
        ? null
        : {
            ...fill(
              {
                Min: 0,
                Max: null,
                Enabled: true,
                Policy: null,
                Type: 'horizontal',
                Target: { Namespace: job.namespace, Job: job.id, Group: group['Name'] },
              },
              scaling,
            ),
            // Indexes that a registration names count for nothing.
            CreateIndex: 0,
            ModifyIndex: 0,
          },
    Networks: orNull(list(group['Networks']).map(completeNetwork)),
    Services: orNull(list(group['Services']).map(service => completeService(service, job.namespace))),
    Tasks: list(group['Tasks']).map(task => completeTask(task, context)),
  } as unknown as GroupSpec;
}

/** The job as Nomad would keep it, before it has indexes, version and status. */
export function completeJob(given: Fields, options: { namespace: string; region: string }): JobSpec {
  const type = typeof given['Type'] === 'string' && given['Type'] !== '' ? given['Type'] : 'service';
  const id = String(given['ID'] ?? '');
  const namespace =
    typeof given['Namespace'] === 'string' && given['Namespace'] !== '' ? given['Namespace'] : options.namespace;
  const job = fill(
    {
      ID: id,
      Name: id,
      Region: options.region,
      Priority: 50,
      Datacenters: ['*'],
      NodePool: 'default',
      Affinities: null,
      AllAtOnce: false,
      Constraints: null,
      ConsulNamespace: '',
      Meta: null,
      Multiregion: null,
      NomadTokenID: '',
      ParameterizedJob: null,
      ParentID: '',
      Dispatched: false,
      DispatchIdempotencyToken: '',
      Payload: null,
      Periodic: null,
      Spreads: null,
      UI: null,
      VaultNamespace: '',
      VersionTag: null,
    },
    given,
  );
  return {
    ...job,
    Type: type,
    Namespace: namespace,
    ParameterizedJob: completeParameters(job['ParameterizedJob']),
    Stop: false,
    Stable: false,
    Status: 'pending',
    StatusDescription: '',
    Version: 0,
    SubmitTime: 0,
    CreateIndex: 0,
    ModifyIndex: 0,
    JobModifyIndex: 0,
    Update:
      given['Update'] === undefined || given['Update'] === null
        ? { ...noUpdate, ...(type === 'service' ? { Stagger: 30 * second, MaxParallel: 1 } : {}) }
        : fill(updateDefaults, given['Update']),
    TaskGroups: list(given['TaskGroups']).map(group =>
      completeGroup(group, { type, namespace, update: given['Update'], id }),
    ),
  } as unknown as JobSpec;
}
