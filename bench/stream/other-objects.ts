/** Nodes, jobs, deployments and evaluations for a made-up stream, with the keys and the size that they have in events. */

type Json = Record<string, unknown>;

const instant = 1.795502834722327e18;
const seconds = 1e9;

const attributes = Object.fromEntries(
  Array.from({ length: 48 }, (_, n) => [`attribute.group-${n % 7}.name-${n}`, `some value, number ${n}`]),
);
const drivers = Object.fromEntries(
  ['docker', 'exec', 'java', 'qemu', 'raw_exec'].map(name => [
    name,
    {
      Attributes: { [`driver.${name}`]: 'true' },
      Detected: true,
      HealthDescription: 'Healthy',
      Healthy: true,
      UpdateTime: '2026-11-24T06:46:58.126872151Z',
    },
  ]),
);

export function node(id: string, index: number): Json {
  return {
    Attributes: { ...attributes, 'os.signals': 'SIGKILL,SIGTERM,SIGSTOP,SIGCONT,SIGHUP,SIGUSR1,SIGUSR2,SIGINT' },
    CSIControllerPlugins: {},
    CSINodePlugins: {},
    CgroupParent: 'nomad.slice',
    ComputedClass: 'v1:5937224995658312354',
    CreateIndex: 9,
    Datacenter: 'dc1',
    Drain: false,
    DrainStrategy: null,
    Drivers: drivers,
    Events: [
      {
        CreateIndex: 0,
        Details: null,
        Message: 'Node registered',
        Subsystem: 'Cluster',
        Timestamp: '2026-11-24T06:47:14Z',
      },
    ],
    HTTPAddr: '127.0.0.1:4646',
    HostNetworks: null,
    HostVolumes: {},
    ID: id,
    LastDrain: null,
    Links: {},
    Meta: { rack: 'r1', tier: 'silver' },
    ModifyIndex: index,
    Name: `client-${id.slice(0, 4)}`,
    NodeClass: '',
    NodePool: 'default',
    NodeResources: {
      Cpu: { CpuShares: 8000, ReservableCpuCores: [0, 1], TotalCpuCores: 2 },
      Devices: null,
      Disk: { DiskMB: 258019 },
      MaxDynamicPort: 28499,
      Memory: { MemoryMB: 4096 },
      MinDynamicPort: 28000,
      Networks: [{ CIDR: '127.0.0.1/32', Device: 'lo', IP: '127.0.0.1', MBits: 1000, Mode: 'host' }],
    },
    SchedulingEligibility: 'eligible',
    SecretID: '',
    Status: 'ready',
    StatusDescription: '',
    StatusUpdatedAt: 1795502834,
    TLSEnabled: false,
  };
}

const restartPolicy = {
  Attempts: 20,
  Delay: 0.5 * seconds,
  Interval: 60 * seconds,
  Mode: 'delay',
  RenderTemplates: false,
};

export function job(id: string, index: number): Json {
  return {
    Affinities: null,
    AllAtOnce: false,
    Constraints: null,
    CreateIndex: 11,
    Datacenters: ['*'],
    ID: id,
    JobModifyIndex: index,
    Meta: null,
    ModifyIndex: index,
    Name: id,
    Namespace: 'default',
    NodePool: 'default',
    ParameterizedJob: null,
    ParentID: '',
    Periodic: null,
    Priority: 50,
    Region: 'global',
    Stable: false,
    Status: 'running',
    StatusDescription: '',
    Stop: false,
    SubmitTime: instant,
    TaskGroups: [
      {
        Affinities: null,
        Count: 25,
        EphemeralDisk: { Migrate: false, SizeMB: 10, Sticky: false },
        Meta: null,
        Name: 'web',
        Networks: null,
        ReschedulePolicy: {
          Attempts: 0,
          Delay: 5 * seconds,
          DelayFunction: 'constant',
          Interval: 0,
          MaxDelay: 3600 * seconds,
          Unlimited: true,
        },
        RestartPolicy: restartPolicy,
        Services: null,
        Tasks: [
          {
            Artifacts: null,
            Config: { command: '/bin/sleep', args: ['3600'] },
            Driver: 'raw_exec',
            Env: null,
            KillTimeout: 2 * seconds,
            Lifecycle: null,
            LogConfig: { Disabled: false, MaxFileSizeMB: 1, MaxFiles: 1 },
            Meta: null,
            Name: 'server',
            Resources: { CPU: 20, Cores: 0, Devices: null, DiskMB: 0, MemoryMB: 16, MemoryMaxMB: 0, Networks: null },
            RestartPolicy: restartPolicy,
            Services: null,
            Templates: null,
            User: '',
            Vault: null,
            VolumeMounts: null,
          },
        ],
        Volumes: null,
      },
    ],
    Type: 'service',
    Version: 0,
  };
}

export function deployment(id: string, jobId: string, index: number): Json {
  return {
    CreateIndex: 13,
    CreateTime: instant,
    EvalPriority: 50,
    ID: id,
    IsMultiregion: false,
    JobCreateIndex: 11,
    JobID: jobId,
    JobModifyIndex: 11,
    JobSpecModifyIndex: 11,
    JobVersion: 0,
    ModifyIndex: index,
    ModifyTime: instant,
    Namespace: 'default',
    Status: 'running',
    StatusDescription: 'Deployment is running',
    TaskGroups: {
      web: {
        AutoPromote: false,
        AutoRevert: false,
        DesiredCanaries: 0,
        DesiredTotal: 25,
        HealthyAllocs: 20,
        PlacedAllocs: 25,
        PlacedCanaries: null,
        ProgressDeadline: 120 * seconds,
        Promoted: false,
        RequireProgressBy: '2026-11-24T06:49:14.728481404Z',
        UnhealthyAllocs: 0,
      },
    },
  };
}

export function evaluation(id: string, jobId: string, index: number): Json {
  return {
    CreateIndex: index,
    CreateTime: instant,
    ID: id,
    JobID: jobId,
    JobModifyIndex: 11,
    ModifyIndex: index,
    ModifyTime: instant,
    Namespace: 'default',
    Priority: 50,
    QueuedAllocations: { web: 0 },
    Status: 'complete',
    TriggeredBy: 'deployment-watcher',
    Type: 'service',
  };
}
