/** The parameterized job that brings the agent to one node, and whose children are the injections there. */

/** Seconds in Nomad's nanoseconds. */
const second = 1e9;

export interface ParentOptions {
  /** Id of the node: a constraint can't come from a dispatch, so each node has a parent of its own. */
  readonly node: string;
  readonly home: string;
  /** Path of the agent's binary on the node. */
  readonly command: string;
  /** Folder of its journals on the node; absent: its own default. It must outlive allocations. */
  readonly state?: string;
}

/** Job id of a node's parent. */
export function parentId(node: string): string {
  return `sirocco-agent-${node}`;
}

/** Where `inject` puts its copy of the program, which the other tasks run: putting back takes no download. */
const copy = '$' + '{NOMAD_ALLOC_DIR}/sirocco/sirocco-agent';

/** As `PUT /v1/jobs` takes it in `Job`. */
export function parentJob({ node, home, command, state }: ParentOptions): Readonly<Record<string, unknown>> {
  const task = (Name: string, program: string, args: readonly string[], more: Readonly<Record<string, unknown>>) => ({
    Name,
    Driver: 'raw_exec',
    Config: { command: program, args },
    ...(state === undefined ? {} : { Env: { SIROCCO_AGENT_STATE: state } }),
    Resources: { CPU: 20, MemoryMB: 32 },
    // Long enough for all that is put back, which takes milliseconds save where a worker gives back much memory.
    KillTimeout: 15 * second,
    LogConfig: { MaxFiles: 1, MaxFileSizeMB: 1 },
    ...more,
  });
  return {
    ID: parentId(node),
    Name: parentId(node),
    Namespace: home,
    Type: 'batch',
    Priority: 100,
    Datacenters: ['*'],
    NodePool: 'all',
    Constraints: [{ LTarget: '$' + '{node.unique.id}', Operand: '=', RTarget: node }],
    ParameterizedJob: { Payload: 'required', MetaRequired: ['sirocco_run', 'sirocco_intent'], MetaOptional: [] },
    TaskGroups: [
      {
        Name: 'agent',
        Count: 1,
        // A fault that failed is not done again, neither here nor elsewhere.
        RestartPolicy: { Attempts: 0, Interval: 60 * second, Delay: second, Mode: 'fail' },
        ReschedulePolicy: { Attempts: 0, Interval: 60 * second, Unlimited: false },
        EphemeralDisk: { SizeMB: 32 },
        Tasks: [
          task('inject', command, ['inject', '$' + '{NOMAD_TASK_DIR}/payload.json'], {
            Lifecycle: { Hook: 'prestart', Sidecar: false },
            DispatchPayload: { File: 'payload.json' },
          }),
          task('hold', copy, ['hold'], {}),
          task('ready', copy, ['ready'], { Lifecycle: { Hook: 'poststart', Sidecar: false } }),
          task('revert', copy, ['revert'], { Lifecycle: { Hook: 'poststop', Sidecar: false } }),
        ],
      },
    ],
  };
}
