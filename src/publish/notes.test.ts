import { describe, expect, it } from 'vitest';
import type { Note } from '../lifecycle/effects.ts';
import type { Log } from '../world/types.ts';
import { createPublisher } from './publisher.ts';

function setUp() {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  const publisher = createPublisher(log, {
    version: '0.1.0',
    namespaces: ['shop'],
    faults: ['alloc-kill'],
    process: false,
  });
  const metrics = async () => (await publisher.page(undefined)).text.split('\n');
  return { lines, publisher, metrics };
}

const run = { run: 'shop_web_20261124T100000Z', namespace: 'shop', fault: 'alloc-kill' };

const cases: readonly [Note, string, RegExp, readonly string[]][] = [
  [
    { type: 'leader', leading: true, term: 42, reason: 'lock acquired' },
    'info',
    /acts now, term 42$/,
    ['sirocco_leader 1'],
  ],
  [
    { type: 'leader', leading: false, term: 42, reason: 'released' },
    'info',
    /stands by: released$/,
    ['sirocco_leader 0'],
  ],
  [{ type: 'spec', namespace: 'shop', name: 'web', state: 'accepted' }, 'info', /^schedule shop\/web is accepted$/, []],
  [
    { type: 'spec', namespace: 'shop', name: 'web', state: 'rejected', error: 'fault: unknown' },
    'warn',
    /is rejected: fault: unknown$/,
    [],
  ],
  [
    { type: 'tick', namespace: 'shop', schedule: 'web', outcome: 'started', run: run.run },
    'info',
    /was due: started$/,
    ['sirocco_schedule_ticks_total{namespace="shop",outcome="started"} 1'],
  ],
  [
    { type: 'tick', namespace: 'shop', schedule: 'web', outcome: 'missed', reason: 'no leader' },
    'warn',
    /was due: missed: no leader$/,
    ['sirocco_schedule_ticks_total{namespace="shop",outcome="missed"} 1'],
  ],
  [
    { type: 'state', ...run, from: 'holding', to: 'reverting', reason: 'halt' },
    'info',
    /^run holding -> reverting: halt$/,
    [],
  ],
  [
    {
      type: 'gate',
      run: run.run,
      namespace: 'shop',
      gate: 'group-percent',
      reason: 'max_group_percent',
      message: '2 of 3',
    },
    'warn',
    /^gate group-percent refused: 2 of 3$/,
    ['sirocco_gate_refusals_total{namespace="shop",reason="max_group_percent"} 1'],
  ],
  [
    { type: 'injection', ...run, target: 'a1', outcome: 'done', latencyMs: 40, dueDelayMs: 120 },
    'info',
    /^injection of alloc-kill into a1: done$/,
    [
      'sirocco_injections_total{fault="alloc-kill",outcome="done"} 1',
      'sirocco_inject_latency_seconds_sum 0.04',
      'sirocco_due_delay_seconds_sum 0.12',
    ],
  ],
  [
    { type: 'injection', ...run, target: 'a1', outcome: 'unknown', latencyMs: 4_000, message: 'timed out' },
    'warn',
    /: unknown: timed out$/,
    [
      'sirocco_injections_total{fault="alloc-kill",outcome="unknown"} 1',
      'sirocco_inject_latency_seconds_count 0',
      'sirocco_due_delay_seconds_count 0',
    ],
  ],
  [{ type: 'effect-seen', ...run, target: 'a1', evidence: 'exit code 137' }, 'info', /seen on a1: exit code 137$/, []],
  [
    { type: 'undo', ...run, target: 'a1', outcome: 'undone', latencyMs: 1_500 },
    'info',
    /: undone$/,
    ['sirocco_undos_total{fault="alloc-kill",outcome="undone"} 1', 'sirocco_undo_latency_seconds_sum 1.5'],
  ],
  [
    { type: 'undo', ...run, target: 'a1', outcome: 'unreachable', latencyMs: 9, message: 'node down' },
    'warn',
    /: unreachable: node down$/,
    ['sirocco_undos_total{fault="alloc-kill",outcome="unreachable"} 1', 'sirocco_undo_latency_seconds_count 0'],
  ],
  [
    { type: 'stuck', ...run, reason: 'node gone', byHand: 'nomad node eligibility -enable n1' },
    'error',
    /node gone; undo it by hand with: nomad node eligibility -enable n1$/,
    [],
  ],
  [
    { type: 'verdict', ...run, schedule: 'web', verdict: 'passed', recoveryMs: 1_800 },
    'info',
    /^verdict passed, recovered in 1.8s$/,
    [
      'sirocco_runs_total{namespace="shop",fault="alloc-kill",verdict="passed"} 1',
      'sirocco_recovery_seconds_sum{namespace="shop",fault="alloc-kill"} 1.8',
    ],
  ],
  [
    { type: 'verdict', ...run, schedule: 'web', verdict: 'failed', reason: 'no effect' },
    'error',
    /^verdict failed: no effect$/,
    ['sirocco_runs_total{namespace="shop",fault="alloc-kill",verdict="failed"} 1'],
  ],
  [
    {
      type: 'request',
      namespace: 'shop',
      request: 'r1',
      action: 'abort',
      outcome: 'answered',
      run: 'x',
      message: 'undone',
    },
    'info',
    /^request shop\/r1 to abort x is answered: undone$/,
    [],
  ],
  [
    {
      type: 'request',
      namespace: 'shop',
      request: 'r1',
      action: 'run',
      outcome: 'rejected',
      message: 'no schedule web',
    },
    'warn',
    /^request shop\/r1 to run is rejected: no schedule web$/,
    [],
  ],
  [{ type: 'halt', namespace: 'shop', halted: true, reason: 'incident' }, 'warn', /^shop is halted: incident$/, []],
  [
    { type: 'limits', valid: false, message: 'max_nodes_percent' },
    'error',
    /no new run starts: max_nodes_percent$/,
    [],
  ],
  [{ type: 'write', kind: 'claim' }, 'debug', /^wrote claim$/, ['sirocco_raft_writes_total{kind="claim"} 1']],
  [
    { type: 'resync', kind: 'jobs', reason: 'first batch 812, not 799' },
    'info',
    /^jobs is read anew/,
    ['sirocco_stream_resyncs_total{kind="jobs",reason="first batch N, not N"} 1'],
  ],
  [
    { type: 'resync', kind: 'view', reason: 'job/shop/web: index went back from 9 to 3' },
    'info',
    /read anew/,
    ['sirocco_stream_resyncs_total{kind="view",reason="index went back"} 1'],
  ],
  [
    { type: 'stream', key: 'jobs shop', connected: true },
    'info',
    /^stream jobs shop is open$/,
    ['sirocco_stream_connected{kind="jobs",namespace="shop"} 1'],
  ],
  [
    { type: 'stream', key: 'nodes', connected: false, reason: 'silent', message: 'not permitted' },
    'warn',
    /^stream nodes is closed: silent: not permitted$/,
    ['sirocco_stream_connected{kind="nodes",namespace=""} 0'],
  ],
  [{ type: 'denied', what: 'read shop:chaos/control/halt', message: '403' }, 'error', /"sirocco doctor"/, []],
  [{ type: 'trouble', what: 'lock', message: 'timed out' }, 'warn', /^lock: timed out$/, []],
];

describe('notes', () => {
  it.each(cases.map(each => [each[0].type, ...each] as const))(
    '%s is one log line with its fields, and counted',
    async (_type, note, level, message, counted) => {
      const { lines, publisher, metrics } = setUp();
      publisher.note(note);
      expect(lines).toEqual([{ level, fields: note, message: expect.stringMatching(message) }]);
      const text = await metrics();
      for (const line of counted) expect(text).toContain(line);
    },
  );

  it('has a case here for every type of note', () => {
    const every: Record<Note['type'], true> = {
      leader: true,
      spec: true,
      tick: true,
      request: true,
      state: true,
      gate: true,
      injection: true,
      'effect-seen': true,
      undo: true,
      stuck: true,
      verdict: true,
      halt: true,
      limits: true,
      write: true,
      resync: true,
      stream: true,
      denied: true,
      trouble: true,
    };
    expect([...new Set(cases.map(([note]) => note.type))].sort()).toEqual(Object.keys(every).sort());
  });
});
