import { describe, expect, it } from 'vitest';
import type { AllocView, NodeView } from '../cluster/types.ts';
import type { TargetSpec } from '../spec/experiment.ts';
import { nameOf } from './candidate.ts';
import { candidates } from './candidates.ts';
import {
  runningTask,
  sampleAlloc,
  sampleJob,
  sampleNode,
  sampleTarget,
  sampleView,
  sampleWeb,
} from './cluster.fixture.ts';

function foundBy(target: Partial<TargetSpec>, alloc: Partial<AllocView> = {}, node: Partial<NodeView> = {}) {
  const web = sampleWeb(2);
  const allocs = [sampleAlloc(1, alloc), sampleAlloc(2), sampleAlloc(3, { job: 'cache', group: 'redis' })];
  const nodes = [sampleNode(1, node), sampleNode(2), sampleNode(3)];
  const jobs = [...web.jobs, sampleJob(1, { id: 'cache' }), sampleJob(1, { id: 'web', namespace: 'other' })];
  const foreign = sampleAlloc(4, { namespace: 'other' });
  const view = sampleView({ jobs, allocs: [...allocs, foreign], nodes });
  return candidates({ view, namespace: 'default', targetKind: 'allocation', target: sampleTarget(target) });
}

const names = (found: ReturnType<typeof foundBy>) => found.candidates.map(nameOf);

describe('candidates among allocations', () => {
  it.each([
    ['a job by name', { job: 'web' }, ['web.app[1]', 'web.app[2]']],
    ['jobs by glob', { job: '*' }, ['web.app[1]', 'web.app[2]', 'cache.redis[3]']],
    ['a group by glob', { job: '*', group: 'r*' }, ['cache.redis[3]']],
    ['a node by name', { job: 'web', node: 'node-2' }, ['web.app[2]']],
    ['a node by the beginning of its id', { job: 'web', node: '00000001' }, ['web.app[1]']],
    ['a task', { job: 'web', task: 'serv*' }, ['web.app[1]', 'web.app[2]']],
  ])('takes %s, of its own namespace only', (_, target, expected) => {
    expect(names(foundBy(target))).toEqual(expected);
  });

  it.each<[string, Partial<TargetSpec>, Partial<AllocView>, Partial<NodeView>, string]>([
    ['that is not running', {}, { client: 'failed' }, {}, 'not running: failed'],
    ['that is pending', {}, { client: 'pending' }, {}, 'not running: pending'],
    ['that is being stopped', {}, { desired: 'stop' }, {}, 'being stopped: desired is stop'],
    ['that is being moved', {}, { migrating: true }, {}, 'being moved off its node'],
    ['on another node', { node: 'node-2' }, {}, {}, 'on node node-1 (00000001), outside target_node=node-2'],
    [
      'on a node of another class',
      { nodeClass: 'big' },
      {},
      {},
      'on node node-1 (00000001), outside target_node_class=big: its class is none',
    ],
    [
      'in another datacenter',
      { datacenter: 'dc2' },
      {},
      {},
      'on node node-1 (00000001), outside target_datacenter=dc2: it is in dc1',
    ],
    [
      'in another pool',
      { nodePool: 'gpu*' },
      {},
      {},
      'on node node-1 (00000001), outside target_node_pool=gpu*: it is in default',
    ],
    [
      'on a node that can not be seen, when its datacenter matters',
      { datacenter: 'dc1' },
      { node: 'gone' },
      {},
      'on node node-1 (gone), which can not be seen: nothing but its name is known',
    ],
    ['without such a task', { task: 'proxy' }, {}, {}, 'no task matches target_task=proxy: it has server'],
    [
      'whose task does not run',
      { task: 'server' },
      { tasks: { server: { ...runningTask, state: 'dead' } } },
      {},
      'no running task: server is dead',
    ],
  ])('lists one %s, with the reason', (_, target, alloc, node, why) => {
    const { excluded } = foundBy(target, alloc, node);
    expect(excluded.find(({ name }) => name === 'web.app[1]')).toEqual({
      id: sampleAlloc(1).id,
      name: 'web.app[1]',
      why,
    });
  });

  it('needs no node in the view when only its name is asked for', () => {
    const { jobs, allocs } = sampleWeb(2);
    const found = candidates({
      view: sampleView({ jobs, allocs }),
      namespace: 'default',
      targetKind: 'allocation',
      target: sampleTarget({ node: 'node-1' }),
    });
    expect(names(found)).toEqual(['web.app[1]']);
  });

  it.each([
    ['no pattern at all', { pick: sampleTarget().pick }, 'the target names neither a job nor a node'],
    ['a job that is not there', { job: 'wbe' }, 'no job of namespace default matches target_job=wbe'],
    [
      'a group that is not there',
      { job: 'web', group: 'api' },
      'job web that matches target_job=web in namespace default has no allocation in target_group=api',
    ],
  ])('says what matched nothing: %s', (_, target, nothing) => {
    const { jobs, allocs, nodes } = sampleWeb(2);
    const found = candidates({
      view: sampleView({ jobs, allocs, nodes }),
      namespace: 'default',
      targetKind: 'allocation',
      target: { pick: sampleTarget().pick, ifEmpty: 'fail', ...target },
    });
    expect(found).toEqual({ candidates: [], excluded: [], nothing });
  });

  it('asks the judges in order, and the first that answers excludes', () => {
    const { jobs, allocs, nodes } = sampleWeb(2);
    const { candidates: kept, excluded } = candidates({
      view: sampleView({ jobs, allocs, nodes }),
      namespace: 'default',
      targetKind: 'allocation',
      target: sampleTarget(),
      judges: [each => (nameOf(each) === 'web.app[1]' ? 'first' : undefined), () => 'second'],
    });
    expect(kept).toEqual([]);
    expect(excluded.map(({ why }) => why)).toEqual(['first', 'second']);
  });
});

