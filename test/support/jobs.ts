/** Job specifications for tests, as `PUT /v1/jobs` takes them; each runs on a real and on the embedded Nomad. */

const millisecond = 1_000_000;

/** Durations in milliseconds. */
export interface RestartOptions {
  readonly attempts: number;
  readonly interval: number;
  readonly delay: number;
  readonly mode: 'fail' | 'delay';
}

/** Durations in milliseconds. */
export interface RescheduleOptions {
  readonly attempts: number;
  readonly interval: number;
  readonly delay: number;
  readonly unlimited: boolean;
}

export interface TaskOptions {
  readonly name: string;
  /** A command that runs until it is ended, or ends by itself; default: sleeps an hour. */
  readonly command?: readonly [string, ...string[]];
  readonly lifecycle?: { readonly hook: 'prestart' | 'poststart' | 'poststop'; readonly sidecar?: boolean };
  /** Milliseconds; default 2 s. */
  readonly killTimeout?: number;
  /** Gives the task a workload identity, as `NOMAD_TOKEN` and in its secrets folder. */
  readonly identity?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly meta?: Readonly<Record<string, string>>;
  /** Path below the task's local folder at which it finds the payload of its dispatch. */
  readonly payloadFile?: string;
}

/** What a dispatch of the job takes. */
export interface ParameterizedOptions {
  /** Default `optional`. */
  readonly payload?: 'optional' | 'required' | 'forbidden';
  /** Keys of meta that a dispatch must have, and those that it may have. */
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
}

export interface JobOptions {
  readonly id: string;
  readonly namespace: string;
  readonly type?: 'service' | 'batch';
  /** Default `web`. */
  readonly group?: string;
  /** Default 3. */
  readonly count?: number;
  /** Default: one task `server`. */
  readonly tasks?: readonly TaskOptions[];
  /** Default: 3 attempts in a minute, at once, then fail. */
  readonly restart?: RestartOptions;
  /** Default: without end, at once. */
  readonly reschedule?: RescheduleOptions;
  readonly meta?: Readonly<Record<string, string>>;
  readonly groupMeta?: Readonly<Record<string, string>>;
  /** Milliseconds that an instance must run to count as healthy; default 0, so that a deployment is short. */
  readonly minHealthyTime?: number;
  /** Name of the node, or names of the nodes, that it may run on. */
  readonly onlyNode?: string | readonly string[];
  /** Id of the node that it must run on. */
  readonly nodeId?: string;
  /** Default: the cluster's. */
  readonly priority?: number;
  /** Only of batch jobs: it runs when it is dispatched. */
  readonly parameterized?: ParameterizedOptions;
  readonly scaling?: { readonly min: number; readonly max: number };
  /** Goes back to the last stable version when a deployment fails; default false. */
  readonly autoRevert?: boolean;
  /** Names of Nomad's own services, each on one port of the allocation: of the group, and of its first task. */
  readonly services?: { readonly group?: string; readonly task?: string };
}

export type JobSpec = { readonly [key: string]: unknown };

const sleeper: readonly [string, ...string[]] = ['/bin/sleep', '3600'];

/** A service or batch job of one group. */
export function jobSpec(options: JobOptions): JobSpec {
  const { id, namespace, type = 'service', parameterized, priority } = options;
  return {
    ID: id,
    Name: id,
    Namespace: namespace,
    Type: type,
    Datacenters: ['*'],
    Meta: options.meta ?? null,
    Constraints: constraintsOf(options),
    TaskGroups: [groupSpec(options, type)],
    ...(priority === undefined ? {} : { Priority: priority }),
    ...(parameterized === undefined ? {} : { ParameterizedJob: parameters(parameterized) }),
  };
}

function parameters({ payload = 'optional', required = [], optional = [] }: ParameterizedOptions): JobSpec {
  return { Payload: payload, MetaRequired: required, MetaOptional: optional };
}

function constraintsOf({ onlyNode, nodeId }: JobOptions): JobSpec[] | null {
  const byId = { LTarget: '$' + '{node.unique.id}', RTarget: nodeId, Operand: '=' };
  const all = [...(onlyNode === undefined ? [] : [onNodes(onlyNode)]), ...(nodeId === undefined ? [] : [byId])];
  return all.length === 0 ? null : all;
}

function onNodes(names: string | readonly string[]): JobSpec {
  const LTarget = '$' + '{node.unique.name}';
  return typeof names === 'string'
    ? { LTarget, RTarget: names, Operand: '=' }
    : { LTarget, RTarget: `^(${names.join('|')})$`, Operand: 'regexp' };
}

function groupSpec(options: JobOptions, type: 'service' | 'batch'): JobSpec {
  const {
    restart = { attempts: 3, interval: 60_000, delay: 0, mode: 'fail' },
    reschedule = { attempts: 0, interval: 0, delay: 5000, unlimited: true },
    tasks = [{ name: 'server' }],
    minHealthyTime = 0,
    scaling,
  } = options;
  const update = {
    HealthCheck: 'task_states',
    MaxParallel: 10,
    MinHealthyTime: minHealthyTime * millisecond,
    HealthyDeadline: 60_000 * millisecond,
    ProgressDeadline: 120_000 * millisecond,
    AutoRevert: options.autoRevert ?? false,
  };
  const { group: ofGroup, task: ofTask } = options.services ?? {};
  return {
    Name: options.group ?? 'web',
    Count: options.count ?? 3,
    Meta: options.groupMeta ?? null,
    RestartPolicy: {
      Attempts: restart.attempts,
      Interval: restart.interval * millisecond,
      Delay: restart.delay * millisecond,
      Mode: restart.mode,
    },
    ReschedulePolicy: {
      Attempts: reschedule.attempts,
      Interval: reschedule.interval * millisecond,
      Delay: reschedule.delay * millisecond,
      DelayFunction: 'constant',
      Unlimited: reschedule.unlimited,
    },
    ...(type === 'service' ? { Update: update } : {}),
    ...(scaling === undefined ? {} : { Scaling: { Enabled: true, Min: scaling.min, Max: scaling.max } }),
    EphemeralDisk: { SizeMB: 10 },
    ...(options.services === undefined
      ? {}
      : { Networks: [{ Mode: 'host', DynamicPorts: [{ Label: 'http' }] }], Services: servicesOf(ofGroup) }),
    Tasks: tasks.map((task, at) => ({ ...taskSpec(task), Services: at === 0 ? servicesOf(ofTask) : null })),
  };
}

function servicesOf(name: string | undefined): JobSpec[] | null {
  return name === undefined ? null : [{ Name: name, PortLabel: 'http', Provider: 'nomad', Tags: ['a', 'b'] }];
}

function taskSpec(task: TaskOptions): JobSpec {
  const [command, ...args] = task.command ?? sleeper;
  const { lifecycle } = task;
  return {
    Name: task.name,
    Driver: 'raw_exec',
    Config: { command, args },
    Resources: { CPU: 20, MemoryMB: 16 },
    LogConfig: { MaxFiles: 1, MaxFileSizeMB: 1 },
    KillTimeout: (task.killTimeout ?? 2000) * millisecond,
    ...(task.identity === true ? { Identity: { Env: true, File: true } } : {}),
    ...(task.env === undefined ? {} : { Env: task.env }),
    ...(task.meta === undefined ? {} : { Meta: task.meta }),
    ...(task.payloadFile === undefined ? {} : { DispatchPayload: { File: task.payloadFile } }),
    ...(lifecycle === undefined ? {} : { Lifecycle: { Hook: lifecycle.hook, Sidecar: lifecycle.sidecar ?? false } }),
  };
}
