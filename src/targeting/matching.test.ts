import { describe, expect, it } from 'vitest';
import type { TargetKind } from '../faults/fault.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { idOf } from './candidate.ts';
import { candidates } from './candidates.ts';
import {
  type SampleCluster,
  sampleAlloc,
  sampleDeployment,
  sampleGroup,
  sampleJob,
  sampleNode,
  sampleRegion,
  sampleService,
  sampleTarget,
  sampleView,
} from './cluster.fixture.ts';

/** Jobs `web` (groups `app` and `log`), `cache` and `old`, which is stopped; another `web` elsewhere. */
const cluster: SampleCluster = {
  jobs: [
    sampleJob(2, { groups: [sampleGroup(2), sampleGroup(1, { name: 'log' })] }),
    sampleJob(1, { id: 'cache', groups: [sampleGroup(1, { name: 'redis' })] }),
    sampleJob(1, { id: 'old', stop: true }),
    sampleJob(1, { namespace: 'other' }),
  ],
  allocs: [
    sampleAlloc(1),
    sampleAlloc(2),
    sampleAlloc(3, { group: 'log' }),
    sampleAlloc(4, { job: 'cache', group: 'redis' }),
    sampleAlloc(5, { namespace: 'other' }),
  ],
  nodes: [1, 2, 3, 4, 5].map(n => sampleNode(n)),
  deployments: [
    sampleDeployment(7),
    sampleDeployment(8, { job: 'cache', status: 'successful' }),
    sampleDeployment(9, { job: 'old' }),
    sampleDeployment(10, { namespace: 'other' }),
  ],
  services: [
    sampleService(1),
    sampleService(2),
    sampleService(3, { name: 'web-log' }),
    sampleService(4, { name: 'redis', job: 'cache' }),
    sampleService(5, { namespace: 'other' }),
  ],
  region: sampleRegion(),
};

function found(targetKind: TargetKind, target: Partial<TargetSpec>, over: SampleCluster = {}) {
  const { pick } = sampleTarget();
  return candidates({
    view: sampleView({ ...cluster, ...over }),
    namespace: 'default',
    targetKind,
    target: { pick, ifEmpty: 'fail', ...target },
  });
}

const service = (...numbers: readonly number[]) => numbers.map(n => sampleService(n).id);
const alloc = (...numbers: readonly number[]) => numbers.map(n => sampleAlloc(n).id);

describe('what a target names', () => {
  it.each<[TargetKind, string, Partial<TargetSpec>, readonly string[]]>([
    ['group', 'every group of a job', { job: 'web' }, ['web/app', 'web/log']],
    ['group', 'one group of a job', { job: 'web', group: 'log' }, ['web/log']],
    ['group', 'groups by glob, of any job', { job: '*', group: '*o*' }, ['web/log']],
    ['group', 'groups of jobs by glob', { job: '*e*' }, ['cache/redis', 'web/app', 'web/log']],
    ['job', 'a job by name', { job: 'web' }, ['web']],
    ['job', 'jobs by glob', { job: '*e*' }, ['cache', 'web']],
    ['deployment', 'the newest deployment of a job', { job: 'web' }, [sampleDeployment(7).id]],
    ['deployment', 'one in any state', { job: 'c*' }, [sampleDeployment(8).id]],
    ['service', 'every registration of a job', { job: 'web' }, service(1, 2, 3)],
    ['service', 'those of a name', { job: 'web', service: 'web-http' }, service(1, 2)],
    ['service', 'those of a glob', { job: '*', service: '*-l*' }, service(3)],
    ['service', 'those of a group', { job: 'web', group: 'log' }, service(3)],
    ['service', 'those on a node', { job: 'web', node: 'node-2' }, service(2)],
    ['allocation', 'those that register a service', { job: 'web', service: 'web-http' }, alloc(1, 2)],
    ['allocation', 'those that register one of a glob', { job: '*', service: '*' }, alloc(1, 2, 3, 4)],
    ['allocation', 'those of a group that register one', { job: 'web', group: 'app', service: 'web-*' }, alloc(1, 2)],
    ['region', 'the region, which no pattern names', {}, ['global']],
  ])('as a %s is %s, of its own namespace only', (kind, _, target, ids) => {
    expect(found(kind, target).candidates.map(idOf)).toEqual(ids);
  });
});

