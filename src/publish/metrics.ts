/** The metrics registry: counters that notes feed, gauges that are read of the summary at each scrape. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Summary } from '../controller/types.ts';
import type { RequestSample } from '../daemon/types.ts';
import { createLabelBounds } from './label-bounds.ts';
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type Labels,
  type MetricDefinition,
  type MetricName,
  metricPrefix,
  metricTable,
} from './metric-table.ts';
import type { MetricsPage } from './types.ts';

export interface MetricsOptions {
  readonly version: string;
  /** The managed namespaces and the faults there are: their counters begin at zero. */
  readonly namespaces: readonly string[];
  readonly faults: readonly string[];
  /** The process's own metrics too. Default true. */
  readonly process?: boolean;
}

export interface Metrics {
  readonly registry: Registry;
  count<N extends CounterName>(name: N, labels: Labels<N>): void;
  observe<N extends HistogramName>(name: N, labels: Labels<N>, seconds: number): void;
  set<N extends GaugeName>(name: N, labels: Labels<N>, value: number): void;
  request(sample: RequestSample): void;
  /** Sets the gauges to the summary and renders all. */
  page(summary: Summary | undefined): Promise<MetricsPage>;
}

/** Series that are begun at zero for one counter; beyond it they begin when they happen. */
const zeroedSeries = 1_000;

const outcomes = {
  tick: ['started', 'missed', 'skipped', 'forbidden'],
  injection: ['done', 'refused', 'unknown', 'withheld'],
  undo: ['undone', 'superseded', 'unreachable', 'given-up', 'retry'],
  write: ['claim', 'record', 'status', 'marker', 'history'],
  verdict: ['passed', 'deviated', 'aborted', 'failed', 'refused'],
} as const;

/** A registry of its own, with every metric of the table registered. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const bound = createLabelBounds();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();

  for (const [name, definition] of Object.entries(metricTable) as [MetricName, MetricDefinition][]) {
    const common = {
      name: `${metricPrefix}${name}`,
      help: definition.help,
      labelNames: [...definition.labels],
      registers: [registry],
    };
    if (definition.type === 'counter') counters.set(name, new Counter(common));
    else if (definition.type === 'gauge') gauges.set(name, new Gauge(common));
    else histograms.set(name, new Histogram({ ...common, buckets: [...(definition.buckets ?? [])] }));
  }
  if (options.process ?? true) collectDefaultMetrics({ register: registry });

  const count: Metrics['count'] = (name, labels) => counters.get(name)?.inc(bound(labels));
  const observe: Metrics['observe'] = (name, labels, seconds) =>
    histograms.get(name)?.observe(bound(labels), Math.max(0, seconds));
  const set: Metrics['set'] = (name, labels, value) => gauges.get(name)?.set(bound(labels), value);

  const zero = <N extends CounterName>(name: N, rows: readonly Labels<N>[]) => {
    if (rows.length <= zeroedSeries) for (const labels of rows) counters.get(name)?.inc(bound(labels), 0);
  };
  const { namespaces, faults } = options;
  zero(
    'schedule_ticks_total',
    namespaces.flatMap(namespace => outcomes.tick.map(outcome => ({ namespace, outcome }))),
  );
  zero(
    'injections_total',
    faults.flatMap(fault => outcomes.injection.map(outcome => ({ fault, outcome }))),
  );
  zero(
    'undos_total',
    faults.flatMap(fault => outcomes.undo.map(outcome => ({ fault, outcome }))),
  );
  zero(
    'runs_total',
    namespaces.flatMap(namespace =>
      faults.flatMap(fault => outcomes.verdict.map(verdict => ({ namespace, fault, verdict }))),
    ),
  );
  zero(
    'raft_writes_total',
    outcomes.write.map(kind => ({ kind })),
  );
  set('build_info', { version: options.version }, 1);

  const domain = Object.keys(metricTable).filter(name => 'domain' in metricTable[name as MetricName]);
  const forget = () => {
    for (const name of domain) {
      const gauge = gauges.get(name);
      gauge?.reset();
      // A reset gauge without labels would still say 0.
      if ((metricTable[name as MetricName].labels as readonly string[]).length === 0) gauge?.remove();
    }
  };
  forget();

  const setDomain = (summary: Summary) => {
    set('lease_remaining_seconds', {}, Math.max(0, summary.leaseRemainingSeconds));
    set('stuck_runs', {}, summary.stuckRuns);
    set('oldest_unreverted_seconds', {}, summary.oldestUnrevertedSeconds);
    for (const namespace of namespaces) set('halted', { namespace }, 0);
    for (const fault of faults) set('injections_active', { fault }, 0);
    const add = <N extends GaugeName>(name: N, labels: Labels<N>, value: number) =>
      gauges.get(name)?.inc(bound(labels), value);
    for (const { namespace } of summary.halted) set('halted', { namespace }, 1);
    for (const { namespace, state, count: n } of summary.schedules) add('schedules', { namespace, state }, n);
    for (const { namespace, phase, count: n } of summary.runsActive) add('runs_active', { namespace, phase }, n);
    for (const { fault, count: n } of summary.injectionsActive) add('injections_active', { fault }, n);
  };

  return {
    registry,
    count,
    observe,
    set,
    request: ({ kind, status, seconds, blocking }) => {
      count('nomad_requests_total', { kind, code: status === 0 ? 'none' : String(status) });
      if (!blocking) observe('nomad_request_seconds', { kind }, seconds);
    },
    page: async summary => {
      forget();
      if (summary !== undefined) {
        set('leader', {}, summary.leading ? 1 : 0);
        if (Number.isFinite(summary.viewAgeSeconds)) set('view_age_seconds', {}, summary.viewAgeSeconds);
        if (summary.leading) setDomain(summary);
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
