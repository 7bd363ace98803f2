import { describe, expect, it } from 'vitest';
import type { Summary } from '../controller/types.ts';
import { createLabelBounds, labelBounds } from './label-bounds.ts';
import { type MetricDefinition, metricTable } from './metric-table.ts';
import { createMetrics } from './metrics.ts';

const contract = [
  'build_info{version}',
  'leader',
  'lease_remaining_seconds',
  'halted{namespace}',
  'schedules{namespace,state}',
  'schedule_ticks_total{namespace,outcome}',
  'runs_total{namespace,fault,verdict}',
  'runs_active{namespace,phase}',
  'injections_total{fault,outcome}',
  'injections_active{fault}',
  'undos_total{fault,outcome}',
  'stuck_runs',
  'oldest_unreverted_seconds',
  'recovery_seconds{namespace,fault}',
  'inject_latency_seconds',
  'undo_latency_seconds',
  'due_delay_seconds',
  'gate_refusals_total{namespace,reason}',
  'nomad_requests_total{kind,code}',
  'nomad_request_seconds{kind}',
  'stream_connected{kind,namespace}',
  'stream_resyncs_total{kind,reason}',
  'view_age_seconds',
  'raft_writes_total{kind}',
];

const domain = [
  'lease_remaining_seconds',
  'halted',
  'schedules',
  'runs_active',
  'injections_active',
  'stuck_runs',
  'oldest_unreverted_seconds',
];

const leading: Summary = {
  leading: true,
  term: 7,
  leaseRemainingSeconds: 8.5,
  ready: true,
  waitingFor: [],
  halted: [{ namespace: 'shop', reason: 'incident' }],
  schedules: [{ namespace: 'shop', state: 'accepted', count: 3 }],
  runsActive: [{ namespace: 'shop', phase: 'holding', count: 2 }],
  injectionsActive: [{ fault: 'alloc-kill', count: 4 }],
  stuckRuns: 1,
  oldestUnrevertedSeconds: 12,
  viewAgeSeconds: 0.5,
  open: [],
};
const standby: Summary = { ...leading, leading: false };

const create = (namespaces = ['shop', 'pay'], faults = ['alloc-kill', 'task-signal']) =>
  createMetrics({ version: '0.1.0', namespaces, faults, process: false });

const samples = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
const own = (text: string, name: string) => samples(text).filter(line => new RegExp(`^sirocco_${name}[ {]`).test(line));

describe('metric table', () => {
  it('is the contract, names and labels alike', () => {
    const mine = Object.entries(metricTable).map(([name, { labels }]) =>
      labels.length === 0 ? name : `${name}{${labels.join(',')}}`,
    );
    expect(mine).toEqual(contract);
  });

  it.each(Object.entries(metricTable) as [string, MetricDefinition][])(
    '%s is named by its type and in base units',
    (name, { type, help, buckets }) => {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') {
        expect(name).toMatch(/_seconds$/);
        expect([...(buckets ?? [])].sort((a, b) => a - b)).toEqual(buckets);
      }
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|count|sum|bucket|percent|kb|mb)(_|$)/);
      expect(help).toMatch(/^[A-Z0-9].*\.$/);
    },
  );

  it('marks as domain what only the one that acts knows', () => {
    expect(Object.entries(metricTable).flatMap(([name, each]) => ('domain' in each ? [name] : []))).toEqual(domain);
  });
});

