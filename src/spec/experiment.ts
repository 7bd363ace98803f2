/** What every form of a spec becomes: flat keys, a document. All durations are milliseconds, all instants too. */

export interface Experiment {
  readonly version: 1;
  readonly title?: string;
  readonly mode: 'run' | 'shadow';
  readonly target: TargetSpec;
  /** Steps in order. */
  readonly method: readonly FaultStep[];
  /** What must hold before and after; absent: only that what is hit is whole. */
  readonly steadyState?: readonly NamedProbe[];
  /** What must hold while harm is in force. */
  readonly guards?: readonly Guard[];
  readonly recovery: { readonly withinMs: number };
  readonly acceptIrreversible: boolean;
}

/** One probe of the steady state, its parameters and expectations as read: JSON. */
export interface NamedProbe {
  readonly name: string;
  readonly probe: string;
  readonly with: Readonly<Record<string, unknown>>;
  readonly expect: Readonly<Record<string, unknown>>;
  /** Whether it must hold while harm is in force, too. */
  readonly during: boolean;
}

/** A probe of the steady state with an expectation of its own. */
export interface Guard {
  readonly probe: string;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly violatedForMs: number;
}

export interface FaultStep {
  readonly fault: string;
  /** Parsed by the fault's own parameters. */
  readonly with: Readonly<Record<string, unknown>>;
  /** 0 for a fault that does not last. */
  readonly durationMs: number;
  /** Steps of one stage are done together, and stages one after the other; default: a stage of its own. */
  readonly stage?: number;
  /** What is waited after the stage before is over. */
  readonly pauseMs?: number;
}

export interface TargetSpec {
  readonly job?: string;
  readonly group?: string;
  readonly task?: string;
  readonly service?: string;
  readonly node?: string;
  readonly nodeClass?: string;
  readonly datacenter?: string;
  readonly nodePool?: string;
  /** Globs by key, as Nomad's nodes have them: all must match, and a key that a node doesn't have matches nothing. */
  readonly nodeAttribute?: Readonly<Record<string, string>>;
  readonly nodeMeta?: Readonly<Record<string, string>>;
  /** What matches any of these is left out. */
  readonly exclude?: readonly ExcludeSpec[];
  readonly pick: Pick;
  readonly ifEmpty: 'fail' | 'skip' | 'wait';
}

/** Globs; what matches all that are given is left out. `node` also takes the beginning of a node's id. */
export interface ExcludeSpec {
  readonly job?: string;
  /** Of the job, by key: a key that is absent matches nothing. */
  readonly meta?: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly node?: string;
  readonly nodeClass?: string;
  readonly datacenter?: string;
  readonly nodePool?: string;
  readonly nodeAttribute?: Readonly<Record<string, string>>;
  readonly nodeMeta?: Readonly<Record<string, string>>;
}

export interface Pick {
  /** One of the two: how many, or what share of those that match (rounds down, at least 1). */
  readonly amount: { readonly count: number } | { readonly percent: number };
  readonly mode: 'random' | 'oldest' | 'newest' | 'all' | 'weighted';
  /** With mode `weighted`: how likely one is chosen, by the value of its node; `*` is every value not named. */
  readonly weights?: { readonly by: 'datacenter' | 'nodeClass'; readonly of: Readonly<Record<string, number>> };
  readonly spread?: 'node' | 'datacenter';
  readonly seed?: string;
}

/** What Nomad's own doings may start. */
export const eventNames = ['deployment-started', 'allocation-started', 'node-joined'] as const;
export type EventName = (typeof eventNames)[number];

/** Started by an event that concerns the target, so long after it, and not again within so long of the last start. */
export interface EventWhen {
  readonly kind: 'on';
  readonly on: EventName;
  readonly delayMs: number;
  readonly minIntervalMs: number;
}

export interface Schedule {
  readonly when:
    | { readonly kind: 'at'; readonly at: number }
    | { readonly kind: 'at-now' }
    | { readonly kind: 'every'; readonly everyMs: number }
    /** The expression in its plain form, and the name of a time zone. */
    | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
    | EventWhen;
  /** A tick starts up to so much later, drawn for each; absent: on time. */
  readonly jitterMs?: number;
  /** Counts from the tick, its jitter included. */
  readonly startDeadlineMs: number;
  /** What becomes of a tick while a run of the schedule is open; absent: it is forbidden. */
  readonly concurrency?: 'replace' | 'allow';
  /** How likely a tick starts, 0 to 1; absent: 1. */
  readonly probability?: number;
  readonly suspend: boolean;
}

/** A valid `chaos/schedule/<name>`. */
export interface Spec {
  readonly experiment: Experiment;
  readonly schedule: Schedule;
  /** `sha256:` and hex of the normal form: what an approval or a record refers to. */
  readonly hash: string;
}
