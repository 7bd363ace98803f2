import { describe, expect, it } from 'vitest';
import type { Candidate } from '../faults/fault.ts';
import { type SampleCluster, sampleAlloc, sampleJob, sampleNode, sampleWeb } from '../targeting/cluster.fixture.ts';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { heldBy, now, onAlloc, onNode, sampleContext } from './basis/context.fixture.ts';
import type { Gate, GateContext, Reservation } from './gate.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { maxConcurrentRuns } from './max-concurrent-runs.ts';
import { maxGroupPercent } from './max-group-percent.ts';
import { maxNamespacePercent } from './max-namespace-percent.ts';
import { maxNodesPercent } from './max-nodes-percent.ts';
import { maxRunsPerJob } from './max-runs-per-job.ts';
import { minIntervalPerJob } from './min-interval-per-job.ts';

interface Case {
  readonly chosen?: readonly Candidate[];
  readonly held?: readonly Reservation[];
  readonly limits?: Partial<Limits>;
  readonly cluster?: SampleCluster;
  readonly over?: Partial<GateContext>;
}

function asked(gate: Gate, { chosen = [onAlloc(1)], held = [], limits = {}, cluster = {}, over = {} }: Case): string {
  const context = { chosen, reservations: held, limits: { ...defaultLimits, ...limits }, ...over };
  const answer = gate.ask(sampleContext(context, cluster));
  return answer.ok ? `pass: ${answer.message}` : `${answer.retry ? 'later' : 'never'}: ${answer.message}`;
}

const four = sampleWeb(4);
const [aGroup] = sampleJob(4).groups.map((group): Candidate => ({ kind: 'group', job: sampleJob(4), group }));
const sick = (n: number) => sampleAlloc(n, { healthy: false, client: 'pending' });

describe('max-group-percent', () => {
  it.each<[string, Case, string]>([
    ['one of three', {}, 'pass: within 50 percent of each group'],
    [
      'two of three',
      { chosen: [onAlloc(1), onAlloc(2)] },
      'never: group app of job web: max_group_percent 50 of 3 allows 1; 2 asked for, 0 unhealthy already, 0 held by other runs, of 3; to raise it: nomad var put -namespace=sirocco -force chaos/control/limits max_group_percent=67',
    ],
    [
      'the only one',
      { cluster: sampleWeb(1) },
      'never: group app of job web: max_group_percent 50 of 1 allows 0; 1 asked for, 0 unhealthy already, 0 held by other runs, of 1; to raise it: nomad var put -namespace=sirocco -force chaos/control/limits max_group_percent=100',
    ],
    [
      'the only one, with other limits set, which the line keeps',
      {
        cluster: sampleWeb(1),
        limits: { items: { max_group_percent: '50', trust: '{"a": "node"}' } },
        over: { home: 'ops', prefix: 'mayhem' },
      },
      `never: group app of job web: max_group_percent 50 of 1 allows 0; 1 asked for, 0 unhealthy already, 0 held by other runs, of 1; to raise it: nomad var put -namespace=ops -force mayhem/control/limits max_group_percent=100 'trust={"a": "node"}'`,
    ],
    [
      'one of four, with another unhealthy, and a third held',
      { cluster: { ...four, allocs: [...four.allocs.slice(0, 3), sick(4)] }, held: [heldBy('other', [3])] },
      'later: group app of job web: max_group_percent 50 of 4 allows 2; 1 asked for, 1 unhealthy already, 1 held by other runs, of 4',
    ],
    [
      'one that is held and unhealthy, which counts once',
      { cluster: { ...four, allocs: [...four.allocs.slice(0, 3), sick(4)] }, held: [heldBy('other', [4])] },
      'pass: within 50 percent of each group',
    ],
    [
      'what its own run holds, which counts once',
      { held: [heldBy(sampleContext().run, [1])] },
      'pass: within 50 percent of each group',
    ],
    [
      'two of four, whichever, beside one that another run holds: it need not be among them',
      {
        cluster: four,
        held: [heldBy('other', [1])],
        chosen: [aGroup].flatMap(each => each ?? []),
        over: { fault: sampleFault({ harms: () => [sampleAlloc(1), sampleAlloc(2)] }) },
      },
      'later: group app of job web: max_group_percent 50 of 4 allows 2; 2 asked for, 0 unhealthy already, 1 held by other runs, of 4',
    ],
    [
      'all of four, one of which another run holds',
      {
        cluster: four,
        held: [heldBy('other', [1])],
        chosen: [aGroup].flatMap(each => each ?? []),
        limits: { maxGroupPercent: 100 },
        over: { fault: sampleFault({ harms: () => [1, 2, 3, 4].map(n => sampleAlloc(n)) }) },
      },
      'pass: within 100 percent of each group',
    ],
    [
      'a fault on a node that leaves allocations alone',
      { chosen: [onNode(1)], over: { fault: sampleFault({ harms: () => [] }) } },
      'pass: no allocation is harmed',
    ],
  ])('%s', (_, given, expected) => {
    expect(asked(maxGroupPercent, given)).toBe(expected);
  });
});

