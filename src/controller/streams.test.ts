import { describe, expect, it } from 'vitest';
import { allocEvent, nodeEvent } from '../cluster/nomad.fixture.ts';
import { faults } from '../faults/index.ts';
import { anEmptyScene, aScene, disableNode, killWeb, killWebOften } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const jobs = 'jobs default';
const topics = (member: Member, key = jobs) =>
  member.streams.filter(each => each.key === key).map(each => each.request.topics);
const hourly = (job: string) => ({ ...killWebOften, target_job: job, every: '1h' });

describe('a stream', () => {
  it('is opened for the jobs that schedules name, and for nodes only where one hits nodes', () => {
    const { world, member } = aScene(faults);
    expect(member.streams).toEqual([]);
    world.schedule('default', 'k', hourly('web'));
    world.pass(100);
    expect(member.streams.map(({ key, request }) => [key, request.namespace, request.topics])).toEqual([
      [jobs, 'default', ['Allocation:web', 'Job:web', 'Deployment:web']],
    ]);
    world.schedule(home, 'n', disableNode({ at: new Date(world.clock.wall + 3_600_000).toISOString() }));
    world.pass(100);
    expect(topics(member, 'nodes')).toEqual([['Node:*']]);
  });

  it('is opened first when all schedules are read, for what they all name', () => {
    const { world } = anEmptyScene(faults);
    world.schedule('default', 'k', hourly('web'));
    world.schedule('default', 'late', hourly('db'));
    const member = world.start();
    member.fate = ({ call }) =>
      call.op === 'read-variable' && call.path === 'chaos/schedule/late' ? { after: 3_000 } : undefined;
    world.pass(2_500);
    expect(topics(member)).toEqual([]);
    world.pass(5_000);
    expect(topics(member).map(each => each.length)).toEqual([6]);
  });

  it('waits no longer than five seconds for them', () => {
    const { world } = anEmptyScene(faults);
    world.schedule('default', 'k', hourly('web'));
    world.schedule('default', 'lost', hourly('db'));
    const member = world.start();
    member.fate = ({ call }) =>
      call.op === 'read-variable' && call.path === 'chaos/schedule/lost' ? 'never' : undefined;
    world.pass(6_000);
    expect(topics(member).map(each => each.length)).toEqual([3]);
  });

  it('is opened again for more jobs at most once in 35 seconds', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k0', hourly('web'));
    world.pass(100);
    const opened = world.clock.mono;
    for (let i = 1; i <= 5; i += 1) {
      world.schedule('default', `k${i}`, hourly(`j${i}`));
      world.pass(1_000);
    }
    expect(topics(member)).toHaveLength(1);
    world.pass(opened + 35_000 - world.clock.mono);
    expect(topics(member)).toHaveLength(2);
    expect(topics(member)[1]).toHaveLength(18);
  });

  it.each([
    ['past fifty jobs', 51, 'job'],
    ['for a pattern', 1, 'job-*'],
  ])('takes whole topics %s', (_what, count, name) => {
    const { world, member } = aScene(faults);
    for (let i = 0; i < count; i += 1) world.schedule('default', `k${i}`, hourly(count === 1 ? name : `${name}${i}`));
    world.pass(40_000);
    expect(topics(member).at(-1)).toEqual(['Allocation:*', 'Job:*', 'Deployment:*']);
  });

  it('is not opened anew for fewer jobs, and is closed when there are none', () => {
    const { world, nomad, member } = aScene(faults);
    nomad.addJob('db', 4);
    world.schedule('default', 'k', hourly('web'));
    world.schedule('default', 'l', hourly('db'));
    world.pass(40_000);
    member.happen({ kind: 'stream-open', key: jobs });
    const before = topics(member).length;
    nomad.remove('default', 'chaos/schedule/l');
    for (let i = 0; i < 10; i += 1) {
      member.happen({ kind: 'stream-beat', key: jobs });
      world.pass(10_000);
    }
    expect(topics(member)).toHaveLength(before);
    nomad.remove('default', 'chaos/schedule/k');
    world.pass(1_000);
    expect(topics(member).at(-1)).toEqual([]);
  });

  it('that said nothing for 35 seconds is opened anew', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', hourly('web'));
    world.pass(100);
    member.happen({ kind: 'stream-open', key: jobs });
    world.pass(34_000);
    member.happen({ kind: 'stream-beat', key: jobs });
    world.pass(34_900);
    expect(topics(member)).toHaveLength(1);
    world.pass(200);
    expect(topics(member)).toHaveLength(2);
  });

  it('that closed is told, and opened again when its place is free', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', hourly('web'));
    world.pass(100);
    const opened = world.clock.mono;
    member.happen({ kind: 'stream-closed', key: jobs, reason: 'eof', message: 'gone' });
    world.pass(opened + 34_800 - world.clock.mono);
    expect(topics(member)).toHaveLength(1);
    world.pass(200);
    expect(topics(member)).toHaveLength(2);
    expect(member.notes('stream')).toMatchObject([{ key: jobs, connected: false, reason: 'eof' }]);
  });
});

