import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../../nomad/types.ts';
import { deleteToken, setToken } from './acl.ts';
import { cutStreams } from './outage.ts';
import { type Subscribe, type Subscription, subscribe, take } from './subscription.ts';
import { createHand, type Hand, jobBody } from './testing.ts';

function open(hand: Hand, ask: Partial<Subscribe> & { topics: readonly string[] }): Subscription {
  const opened = subscribe(hand.cluster, { index: 0, ...ask });
  if ('status' in opened) throw new Error(opened.message);
  return opened;
}

const batches = (hand: Hand, stream: Subscription): EventBatch[] =>
  take(hand.cluster, stream).flatMap(line => (line.kind === 'batch' ? [line.batch] : []));
const indexes = (hand: Hand, stream: Subscription) => batches(hand, stream).map(batch => batch.Index);
const write = (hand: Hand, path: string) => hand.ask('PUT', `/v1/var/${path}`, { Items: { v: '1' } }).index;

describe('an event stream', () => {
  it('beats at once and then every thirty seconds', () => {
    const hand = createHand({ nodes: 0 });
    const stream = open(hand, { topics: ['Node'] });
    expect(take(hand.cluster, stream)).toEqual([{ kind: 'beat' }]);
    hand.run(29_999);
    expect(take(hand.cluster, stream)).toEqual([]);
    hand.run(1);
    expect(take(hand.cluster, stream)).toEqual([{ kind: 'beat' }]);
  });

  it('begins where it was asked to: the whole buffer without an index, else the closest batch at or after it', () => {
    const hand = createHand({ nodes: 0 });
    const [a = 0, b = 0] = [write(hand, 'a'), write(hand, 'b')];
    hand.ask('DELETE', '/v1/var/none');
    const c = write(hand, 'c');
    const from = (index: number) => indexes(hand, open(hand, { topics: ['Variable'], index }));
    expect(from(0)).toEqual([a, b, c]);
    expect(from(b)).toEqual([b, c]);
    expect(from(b + 1)).toEqual([c]);
    expect(from(c + 100)).toEqual([c]);
  });

  it('holds the last hundred batches: an older index begins with a later batch, a reader too far behind is ended', () => {
    const hand = createHand({ nodes: 0 });
    const slow = open(hand, { topics: ['Variable'] });
    const first = write(hand, 'x');
    for (let round = 0; round < 100; round += 1) write(hand, 'x');
    expect(indexes(hand, open(hand, { topics: ['Variable'], index: first }))[0]).toBe(first + 1);
    expect(batches(hand, slow)).toEqual([]);
    expect(slow.ended).toBe('event dropped from buffer');
  });

  it('gives only the keys asked for, by key or filter key, of its namespace', () => {
    const hand = createHand({ namespaces: ['other'] });
    const stream = open(hand, { topics: ['Allocation:web', 'Job:web'] });
    batches(hand, stream);
    for (const id of ['web', 'db']) hand.ask('PUT', '/v1/jobs', jobBody({ id }));
    hand.ask('PUT', '/v1/jobs', jobBody(), { namespace: 'other' });
    hand.run(5000);
    const events = batches(hand, stream).flatMap(batch => batch.Events);
    expect(new Set(events.map(event => event.Topic))).toEqual(new Set(['Allocation', 'Job']));
    expect(
      events.every(event => event.Namespace === 'default' && (event.Key === 'web' || event.FilterKeys?.[0] === 'web')),
    ).toBe(true);
    const [planned, ...later] = events.filter(event => event.Topic === 'Allocation');
    expect(planned).toMatchObject({
      Type: 'PlanResult',
      Payload: { Allocation: { ClientStatus: 'pending', DesiredStatus: 'run' } },
    });
    expect(planned?.Payload['Allocation']).not.toHaveProperty('TaskStates');
    expect(planned?.Payload['Allocation']).not.toHaveProperty('Job');
    expect(later.at(-1)).toMatchObject({
      Type: 'AllocationUpdated',
      Payload: { Allocation: { ClientStatus: 'running' } },
    });
  });

  it('tells of a Variable without its items, and of its end by the old index', () => {
    const hand = createHand({ nodes: 0 });
    const stream = open(hand, { topics: ['Variable'] });
    const written = write(hand, 'a');
    const deleted = hand.ask('DELETE', '/v1/var/a').index;
    const events = batches(hand, stream).flatMap(batch => batch.Events);
    expect(events).toMatchObject([
      { Key: 'a', Index: written, Payload: { Deleted: false, Metadata: { Path: 'a', ModifyIndex: written } } },
      { Key: 'a', Index: deleted, Payload: { Deleted: true, Metadata: { ModifyIndex: written } } },
    ]);
    expect(events[0]?.Payload['Metadata']).not.toHaveProperty('Items');
  });

  it('refuses a topic of three parts', () => {
    const opened = subscribe(createHand({ nodes: 0 }).cluster, { topics: ['Job:a:b'], index: 0 });
    expect(opened).toEqual({
      status: 400,
      message: 'Invalid topic query: error parsing topics: Invalid key value pair for topic, topic: Job:a:b',
    });
  });

  it('ends for its reader when it is cut', () => {
    const hand = createHand({ nodes: 0 });
    const stream = open(hand, { topics: ['Node'] });
    cutStreams(hand.cluster);
    expect(take(hand.cluster, stream)).toEqual([]);
    expect(stream.ended).toBe('eof');
    expect(take(hand.cluster, open(hand, { topics: ['Node'] }))).toEqual([{ kind: 'beat' }]);
  });
});

