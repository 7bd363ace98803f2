import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Allocation, NomadNode } from '../nomad/types.ts';
import {
  alloc,
  allocEvent,
  deploymentEvent,
  event,
  id,
  job,
  jobEvent,
  node,
  nodeEvent,
  started,
  task,
} from './nomad.fixture.ts';
import { createView } from './view.ts';

const touchedJob = { jobs: ['default/web'], nodes: [] };

/** A view that follows `web` and knows allocations 0 to 2 as of index 200. */
function filled() {
  const view = createView();
  view.applyJob(job());
  view.applyAllocs('default', 'web', [alloc(0), alloc(1), alloc(2)], 200);
  return view;
}

function newer(n: number, index: number, over: Partial<Allocation> = {}) {
  return alloc(n, { ModifyIndex: index, ...over });
}

describe('the view of allocations', () => {
  it('lists them in order of id, whatever the order of their coming', () => {
    const view = createView();
    view.applyAllocs('default', 'web', [alloc(2), alloc(0), alloc(1)], 200);
    expect(view.allocsOf('default', 'web').map(each => each.id)).toEqual([id(0), id(1), id(2)]);
    expect(view.alloc(id(1))?.name).toBe('web.cache[1]');
    expect(view.allocsOf('default', 'web')).toBe(view.allocsOf('default', 'web'));
  });

  it('tells which job an event touched, and shows its state', () => {
    const view = filled();
    expect(view.applyEvent(allocEvent(newer(1, 210, { ClientStatus: 'failed' }), 210))).toEqual(touchedJob);
    expect(view.alloc(id(1))?.client).toBe('failed');
    expect(view.resultIndex).toBe(210);
  });

  it.each([
    ['at the index held', newer(1, 101, { ClientStatus: 'failed' })],
    ['below the index held', newer(1, 99, { ClientStatus: 'failed' })],
    ['of an allocation that the last list showed to be gone', newer(7, 150)],
    ['of a job that nobody follows', newer(1, 300, { JobID: 'db' })],
    ['of another namespace', newer(1, 300, { Namespace: 'prod' })],
    ['without an id', { ...newer(1, 300), ID: undefined }],
    ['with a desired status that is not known', { ...newer(1, 300), DesiredStatus: 'perhaps' }],
    ['that holds nothing', null],
  ])('changes nothing by an event %s', (_, payload) => {
    const view = filled();
    const before = view.allocsOf('default', 'web');
    expect(view.applyEvent(allocEvent(payload, 300))).toBeUndefined();
    expect(view.allocsOf('default', 'web')).toBe(before);
  });

  it('keeps the tasks held when an event has none', () => {
    const view = filled();
    view.applyEvent(allocEvent(newer(1, 210, { TaskStates: null, DesiredStatus: 'stop' }), 210));
    expect(view.alloc(id(1))).toMatchObject({ desired: 'stop', tasks: { web: { state: 'running' } } });
  });

  it('takes the tasks of a list at the same index when the event before it had none', () => {
    const view = filled();
    view.applyEvent(allocEvent(newer(5, 210, { TaskStates: null }), 210));
    expect(view.alloc(id(5))?.tasks).toEqual({});
    expect(view.applyAllocs('default', 'web', [alloc(0), alloc(1), alloc(2), newer(5, 210)], 211)).toEqual(touchedJob);
    expect(view.alloc(id(5))?.tasks['web']?.state).toBe('running');
  });

  it('drops what a list no longer has, and keeps what is newer than the list', () => {
    const view = filled();
    view.applyEvent(allocEvent(newer(5, 230), 230));
    expect(view.applyAllocs('default', 'web', [alloc(0), alloc(1)], 220)).toEqual(touchedJob);
    expect(view.allocsOf('default', 'web').map(each => each.id)).toEqual([id(0), id(1), id(5)]);
  });

  it('is not taken back by a list older than the last one', () => {
    const view = filled();
    view.applyAllocs('default', 'web', [alloc(0)], 250);
    expect(view.applyAllocs('default', 'web', [alloc(0), alloc(1), alloc(2)], 200)).toBeUndefined();
    expect(view.applyAllocs('default', 'web', [], 200)).toBeUndefined();
    expect(view.allocsOf('default', 'web').map(each => each.id)).toEqual([id(0)]);
  });

  it('says nothing of a list that it knows already', () => {
    const view = filled();
    expect(view.applyAllocs('default', 'web', [alloc(0), alloc(1), alloc(2)], 240)).toBeUndefined();
  });

  it('ends at the newest state however events are merged, repeated and late', () => {
    const versions = [101, 110, 120, 130].map(index => newer(1, index, { ClientDescription: '', JobVersion: index }));
    const told = fc.array(fc.constantFrom(...versions), { maxLength: 30 });
    fc.assert(
      fc.property(told, sequence => {
        const view = createView();
        view.watchJob('default', 'web');
        let newest = 0;
        for (const each of sequence) {
          view.applyEvent(allocEvent(each, each.ModifyIndex));
          newest = Math.max(newest, each.ModifyIndex);
          expect(view.alloc(id(1))?.jobVersion).toBe(newest);
        }
      }),
    );
  });

  it('forgets a job that is no longer watched', () => {
    const view = filled();
    expect(view.watchedJobs()).toEqual(['default/web']);
    view.unwatchJob('default', 'web');
    expect(view.alloc(id(0))).toBeUndefined();
    expect(view.applyEvent(allocEvent(newer(0, 300), 300))).toBeUndefined();
    expect(view.jobsIn('default')).toEqual([]);
  });

  it('keeps ten events of a task, by the client’s clock, and only details that are read', () => {
    const view = createView();
    const many = [...Array(12).keys()].map(n => event('Signaling', 200 + n, { signal: 'SIGHUP', message: 'x' }));
    view.applyAllocs('default', 'web', [alloc(0, { TaskStates: { web: task([...started, ...many]) } })], 200);
    const events = view.alloc(id(0))?.tasks['web']?.events ?? [];
    expect(events).toHaveLength(10);
    expect(events.at(-1)).toEqual({
      type: 'Signaling',
      time: Date.UTC(2026, 10, 24, 8, 0, 0, 211),
      details: { signal: 'SIGHUP' },
    });
  });
});