describe('an event', () => {
  it('shows what became of a target at once, where polling would take up to five seconds', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWebOften, every: '10s' });
    world.pass(100);
    member.happen({ kind: 'stream-open', key: jobs });
    member.fate = ({ call }) =>
      call.op === 'list-job-allocs' && member.calls('alloc-signal').length > 0 ? 'never' : undefined;
    world.pass(11_500);
    const [sent] = member.calls('alloc-signal');
    expect(member.notes('effect-seen')).toEqual([]);
    const alloc = nomad.allocs.get(sent?.call.alloc ?? '');
    member.happen({
      kind: 'stream-batch',
      key: jobs,
      batch: { Index: nomad.index, Events: [allocEvent(alloc, nomad.index)] },
    });
    expect(member.notes('effect-seen')).toHaveLength(1);
  });

  it('of a node or a job that no run names makes nobody look', () => {
    const { world, nomad, node, member } = aScene(faults);
    nomad.addJob('db', 4);
    world.schedule('default', 'k', { ...killWeb, recover_within: '5m' });
    world.schedule('default', 'l', hourly('db'));
    world.pass(500);
    expect(member.open()).toHaveLength(1);
    const [alloc] = nomad.allocsOf('db');
    const events = [
      allocEvent({ ...alloc, ModifyIndex: nomad.index }, nomad.index),
      nodeEvent(nomad.nodes.get(node), nomad.index),
    ];
    const before = member.asked.length;
    member.happen({ kind: 'stream-batch', key: jobs, batch: { Index: nomad.index, Events: events } });
    expect(member.asked).toHaveLength(before);
  });
});

describe('an open run', () => {
  const listsIn = (member: Member, from: number) =>
    member.asked.slice(from).filter(({ call }) => call.op === 'list-job-allocs').length;

  it.each([
    ['every second without a stream', false, 18, 22],
    ['every five seconds beside a living one', true, 3, 5],
  ])('reads its targets itself %s', (_what, streaming, least, most) => {
    const { world, nomad, member } = aScene(faults);
    for (const alloc of nomad.allocsOf('web')) expect(alloc.ClientStatus).toBe('running');
    world.schedule('default', 'k', { ...killWebOften, every: '10s' });
    world.pass(100);
    if (streaming) member.happen({ kind: 'stream-open', key: jobs });
    member.fate = ({ call }) =>
      call.op === 'alloc-signal' ? { kind: 'ok', index: nomad.index, value: {} } : undefined;
    world.pass(10_500);
    expect(member.open()).toMatchObject([{ state: 'recovering' }]);
    const from = member.asked.length;
    world.pass(20_000);
    expect(listsIn(member, from)).toBeGreaterThanOrEqual(least);
    expect(listsIn(member, from)).toBeLessThanOrEqual(most);
  });

  it('reads anew what it looks at when events were lost', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWebOften, every: '10s' });
    world.pass(100);
    member.happen({ kind: 'stream-open', key: jobs });
    member.fate = ({ call }) =>
      call.op === 'alloc-signal' ? { kind: 'ok', index: nomad.index, value: {} } : undefined;
    world.pass(11_000);
    const from = member.asked.length;
    member.happen({ kind: 'stream-gap', key: jobs, reason: 'lagged' });
    expect(listsIn(member, from)).toBe(1);
    expect(member.notes('resync')).toMatchObject([{ kind: 'jobs', reason: 'lagged' }]);
  });
});

describe('a job that nobody names any more', () => {
  it('leaves the view', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', killWeb);
    world.pass(10_000);
    expect(member.controller.core.view.watchedJobs()).toEqual(['default/web']);
    nomad.remove('default', 'chaos/schedule/k');
    world.pass(1_000);
    expect(member.controller.core.view.watchedJobs()).toEqual([]);
    expect([...member.controller.core.reads.keys()].filter(key => key.includes('web'))).toEqual([]);
  });
});
