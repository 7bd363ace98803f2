/** Every metric of our own, in one place: the registry, its checks and the reference docs are made of this table. */

export type LabelName =
  | 'namespace'
  | 'fault'
  | 'verdict'
  | 'phase'
  | 'state'
  | 'outcome'
  | 'reason'
  | 'kind'
  | 'code'
  | 'version';

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly LabelName[];
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
  /** Describes what only the controller that acts knows: a standby does not export it. */
  readonly domain?: true;
}

export const metricPrefix = 'sirocco_';

const callBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const recoveryBuckets = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

export const metricTable = {
  build_info: { type: 'gauge', help: '1, with the version that runs.', labels: ['version'] },
  leader: { type: 'gauge', help: '1 on the controller that acts, 0 on a standby.', labels: [] },
  lease_remaining_seconds: {
    type: 'gauge',
    help: 'Time until the lease ends unless it is renewed.',
    labels: [],
    domain: true,
  },
  halted: { type: 'gauge', help: '1 while a halt is in force in the namespace.', labels: ['namespace'], domain: true },
  schedules: { type: 'gauge', help: 'Schedules by state.', labels: ['namespace', 'state'], domain: true },
  schedule_ticks_total: {
    type: 'counter',
    help: 'Times that a schedule was due, by what came of it.',
    labels: ['namespace', 'outcome'],
  },
  runs_total: { type: 'counter', help: 'Runs that ended, by verdict.', labels: ['namespace', 'fault', 'verdict'] },
  runs_active: { type: 'gauge', help: 'Runs that are open, by phase.', labels: ['namespace', 'phase'], domain: true },
  injections_total: { type: 'counter', help: 'Injections, by what came of the call.', labels: ['fault', 'outcome'] },
  injections_active: {
    type: 'gauge',
    help: 'Injections in force, or not known to be undone.',
    labels: ['fault'],
    domain: true,
  },
  undos_total: { type: 'counter', help: 'Attempts to undo an injection, by outcome.', labels: ['fault', 'outcome'] },
  stuck_runs: { type: 'gauge', help: 'Runs that could not be put back and need a person.', labels: [], domain: true },
  oldest_unreverted_seconds: {
    type: 'gauge',
    help: 'Age of the oldest injection that is not undone.',
    labels: [],
    domain: true,
  },
  recovery_seconds: {
    type: 'histogram',
    help: 'Time from the effect of a fault until its last target was healthy.',
    labels: ['namespace', 'fault'],
    buckets: recoveryBuckets,
  },
  inject_latency_seconds: {
    type: 'histogram',
    help: 'Time from the send of an injection to its answer.',
    labels: [],
    buckets: callBuckets,
  },
  undo_latency_seconds: {
    type: 'histogram',
    help: 'Time from the send of an undo to its confirmation.',
    labels: [],
    buckets: recoveryBuckets,
  },
  due_delay_seconds: {
    type: 'histogram',
    help: 'Time from when a run was due to its first injection.',
    labels: [],
    buckets: callBuckets,
  },
  gate_refusals_total: { type: 'counter', help: 'Refusals of gates, by reason.', labels: ['namespace', 'reason'] },
  nomad_requests_total: {
    type: 'counter',
    help: 'Requests to Nomad, by HTTP status; "none" when there was no answer.',
    labels: ['kind', 'code'],
  },
  nomad_request_seconds: {
    type: 'histogram',
    help: 'Duration of requests to Nomad, blocking queries apart.',
    labels: ['kind'],
    buckets: callBuckets,
  },
  stream_connected: { type: 'gauge', help: '1 while the event stream is open.', labels: ['kind', 'namespace'] },
  stream_resyncs_total: {
    type: 'counter',
    help: 'Times that the view was read anew because events may have been lost.',
    labels: ['kind', 'reason'],
  },
  view_age_seconds: {
    type: 'gauge',
    help: 'Time since the least recently confirmed part of the view was confirmed.',
    labels: [],
  },
  raft_writes_total: { type: 'counter', help: 'Writes to Nomad, by what they wrote.', labels: ['kind'] },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricTable;

type OfType<T extends MetricDefinition['type']> = {
  [N in MetricName]: (typeof metricTable)[N]['type'] extends T ? N : never;
}[MetricName];

export type CounterName = OfType<'counter'>;
export type GaugeName = OfType<'gauge'>;
export type HistogramName = OfType<'histogram'>;

/** A value for each label of the metric. */
export type Labels<N extends MetricName> = { readonly [L in (typeof metricTable)[N]['labels'][number]]: string };