describe('max-namespace-percent', () => {
  const withCache: SampleCluster = {
    jobs: [sampleJob(3), sampleJob(1, { id: 'cache' }), sampleJob(9, { id: 'old', stop: true, status: 'dead' })],
    allocs: [...sampleWeb(3).allocs, sampleAlloc(4, { job: 'cache', healthy: false, client: 'pending' })],
  };
  it.each<[string, Case, string]>([
    ['one of three', {}, 'pass: within 34 percent of the namespace'],
    [
      'one of two',
      { cluster: sampleWeb(2) },
      'never: namespace default: max_namespace_percent 34 of 2 allows 0; 1 asked for, 0 unhealthy already, 0 held by other runs, of 2; to raise it: nomad var put -namespace=sirocco -force chaos/control/limits max_namespace_percent=50',
    ],
    [
      'one while another job is ill',
      { cluster: withCache },
      'later: namespace default: max_namespace_percent 34 of 4 allows 1; 1 asked for, 1 unhealthy already, 0 held by other runs, of 4',
    ],
    [
      'one while another run holds one',
      { held: [heldBy('other', [2])] },
      'later: namespace default: max_namespace_percent 34 of 3 allows 1; 1 asked for, 0 unhealthy already, 1 held by other runs, of 3',
    ],
  ])('%s', (_, given, expected) => {
    expect(asked(maxNamespacePercent, given)).toBe(expected);
  });
});

describe('max-nodes-percent', () => {
  const nodes = (count: number, over: Parameters<typeof sampleNode>[1] = {}) =>
    Array.from({ length: count }, (_, i) => sampleNode(i + 1, i + 1 === count ? over : {}));
  it.each<[string, Case, string]>([
    ['none', {}, 'pass: no node is disturbed'],
    [
      'one of three, which is always allowed',
      { chosen: [onNode(1)] },
      'pass: 1 of 3 nodes, with 0 others out of service or held by other runs: at most 1',
    ],
    [
      'one of three at 0 percent',
      { chosen: [onNode(1)], limits: { maxNodesPercent: 0 } },
      'never: 1 of 3 nodes, with 0 others out of service or held by other runs, and max_nodes_percent 0 of 3 nodes allows 0; to raise it: nomad var put -namespace=sirocco -force chaos/control/limits max_nodes_percent=34',
    ],
    [
      'one while another drains',
      { chosen: [onNode(1)], cluster: { nodes: nodes(3, { draining: true, eligible: false }) } },
      'later: 1 of 3 nodes, with 1 others out of service or held by other runs, and max_nodes_percent 10 of 3 nodes allows 1',
    ],
    [
      'one while another is down, which is not counted',
      { chosen: [onNode(1)], cluster: { nodes: nodes(3, { status: 'down' }) } },
      'pass: 1 of 2 nodes, with 0 others out of service or held by other runs: at most 1',
    ],
    [
      'one while another is held',
      { chosen: [onNode(1)], held: [heldBy('other', [], [2])] },
      'later: 1 of 3 nodes, with 1 others out of service or held by other runs, and max_nodes_percent 10 of 3 nodes allows 1',
    ],
    [
      'two of twenty',
      { chosen: [onNode(1), onNode(2)], cluster: { nodes: nodes(20) } },
      'pass: 2 of 20 nodes, with 0 others out of service or held by other runs: at most 2',
    ],
    [
      'the nodes of allocations, when the reach is longer',
      { chosen: [onAlloc(1), onAlloc(2)], over: { fault: sampleFault({ reach: 'node' }) } },
      'never: 2 of 3 nodes, with 0 others out of service or held by other runs, and max_nodes_percent 10 of 3 nodes allows 1; to raise it: nomad var put -namespace=sirocco -force chaos/control/limits max_nodes_percent=67',
    ],
  ])('%s', (_, given, expected) => {
    expect(asked(maxNodesPercent, given)).toBe(expected);
  });
});

