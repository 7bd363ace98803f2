import { describe, expect, it } from 'vitest';
import { type Handled, handle, poll } from './handle.ts';
import { misbehave } from './misbehave.ts';
import { answerStale, electLeader, restartServer } from './outage.ts';
import { subscribe, take } from './subscription.ts';
import { createHand, type Hand } from './testing.ts';

const write = (hand: Hand, v: string, query: Readonly<Record<string, string>> = {}): Handled =>
  handle(
    hand.cluster,
    { method: 'PUT', path: '/v1/var/a', kind: 'variable_write', body: { Items: { v } }, query },
    hand.now(),
  );
const value = (hand: Hand) => (hand.ask('GET', '/v1/var/a').body as { Items?: { v: string } }).Items?.v;

function stream(hand: Hand, index = 0) {
  const opened = subscribe(hand.cluster, { topics: ['Variable'], index });
  if ('status' in opened) throw new Error(opened.message);
  return opened;
}

describe('a cluster that misbehaves', () => {
  it.each([
    [429, 'Too Many Requests'],
    [500, 'No cluster leader'],
  ])('answers %d in the words given, as often as asked for, without doing anything', (status, message) => {
    const hand = createHand({ nodes: 0 });
    misbehave(hand.cluster, {
      on: { method: 'PUT', path: '/v1/var/*' },
      misdeed: { kind: 'answer', status, message },
      times: 2,
    });
    for (const _ of [1, 2])
      expect(write(hand, '1')).toMatchObject({ kind: 'answer', response: { status, body: message } });
    expect(hand.ask('GET', '/v1/var/a').status).toBe(404);
    expect(write(hand, '1')).toMatchObject({ response: { status: 200 } });
  });

  it('does it and answers an error all the same', () => {
    const hand = createHand({ nodes: 0 });
    misbehave(hand.cluster, {
      on: {},
      misdeed: { kind: 'apply-then-error', status: 500, message: 'rpc error: EOF' },
      times: 1,
    });
    expect(write(hand, '1')).toMatchObject({ response: { status: 500, body: 'rpc error: EOF' } });
    expect(value(hand)).toBe('1');
  });

  it('is slow: nothing is done before the time is over', () => {
    const hand = createHand({ nodes: 0 });
    misbehave(hand.cluster, { on: { kind: 'variable_*' }, misdeed: { kind: 'slow', ms: 3000 } });
    const held = write(hand, '1');
    if (held.kind !== 'block') throw new Error('it waits');
    hand.run(2999);
    expect([poll(hand.cluster, held, hand.now()).kind, hand.ask('GET', '/v1/var/a').status]).toEqual(['block', 404]);
    hand.run(1);
    expect(poll(hand.cluster, held, hand.now())).toMatchObject({ response: { status: 200 } });
  });

  it('frozen, applies a write a minute later over a newer one, but not one that carries an index', () => {
    const hand = createHand({ nodes: 0 });
    const first = hand.ask('PUT', '/v1/var/a', { Items: { v: '1' } });
    const freeze = misbehave(hand.cluster, {
      on: { method: 'PUT' },
      misdeed: { kind: 'hang', ms: 60_000, errorAfterMs: 15_000 },
    });
    const plain = write(hand, 'late');
    write(hand, 'late by index', { cas: String(first.index) });
    freeze();
    hand.run(15_000);
    if (plain.kind !== 'block') throw new Error('it waits');
    expect(poll(hand.cluster, plain, hand.now())).toMatchObject({ response: { status: 500, body: 'rpc error: EOF' } });
    write(hand, 'newer');
    expect(value(hand)).toBe('newer');
    hand.run(60_000);
    expect(value(hand)).toBe('late');
  });

  it('answers reads from the past with the index of then, until it is over', () => {
    const hand = createHand({ nodes: 0 });
    const old = hand.ask('PUT', '/v1/var/a', { Items: { v: 'old' } });
    answerStale(hand.cluster, 5000);
    write(hand, 'new');
    expect(hand.ask('GET', '/v1/var/a')).toMatchObject({
      index: old.index,
      knownLeader: true,
      body: { Items: { v: 'old' } },
    });
    hand.run(5000);
    expect(value(hand)).toBe('new');
  });

  it('restarted, cuts its streams and replays history as news, whatever index is asked for', () => {
    const hand = createHand({ nodes: 0 });
    const before = stream(hand);
    const indexes = ['1', '2', '3'].map(v => hand.ask('PUT', '/v1/var/a', { Items: { v } }).index);
    restartServer(hand.cluster, 3000);
    take(hand.cluster, before);
    expect(before.ended).toBe('eof');
    const seen = (index: number) =>
      take(hand.cluster, stream(hand, index)).flatMap(line => (line.kind === 'batch' ? [line.batch.Index] : []));
    expect(seen(indexes[2] ?? 0)).toEqual(indexes);
    hand.run(3000);
    expect(seen(indexes[2] ?? 0)).toEqual(indexes.slice(2));
  });

  it('loses events of a topic', () => {
    const hand = createHand({ nodes: 0 });
    misbehave(hand.cluster, { on: {}, misdeed: { kind: 'lose-events', topics: ['Variable'] }, times: 1 });
    write(hand, 'lost');
    const { index } = hand.ask('PUT', '/v1/var/a', { Items: { v: 'seen' } });
    expect(take(hand.cluster, stream(hand)).flatMap(line => (line.kind === 'batch' ? [line.batch.Index] : []))).toEqual(
      [index],
    );
  });

  it('opens streams that say nothing', () => {
    const hand = createHand({ nodes: 0 });
    misbehave(hand.cluster, { on: {}, misdeed: { kind: 'silent-stream' }, times: 1 });
    const silent = stream(hand);
    hand.run(60_000);
    expect(take(hand.cluster, silent)).toEqual([]);
    expect(take(hand.cluster, stream(hand))).toEqual([{ kind: 'beat' }]);
  });
});