describe('candidates among nodes', () => {
  const view = sampleView({
    jobs: [sampleJob(2)],
    allocs: [sampleAlloc(1), sampleAlloc(2, { client: 'complete', desired: 'stop' })],
    nodes: [sampleNode(1), sampleNode(2, { nodeClass: 'big' }), sampleNode(3, { status: 'down', datacenter: 'dc2' })],
  });
  const found = (target: Partial<TargetSpec>) =>
    candidates({
      view,
      namespace: 'default',
      targetKind: 'node',
      target: { pick: sampleTarget().pick, ifEmpty: 'fail', ...target },
    });

  it.each([
    ['by name', { node: 'node-1' }, ['node-1']],
    ['by glob', { node: 'node-*' }, ['node-1', 'node-2']],
    ['by class', { nodeClass: 'big' }, ['node-2']],
    ['by datacenter and pool', { datacenter: 'dc1', nodePool: 'default' }, ['node-1', 'node-2']],
    ['by the job that runs there', { job: 'web' }, ['node-1']],
  ])('takes them %s', (_, target, expected) => {
    expect(names(found(target))).toEqual(expected);
  });

  it('lists a node that is not ready, with the reason', () => {
    expect(found({ node: 'node-3' }).excluded).toEqual([
      { id: sampleNode(3).id, name: 'node-3', why: 'the node is down' },
    ]);
  });

  it.each([
    ['no pattern', {}, 'the target names neither a job nor a node'],
    ['no such node', { node: 'db-*' }, 'no node matches the target'],
    ['too short an id', { node: '000' }, 'no node matches the target'],
    ['a job that runs elsewhere', { job: 'web', node: 'node-2' }, 'no node that matches runs a job of target_job=web'],
  ])('says what matched nothing: %s', (_, target, nothing) => {
    expect(found(target)).toEqual({ candidates: [], excluded: [], nothing });
  });
});