describe('the view of jobs', () => {
  it('takes a newer job only', () => {
    const view = filled();
    expect(view.applyEvent(jobEvent(job({ ModifyIndex: 95, Version: 1 }), 95))).toEqual(touchedJob);
    expect(view.applyJob(job())).toBeUndefined();
    expect(view.job('default', 'web')?.version).toBe(1);
  });

  it('loses a job that was deleted, and a late event does not bring it back', () => {
    const view = filled();
    expect(view.applyEvent(jobEvent(job(), 300, true))).toEqual(touchedJob);
    expect(view.applyEvent(jobEvent(job({ ModifyIndex: 299 }), 299))).toBeUndefined();
    expect(view.job('default', 'web')).toBeUndefined();
    expect(view.allocsOf('default', 'web')).toHaveLength(3);
    expect(view.applyEvent(jobEvent(job({ ModifyIndex: 310 }), 310))).toEqual(touchedJob);
  });

  it('finds a job again that a read had missed at the same index', () => {
    const view = filled();
    expect(view.removeJob('default', 'web')).toEqual(touchedJob);
    expect(view.applyEvent(jobEvent(job(), 90))).toBeUndefined();
    expect(view.applyJob(job())).toEqual(touchedJob);
  });

  it('keeps the names of a watched namespace, and lists those that match and live', () => {
    const view = createView();
    const stub = (name: string, over = {}) => ({ ...job({ ID: name, ...over }), TaskGroups: undefined });
    view.applyJobList('default', [stub('web'), stub('web-old', { Status: 'dead' }), stub('db')], 100);
    view.applyEvent(jobEvent(job({ ID: 'web-2', ModifyIndex: 120 }), 120));
    view.applyEvent(jobEvent(job({ ID: 'web-3', ModifyIndex: 80 }), 80));
    expect(view.jobIdsMatching('default', 'web*')).toEqual(['web', 'web-2']);
    view.applyEvent(jobEvent(job(), 130, true));
    expect(view.jobIdsMatching('default', 'web*')).toEqual(['web-2']);
    expect(view.jobIdsMatching('prod', '*')).toEqual([]);
  });

  it('loses a followed job that the namespace’s list no longer has', () => {
    const view = filled();
    expect(view.applyJobList('default', [job({ ID: 'db' })], 300)).toEqual(touchedJob);
    expect(view.job('default', 'web')).toBeUndefined();
  });

  it.each([
    ['a stub without groups', { ...job(), TaskGroups: undefined }],
    ['an unknown type', { ...job(), Type: 'cron' }],
    ['a text', 'web'],
  ])('can’t read %s as a job', (_, value) => {
    const view = createView();
    expect(view.applyJob(value)).toBeUndefined();
    expect(view.jobsIn('default')).toEqual([]);
  });
});

describe('the view of deployments', () => {
  const deployment = (create: number, modify: number, status = 'running') => ({
    ID: id(create),
    Namespace: 'default',
    JobID: 'web',
    JobVersion: 1,
    Status: status,
    CreateIndex: create,
    ModifyIndex: modify,
  });

  it('keeps the newest of a job', () => {
    const view = filled();
    view.applyDeployments('default', 'web', [deployment(300, 310), deployment(200, 290, 'successful')], 310);
    expect(view.deployment('default', 'web')).toMatchObject({ id: id(300), status: 'running' });
    expect(view.applyEvent(deploymentEvent(deployment(200, 320, 'failed'), 320))).toBeUndefined();
    expect(view.applyEvent(deploymentEvent(deployment(300, 330, 'successful'), 330))).toEqual(touchedJob);
    expect(view.applyEvent(deploymentEvent(deployment(300, 310), 310))).toBeUndefined();
    expect(view.deployment('default', 'web')?.status).toBe('successful');
  });

  it('loses those that a newer list does not have, and no late event brings them back', () => {
    const view = filled();
    view.applyDeployments('default', 'web', [deployment(300, 310), deployment(200, 290)], 310);
    expect(view.applyDeployments('default', 'web', [deployment(200, 290)], 320)).toEqual(touchedJob);
    expect(view.deployment('default', 'web')?.id).toBe(id(200));
    view.applyDeployments('default', 'web', [], 330);
    expect(view.applyEvent(deploymentEvent(deployment(300, 310), 310))).toBeUndefined();
    expect(view.deployment('default', 'web')).toBeUndefined();
  });
});

