import { describe, expect, it } from 'vitest';
import type { Candidate } from '../faults/fault.ts';
import { type SampleCluster, sampleAlloc, sampleJob, sampleNode, sampleTarget } from '../targeting/cluster.fixture.ts';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { onAlloc, onNode, sampleContext } from './basis/context.fixture.ts';
import { excludeJobs } from './exclude-jobs.ts';
import { excludeNodes } from './exclude-nodes.ts';
import type { GateContext } from './gate.ts';
import { jobMeta } from './job-meta.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { self } from './self.ts';
import { trustedPool } from './trusted-pool.ts';

const limits = (over: Partial<Limits>) => ({ limits: { ...defaultLimits, ...over } });
const words = (answer: { ok: boolean; message: string }) => `${answer.ok ? 'pass' : 'drop'}: ${answer.message}`;
/** A fault on nodes that stops what runs there. */
const harming = sampleFault({
  targetKind: 'node',
  reach: 'cluster',
  plan: () => [
    {
      target: { kind: 'node', node: 'n', name: 'n' },
      call: { op: 'alloc-stop', namespace: 'default', alloc: 'a', noShutdownDelay: false },
      sending: 'once',
      before: {},
    },
  ],
});
/** One that leaves it alone. */
const sparing = sampleFault({ targetKind: 'node', reach: 'cluster', harms: () => [] });

describe('job-meta', () => {
  const meta = (
    chaos: string | undefined,
    optIn: boolean,
    candidate: Candidate = onAlloc(1),
    fault = sampleFault(),
  ) => {
    const job = sampleJob(3, { meta: chaos === undefined ? {} : { chaos } });
    return words(jobMeta.ask(sampleContext({ ...limits({ optIn }), fault }, { jobs: [job] }), candidate));
  };

  it.each([
    [undefined, 'pass: not opted out by meta chaos'],
    ['off', 'drop: job web has meta chaos = off'],
    ['FALSE', 'drop: job web has meta chaos = FALSE'],
    ['no', 'drop: job web has meta chaos = no'],
    ['on', 'pass: not opted out by meta chaos'],
    ['', 'drop: job web has meta chaos = "", which is none of on, true, yes, off, false, no'],
    ['disabled', 'drop: job web has meta chaos = disabled, which is none of on, true, yes, off, false, no'],
  ])('reads chaos = %s', (chaos, expected) => {
    expect(meta(chaos, false)).toBe(expected);
  });

  it.each([
    [undefined, 'drop: job web has no meta chaos, and the limit opt_in asks for chaos = on, true or yes'],
    ['on', 'pass: opted in by meta chaos'],
    ['true', 'pass: opted in by meta chaos'],
    ['Yes', 'pass: opted in by meta chaos'],
    ['off', 'drop: job web has meta chaos = off'],
  ])('reads chaos = %s with opt_in', (chaos, expected) => {
    expect(meta(chaos, true)).toBe(expected);
  });

  it('spares a node on which such a job runs, from faults that harm what runs there', () => {
    expect(meta('off', false, onNode(1), harming)).toBe('drop: job web has meta chaos = off');
    expect(meta('off', false, onNode(1), sparing)).toBe('pass: not opted out by meta chaos');
    expect(meta('off', false, onNode(9), harming)).toBe('pass: not opted out by meta chaos');
  });

  it('drops an allocation whose job is not known', () => {
    expect(words(jobMeta.ask(sampleContext({}, { jobs: [] }), onAlloc(1)))).toBe(
      'drop: job default/web is not known, so neither is its meta',
    );
  });
});

describe('exclude-jobs', () => {
  const asked = (excluded: readonly string[], job: string) =>
    words(excludeJobs.ask(sampleContext(limits({ excludeJobs: excluded })), onAlloc(1, { job })));

  it.each([
    [[], 'web', 'pass: not named by exclude_jobs'],
    [['cache'], 'web', 'pass: not named by exclude_jobs'],
    [['cache', 'w*'], 'web', 'drop: job web is excluded by the limit exclude_jobs (w*)'],
    [['default/web'], 'web', 'drop: job web is excluded by the limit exclude_jobs (default/web)'],
    [['other/*'], 'web', 'pass: not named by exclude_jobs'],
    [['import'], 'import/periodic-17', 'drop: job import/periodic-17 is excluded by the limit exclude_jobs (import)'],
  ])('with %j and job %s', (excluded, job, expected) => {
    expect(asked(excluded, job)).toBe(expected);
  });

  it('spares a neighbour on the node from a fault that it would feel', () => {
    const cluster: SampleCluster = { allocs: [sampleAlloc(1), sampleAlloc(2, { job: 'db', node: sampleNode(1).id })] };
    const excluding = limits({ excludeJobs: ['db'] });
    const far = sampleContext(
      { ...excluding, fault: sampleFault({ reach: 'node' }) },
      { ...cluster, jobs: [sampleJob(1), sampleJob(1, { id: 'db' })] },
    );
    expect(words(excludeJobs.ask(far, onAlloc(1)))).toBe('drop: job db is excluded by the limit exclude_jobs (db)');
    expect(words(excludeJobs.ask({ ...far, fault: sampleFault() }, onAlloc(1)))).toBe(
      'pass: not named by exclude_jobs',
    );
  });
});