describe('an election', () => {
  it.each([
    ['killed', 500, undefined],
    ['transferred', 500, undefined],
    ['left', 500, '1'],
  ] as const)('of a leader that was %s answers writes with %d until another leads', (how, status, after) => {
    const hand = createHand({ nodes: 0, servers: 3 });
    electLeader(hand.cluster, how);
    expect(write(hand, '1')).toMatchObject({ response: { status } });
    expect(value(hand)).toBe(after);
    hand.run(2500);
    expect(hand.ask('GET', '/v1/status/leader').body).toBe('127.0.0.1:4648');
    expect(write(hand, '2')).toMatchObject({ response: { status: 200 } });
  });

  it('leaves streams open and silent, and loses nothing', () => {
    const hand = createHand({ nodes: 0, servers: 3 });
    const open = stream(hand);
    take(hand.cluster, open);
    electLeader(hand.cluster, 'frozen', { ms: 3000, thawMs: 15_000 });
    expect(write(hand, 'late').kind).toBe('block');
    hand.run(2999);
    expect(take(hand.cluster, open)).toEqual([]);
    hand.run(20_000);
    expect(take(hand.cluster, open).map(line => line.kind)).toEqual(['batch']);
    expect(open.ended).toBeUndefined();
  });

  it('starts the time of each lock anew', () => {
    const hand = createHand({ nodes: 0, servers: 3 });
    const acquire = () =>
      hand.ask(
        'PUT',
        '/v1/var/l',
        { Items: { v: '1' }, Lock: { TTL: '10s', LockDelay: '1s' } },
        { query: { 'lock-acquire': '' } },
      ).status;
    acquire();
    hand.run(15_000);
    electLeader(hand.cluster, 'killed', { ms: 2500 });
    hand.run(2500 + 20_000 + 900);
    expect(acquire()).toBe(409);
    hand.run(101);
    expect(acquire()).toBe(200);
  });
});