describe('with ACLs an event stream', () => {
  const withToken = (rules: object) => {
    const hand = createHand({ nodes: 0, acl: true, namespaces: ['team'] });
    setToken(hand.cluster, { secret: 's', accessor: 'a', name: 'n', type: 'client', rules });
    setToken(hand.cluster, { secret: 'm', accessor: 'a', name: 'm', type: 'management', rules: {} });
    return hand;
  };
  const paths = (...names: string[]) => ({ variables: Object.fromEntries(names.map(name => [name, ['read']])) });

  it.each([
    ['a job topic with read-job', { namespaces: { default: { capabilities: ['read-job'] } } }, ['Allocation'], false],
    [
      'a job topic with list-jobs only',
      { namespaces: { default: { capabilities: ['list-jobs'] } } },
      ['Allocation'],
      true,
    ],
    ['nodes with node read', { node: 'read' }, ['Node'], false],
    ['nodes without', {}, ['Node'], true],
    [
      'one denied topic among others',
      { namespaces: { default: { capabilities: ['read-job'] } } },
      ['Allocation', 'Node'],
      true,
    ],
    [
      'Variables where the policy names the namespace',
      { namespaces: { default: paths('chaos/*') } },
      ['Variable'],
      false,
    ],
    ['Variables under a policy for all namespaces', { namespaces: { '*': paths('chaos/*') } }, ['Variable'], true],
    ['an unknown topic', { namespaces: { default: { policy: 'write' } } }, ['Nope'], true],
  ])('of %s opens, and is silent: %s', (_, rules, topics, silent) => {
    const hand = withToken(rules);
    expect(take(hand.cluster, open(hand, { topics, token: 's' }))).toEqual(silent ? [] : [{ kind: 'beat' }]);
  });

  it('shows only the Variables that may be listed', () => {
    const hand = withToken({ namespaces: { default: paths('chaos/schedule/*') } });
    const stream = open(hand, { topics: ['Variable'], token: 's' });
    for (const path of ['chaos/schedule/a', 'chaos/status/a'])
      hand.ask('PUT', `/v1/var/${path}`, { Items: { v: '1' } }, { token: 'm' });
    expect(batches(hand, stream).flatMap(batch => batch.Events.map(event => event.Key))).toEqual(['chaos/schedule/a']);
  });

  it('falls silent when its token is deleted, and ends between 1 and 45 s later', () => {
    const hand = withToken({ node: 'read' });
    const stream = open(hand, { topics: ['Node'], token: 's' });
    expect(take(hand.cluster, stream)).toHaveLength(1);
    deleteToken(hand.cluster, 's');
    hand.run(500);
    expect([take(hand.cluster, stream), stream.ended]).toEqual([[], undefined]);
    const until = (stream.endsAt ?? 0) - hand.now();
    expect(until).toBeGreaterThanOrEqual(1000);
    expect(until).toBeLessThanOrEqual(45_000);
    hand.run(until);
    expect([take(hand.cluster, stream), stream.ended]).toEqual([[], 'eof']);
  });
});