describe('metrics', () => {
  it('registers every metric, with help and type, before anything has happened', async () => {
    const { text } = await create().page(undefined);
    for (const [name, { type }] of Object.entries(metricTable)) {
      expect(text).toContain(`# HELP sirocco_${name} `);
      expect(text).toContain(`# TYPE sirocco_${name} ${type}\n`);
    }
  });

  it('begins counters at zero for every namespace, fault and outcome that it knows', async () => {
    const { text } = await create().page(undefined);
    expect(own(text, 'schedule_ticks_total')).toHaveLength(8);
    expect(own(text, 'runs_total')).toHaveLength(20);
    expect(own(text, 'injections_total')).toContain('sirocco_injections_total{fault="alloc-kill",outcome="unknown"} 0');
    expect(own(text, 'undos_total')).toContain('sirocco_undos_total{fault="task-signal",outcome="undone"} 0');
    expect(own(text, 'build_info')).toEqual(['sirocco_build_info{version="0.1.0"} 1']);
  });

  it('does not begin at zero what would be thousands of series', async () => {
    const { text } = await create(Array.from({ length: 90 }, (_, i) => `n${i}`)).page(undefined);
    expect(own(text, 'schedule_ticks_total')).toHaveLength(360);
    expect(own(text, 'runs_total')).toHaveLength(900);
    const more = await create(
      Array.from({ length: 90 }, (_, i) => `n${i}`),
      ['a', 'b', 'c'],
    ).page(undefined);
    expect(own(more.text, 'runs_total')).toHaveLength(0);
  });

  it('shows the summary of the one that acts, with zero where nothing is', async () => {
    const { text } = await create().page(leading);
    expect(samples(text)).toEqual(
      expect.arrayContaining([
        'sirocco_leader 1',
        'sirocco_lease_remaining_seconds 8.5',
        'sirocco_halted{namespace="shop"} 1',
        'sirocco_halted{namespace="pay"} 0',
        'sirocco_schedules{namespace="shop",state="accepted"} 3',
        'sirocco_runs_active{namespace="shop",phase="holding"} 2',
        'sirocco_injections_active{fault="alloc-kill"} 4',
        'sirocco_injections_active{fault="task-signal"} 0',
        'sirocco_stuck_runs 1',
        'sirocco_oldest_unreverted_seconds 12',
        'sirocco_view_age_seconds 0.5',
      ]),
    );
  });

  it('exports no domain gauge on a standby, not even after it has led', async () => {
    const metrics = create();
    await metrics.page(leading);
    for (const summary of [standby, undefined]) {
      const { text } = await metrics.page(summary);
      for (const name of domain) expect(own(text, name)).toEqual([]);
      expect(own(text, 'leader')).toHaveLength(1);
    }
    expect(own((await metrics.page(standby)).text, 'leader')).toEqual(['sirocco_leader 0']);
    expect(own((await metrics.page(leading)).text, 'stuck_runs')).toEqual(['sirocco_stuck_runs 1']);
  });

  it('forgets what is no longer so between two scrapes', async () => {
    const metrics = create();
    await metrics.page(leading);
    const { text } = await metrics.page({
      ...leading,
      halted: [],
      runsActive: [],
      schedules: [{ namespace: 'shop', state: 'suspended', count: 1 }],
    });
    expect(own(text, 'halted')).toContain('sirocco_halted{namespace="shop"} 0');
    expect(own(text, 'runs_active')).toEqual([]);
    expect(own(text, 'schedules')).toEqual(['sirocco_schedules{namespace="shop",state="suspended"} 1']);
  });

  it('adds up what shares a series', async () => {
    const schedules = Array.from({ length: 150 }, (_, i) => ({ namespace: `n${i}`, state: 'accepted', count: 2 }));
    const { text } = await create([]).page({ ...leading, halted: [], schedules, runsActive: [] });
    expect(own(text, 'schedules')).toHaveLength(101);
    expect(own(text, 'schedules')).toContain('sirocco_schedules{namespace="_other",state="accepted"} 100');
  });

  it('counts requests by kind and status, and times those that do not wait', async () => {
    const metrics = create();
    const sample = { kind: 'variable_write', outcome: 'ok', seconds: 0.03, blocking: false } as const;
    metrics.request({ ...sample, status: 200 });
    metrics.request({ ...sample, status: 200 });
    metrics.request({ ...sample, status: 0, outcome: 'ambiguous' });
    metrics.request({ ...sample, kind: 'variables_watch', status: 200, seconds: 60, blocking: true });
    const { text } = await metrics.page(undefined);
    expect(own(text, 'nomad_requests_total')).toEqual([
      'sirocco_nomad_requests_total{kind="variable_write",code="200"} 2',
      'sirocco_nomad_requests_total{kind="variable_write",code="none"} 1',
      'sirocco_nomad_requests_total{kind="variables_watch",code="200"} 1',
    ]);
    expect(own(text, 'nomad_request_seconds_count')).toEqual([
      'sirocco_nomad_request_seconds_count{kind="variable_write"} 3',
    ]);
  });

  it("adds the process's own metrics by default", async () => {
    const { text } = await createMetrics({ version: '0', namespaces: [], faults: [] }).page(undefined);
    expect(text).toContain('process_cpu_seconds_total');
  });
});

describe('label bounds', () => {
  it('keeps the first values of a label and puts later ones together', () => {
    const bound = createLabelBounds({ ...labelBounds, namespace: 2 });
    const values = ['a', 'b', 'c', 'a', 'd'].map(namespace => bound({ namespace }).namespace);
    expect(values).toEqual(['a', 'b', '_other', 'a', '_other']);
  });

  it('takes no value that is longer than any name', () => {
    expect(createLabelBounds()({ reason: 'x'.repeat(65) })).toEqual({ reason: '_other' });
  });
});