describe('what a target names and can not hit', () => {
  it.each<[TargetKind, string, Partial<TargetSpec>, SampleCluster, string]>([
    ['group', 'of a stopped job', { job: 'old' }, {}, 'the job is stopped'],
    ['job', 'that is stopped', { job: 'old' }, {}, 'the job is stopped'],
    ['deployment', 'of a stopped job', { job: 'old' }, {}, 'the job is stopped'],
    [
      'service',
      'whose allocation is not seen',
      { job: 'cache' },
      { allocs: [] },
      'its allocation 00000004 can not be seen',
    ],
    [
      'service',
      'whose allocation ended',
      { job: 'cache' },
      { allocs: [sampleAlloc(4, { job: 'cache', group: 'redis', client: 'failed' })] },
      'not running: failed',
    ],
    [
      'service',
      'on another node',
      { job: 'cache', node: 'node-1' },
      {},
      'on node node-4 (00000004), outside target_node=node-1',
    ],
  ])('as a %s %s is listed with the reason', (kind, _, target, over, why) => {
    const { candidates: kept, excluded } = found(kind, target, over);
    expect(kept).toEqual([]);
    expect(excluded.map(each => each.why)).toEqual([why]);
  });
});

describe('a target of which nothing matched', () => {
  const inWeb = 'job web that matches target_job=web in namespace default has no';

  it.each<[TargetKind, Partial<TargetSpec>, SampleCluster, string]>([
    ['group', {}, {}, 'the target names neither a job nor a node'],
    ['job', {}, {}, 'the target names neither a job nor a node'],
    ['deployment', {}, {}, 'the target names neither a job nor a node'],
    ['service', { service: 'web-http' }, {}, 'the target names neither a job nor a node'],
    ['allocation', { service: 'web-http' }, {}, 'the target names neither a job nor a node'],
    ['job', { job: 'wbe' }, {}, 'no job of namespace default matches target_job=wbe'],
    ['group', { job: 'web', group: 'api' }, {}, `${inWeb} group that matches target_group=api`],
    ['deployment', { job: 'web' }, { deployments: [] }, `${inWeb} deployment`],
    ['service', { job: 'web' }, { services: [] }, `${inWeb} service in Nomad’s catalogue`],
    ['service', { job: 'web', service: 'grpc' }, {}, `${inWeb} service that matches target_service=grpc`],
    [
      'service',
      { job: 'web', group: 'api', service: 'web-http' },
      {},
      `${inWeb} service that matches target_service=web-http in target_group=api`,
    ],
    [
      'allocation',
      { job: 'web', service: 'grpc' },
      {},
      `${inWeb} allocation with a service that matches target_service=grpc`,
    ],
    [
      'allocation',
      { job: 'web', group: 'log', service: 'web-http' },
      {},
      `${inWeb} allocation in target_group=log with a service that matches target_service=web-http`,
    ],
    ['allocation', { job: 'web' }, { allocs: [] }, `${inWeb} allocation`],
  ])('as a %s by %o is told so', (kind, target, over, nothing) => {
    expect(found(kind, target, over)).toEqual({ candidates: [], excluded: [], nothing });
  });

  it('is a region whose scheduler can not be read', () => {
    const { region: _, ...without } = cluster;
    const { pick } = sampleTarget();
    const target: TargetSpec = { pick, ifEmpty: 'fail' };
    const question = { view: sampleView(without), namespace: 'default', targetKind: 'region', target } as const;
    expect(candidates(question)).toEqual({
      candidates: [],
      excluded: [],
      nothing: 'the configuration of the scheduler can not be seen',
    });
  });
});