describe('exclude-nodes', () => {
  it.each([
    [[], onAlloc(1), 'pass: not named by exclude_nodes'],
    [['node-2'], onAlloc(1), 'pass: not named by exclude_nodes'],
    [['node-*'], onAlloc(1), 'drop: node node-1 is excluded by the limit exclude_nodes (node-*)'],
    [['00000002'], onNode(2), 'drop: node node-2 is excluded by the limit exclude_nodes (00000002)'],
  ])('with %j', (excluded, candidate, expected) => {
    expect(words(excludeNodes.ask(sampleContext(limits({ excludeNodes: excluded })), candidate))).toBe(expected);
  });
});

describe('trusted-pool', () => {
  const trust = limits({
    trust: new Map([
      [
        'default',
        new Map([
          ['gpu', 'cluster'],
          ['batch', 'node'],
        ] as const),
      ],
    ]),
  });
  const on = (nodePool: string, fault = sampleFault({ reach: 'cluster' }), over: Partial<GateContext> = {}) =>
    words(
      trustedPool.ask(
        sampleContext({ ...trust, fault, ...over }, { nodes: [sampleNode(1, { nodePool })] }),
        onAlloc(1),
      ),
    );

  it.each([
    ['gpu', 'pass: namespace default is trusted with cluster on node pool gpu'],
    ['batch', 'drop: sample-kill reaches the cluster: the limit trust gives namespace default node on node pool batch'],
    [
      'default',
      'drop: sample-kill reaches the cluster: the limit trust gives namespace default nothing on node pool default',
    ],
  ])('on pool %s', (pool, expected) => {
    expect(on(pool)).toBe(expected);
  });

  it('asks nothing of faults that reach only their target, nor of home', () => {
    expect(on('default', sampleFault())).toBe('pass: sample-kill reaches only its target');
    expect(on('default', sparing, { namespace: 'sirocco' })).toBe('pass: sirocco may use every reach');
  });

  it('drops a candidate whose node can not be seen', () => {
    const context = sampleContext({ ...trust, fault: sparing }, { nodes: [] });
    expect(words(trustedPool.ask(context, onAlloc(1)))).toBe(
      'drop: its node can not be seen, so its pool is not known',
    );
  });
});

describe('self', () => {
  const own = { jobs: ['default/web'], allocs: [], nodes: [sampleNode(1).id] };
  const naming = (job: string) => ({ ...sampleContext().experiment, target: sampleTarget({ job }) });
  const asked = (over: Partial<GateContext>, candidate: Candidate) =>
    words(self.ask(sampleContext({ self: own, ...over }), candidate));
  const nodeWords = 'drop: a controller runs on its node, which faults that reach beyond their target leave alone';

  it.each([
    ['another job', {}, onAlloc(2, { job: 'api' }), 'pass: not a controller'],
    [
      'its job, by glob',
      { experiment: naming('w*') },
      onAlloc(1),
      "drop: job web is the controllers' own: only a spec that names it exactly hits it",
    ],
    ['its job, by name', { experiment: naming('web') }, onAlloc(1), 'pass: a controller, which the spec names: web'],
    [
      'its job by name, with a longer reach',
      { experiment: naming('web'), fault: sampleFault({ reach: 'node' }) },
      onAlloc(2),
      "drop: job web is the controllers' own: only a spec that names it exactly hits it",
    ],
    [
      'its allocation',
      { self: { jobs: [], nodes: [], allocs: [sampleAlloc(2).id] }, experiment: naming('*') },
      onAlloc(2),
      "drop: job web is the controllers' own: only a spec that names it exactly hits it",
    ],
    ['its node', { fault: sparing }, onNode(1), nodeWords],
    ['an allocation beside it, with a longer reach', { fault: sampleFault({ reach: 'node' }) }, onAlloc(1), nodeWords],
    ['another node', { fault: sparing }, onNode(2), 'pass: not a controller'],
  ] as [string, Partial<GateContext>, Candidate, string][])('is asked about %s', (_, over, candidate, expected) => {
    expect(asked(over, candidate)).toBe(expected);
  });
});