describe('the view of nodes', () => {
  it('keeps the signals that a list leaves out', () => {
    const view = createView();
    view.applyNodes([node(1)], 60);
    expect(view.applyNode(node(1, { Attributes: { 'os.signals': 'SIGHUP,SIGKILL' } }))).toEqual({
      jobs: [],
      nodes: [id(901)],
    });
    expect(view.applyNodes([node(1, { ModifyIndex: 70, SchedulingEligibility: 'ineligible' })], 70)).toBeDefined();
    expect(view.node(id(901))).toMatchObject({ eligible: false, signals: ['SIGHUP', 'SIGKILL'], modifyIndex: 70 });
    expect(view.applyNode(node(1))).toBeUndefined();
  });

  it('keeps those attributes and that meta that somebody asks for, of the very state that told them', () => {
    const view = createView();
    const whole = (over: Partial<NomadNode> = {}) =>
      node(1, { Attributes: { 'os.name': 'ubuntu', 'cpu.arch': 'amd64' }, Meta: { rack: 'r1', empty: '' }, ...over });
    const facts = () => view.node(id(901))?.facts;
    view.applyNode(whole());
    expect(facts()).toBeUndefined();
    view.watchFacts(['attr.os.name', 'meta.rack', 'meta.none', 'meta.empty']);
    const told = { 'attr.os.name': 'ubuntu', 'meta.rack': 'r1', 'meta.none': null, 'meta.empty': '' };
    expect(view.applyNode(whole())).toBeDefined();
    expect(facts()).toEqual(told);
    view.applyNodes([node(1)], 60);
    expect(facts()).toEqual(told);
    view.applyNodes([node(1, { ModifyIndex: 70 })], 70);
    expect(facts()).toBeUndefined();
    view.applyEvent(nodeEvent(whole({ ModifyIndex: 80, Meta: null }), 80));
    expect(facts()).toEqual({ ...told, 'meta.rack': null, 'meta.empty': null });
    view.watchOnlyFacts(new Set(['meta.rack']));
    view.applyEvent(nodeEvent(whole({ ModifyIndex: 90 }), 90));
    expect(facts()).toEqual({ 'meta.rack': 'r1' });
    view.watchFacts(['attr.cpu.arch']);
    view.applyNode(whole({ ModifyIndex: 90 }));
    expect(facts()).toEqual({ 'meta.rack': 'r1', 'attr.cpu.arch': 'amd64' });
    expect(view.applyNode(whole({ ModifyIndex: 85 }))).toBeUndefined();
  });

  it('loses a node that was deregistered, and a late event does not bring it back', () => {
    const view = createView();
    view.applyNodes([node(1), node(2)], 60);
    expect(view.applyEvent(nodeEvent(node(1), 70, 'NodeDeregistration'))).toEqual({ jobs: [], nodes: [id(901)] });
    expect(view.applyEvent(nodeEvent(node(1, { ModifyIndex: 65 }), 65))).toBeUndefined();
    expect(view.nodes().map(({ name }) => name)).toEqual(['n2']);
    expect(view.applyEvent(nodeEvent(node(1, { ModifyIndex: 80 }), 80, 'NodeRegistration'))).toBeDefined();
  });

  it('is filled by a list, which does not remove what is newer', () => {
    const view = createView();
    view.applyEvent(nodeEvent(node(3, { ModifyIndex: 90 }), 90));
    view.applyNodes([node(2), node(1)], 60);
    expect(view.nodes().map(({ name }) => name)).toEqual(['n1', 'n2', 'n3']);
    expect(view.applyNodes([node(3, { ModifyIndex: 90 })], 95)).toEqual({ jobs: [], nodes: [id(902), id(901)] });
    expect(view.applyEvent(nodeEvent(node(2), 50))).toBeUndefined();
    expect(view.removeNode(id(903))).toEqual({ jobs: [], nodes: [id(903)] });
    expect(view.nodes()).toEqual([]);
  });

  it.each([
    ['Drain', node(1, { Drain: true })],
    ['a drain strategy', { ...node(1), Drain: undefined, DrainStrategy: { Deadline: 3_600_000_000_000 } }],
  ])('calls a node draining by %s', (_, value) => {
    const view = createView();
    view.applyNode({ ...value, LastDrain: { StartedAt: '2026-11-24T10:00:00Z', Status: 'draining' } });
    expect(view.node(id(901))).toMatchObject({ draining: true, drainStartedAt: Date.UTC(2026, 10, 24, 10) });
  });
});