describe('max-concurrent-runs', () => {
  it.each<[string, Case, string]>([
    ['none open', {}, 'pass: 0 other runs open, of at most 10 runs'],
    [
      'as many as allowed',
      { held: [heldBy('a', []), heldBy('b', [])], limits: { maxConcurrentRuns: 2 } },
      'later: 2 other runs are open, and max_concurrent_runs allows 2 in all',
    ],
    [
      'its own',
      { held: [heldBy(sampleContext().run, [])], limits: { maxConcurrentRuns: 1 } },
      'pass: 0 other runs open, of at most 1 runs',
    ],
    [
      'no run at all',
      { limits: { maxConcurrentRuns: 0 } },
      'never: 0 other runs are open, and max_concurrent_runs allows 0 in all',
    ],
  ])('%s', (_, given, expected) => {
    expect(asked(maxConcurrentRuns, given)).toBe(expected);
  });
});

describe('max-runs-per-job', () => {
  it.each<[string, Case, string]>([
    ['none open', {}, 'pass: at most 1 runs on each job'],
    ['one on another job', { held: [{ ...heldBy('a', []), jobs: ['other/web'] }] }, 'pass: at most 1 runs on each job'],
    [
      'one on the same job',
      { held: [heldBy('a', [2])] },
      'later: job default/web has 1 other open runs, and max_runs_per_job allows 1 in all: a',
    ],
    [
      'none allowed',
      { limits: { maxRunsPerJob: 0 } },
      'never: job default/web has 0 other open runs, and max_runs_per_job allows 0 in all',
    ],
  ])('%s', (_, given, expected) => {
    expect(asked(maxRunsPerJob, given)).toBe(expected);
  });
});

describe('min-interval-per-job', () => {
  const hit = (ago: number, job = 'default/web') => ({ over: { lastHits: () => new Map([[job, now - ago]]) } });
  it.each<[string, Case, string]>([
    ['never hit', {}, 'pass: no job hit within 1m'],
    ['hit long enough ago', hit(60_000), 'pass: no job hit within 1m'],
    [
      'hit a moment ago',
      hit(20_000),
      'later: job default/web was hit 20s ago, and min_interval_per_job asks for 1m: 40s to go',
    ],
    [
      'hit by a clock that was ahead',
      hit(-3_600_000),
      'later: job default/web was hit 0s ago, and min_interval_per_job asks for 1m: 1m to go',
    ],
    ['another job hit', hit(1000, 'default/api'), 'pass: no job hit within 1m'],
    ['no interval asked for', { ...hit(0), limits: { minIntervalPerJobMs: 0 } }, 'pass: no job hit within 0s'],
  ])('%s', (_, given, expected) => {
    expect(asked(minIntervalPerJob, given)).toBe(expected);
  });
});
