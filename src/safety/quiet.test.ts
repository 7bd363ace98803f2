import { describe, expect, it } from 'vitest';
import type { Candidate } from '../faults/fault.ts';
import { runningTask, type SampleCluster, sampleJob, sampleNode } from '../targeting/cluster.fixture.ts';
import { onAlloc, onNode, sampleContext } from './basis/context.fixture.ts';
import { quiet } from './quiet.ts';

const deployment = (status: string): SampleCluster => ({
  deployments: [
    { id: 'd1d1d1d1-0000', namespace: 'default', job: 'web', jobVersion: 0, status, createIndex: 1, modifyIndex: 1 },
  ],
});
const rest = 'pass: healthy, with no deployment and no drain';

function asked(cluster: SampleCluster, candidate: Candidate = onAlloc(1)): string {
  const answer = quiet.ask(sampleContext({}, cluster), candidate);
  return answer.ok ? `pass: ${answer.message}` : `${answer.retry ? 'later' : 'never'}: ${answer.message}`;
}

describe('quiet for an allocation', () => {
  it.each<[string, SampleCluster, string]>([
    ['at rest', {}, rest],
    ['a deployment that runs', deployment('running'), 'later: deployment d1d1d1d1 of job web is running'],
    ['a deployment that is paused', deployment('paused'), 'later: deployment d1d1d1d1 of job web is paused'],
    ['a deployment that succeeded', deployment('successful'), rest],
    ['a deployment that failed', deployment('failed'), rest],
    ['a deployment that was cancelled', deployment('cancelled'), rest],
    ['a stopped job', { jobs: [sampleJob(3, { stop: true })] }, 'never: job web is stopped'],
    ['an unknown job', { jobs: [] }, 'later: job default/web is not known'],
    [
      'a draining node',
      { nodes: [sampleNode(1, { draining: true, eligible: false })] },
      'later: node node-1 is draining',
    ],
    [
      'a disconnected node',
      { nodes: [sampleNode(1, { status: 'disconnected' })] },
      'later: node node-1 is disconnected',
    ],
    ['a node that takes no new allocations', { nodes: [sampleNode(1, { eligible: false })] }, rest],
    [
      'a node that is not among those known',
      { nodes: [sampleNode(2)] },
      'later: its node node-1 is not known, so neither is whether it is drained',
    ],
    ['no right to see nodes', { nodes: [] }, rest],
  ])('%s', (_, cluster, expected) => {
    expect(asked(cluster)).toBe(expected);
  });

  it('drops one that is not healthy, with the reason', () => {
    const dead = { server: { ...runningTask, state: 'dead' } } as const;
    expect(asked({}, onAlloc(1, { healthy: false }))).toBe(
      'later: it is not healthy: its deployment calls it unhealthy',
    );
    expect(asked({}, onAlloc(1, { tasks: dead }))).toBe('later: it is not healthy: task server is dead');
  });

  it('drops one that is being moved', () => {
    expect(asked({}, onAlloc(1, { migrating: true }))).toBe('later: it is being moved off its node');
  });
});

describe('quiet for a node', () => {
  it.each([
    ['at rest', onNode(1), 'pass: the node is ready and eligible'],
    ['draining', onNode(1, { draining: true, eligible: false }), 'later: node node-1 is draining'],
    ['ineligible', onNode(1, { eligible: false }), 'later: node node-1 is ineligible already'],
    ['down', onNode(1, { status: 'down' }), 'later: node node-1 is down'],
  ])('%s', (_, candidate, expected) => {
    expect(asked({}, candidate)).toBe(expected);
  });
});
