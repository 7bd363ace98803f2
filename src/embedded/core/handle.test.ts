import { describe, expect, it } from 'vitest';
import { handle, poll } from './handle.ts';
import { createHand, type Hand, jobBody } from './testing.ts';

const write = (hand: Hand, path: string, v = '1') => hand.ask('PUT', `/v1/var/${path}`, { Items: { v } });
const prefix = { prefix: 'chaos/schedule/' };

function waiting(hand: Hand) {
  const { index } = hand.ask('GET', '/v1/vars', undefined, { query: prefix });
  return hand.wait('/v1/vars', { ...prefix, index: String(index), wait: '60s' });
}

const isAnswered = (hand: Hand, blocked: ReturnType<typeof waiting>) =>
  poll(hand.cluster, blocked, hand.now()).kind === 'answer';

describe('a blocking query', () => {
  it.each([
    ['a write under the prefix', 'PUT', 'chaos/schedule/b', true],
    ['a delete under the prefix', 'DELETE', 'chaos/schedule/a', true],
    ['a write beside it', 'PUT', 'chaos/status/a', false],
    ['a name that begins alike', 'PUT', 'chaos/schedule-x', false],
  ] as const)('wakes on %s: %s %s, %s', (_, method, path, wakes) => {
    const hand = createHand({ nodes: 0 });
    write(hand, 'chaos/schedule/a');
    const blocked = waiting(hand);
    hand.ask(method, `/v1/var/${path}`, { Items: { v: '2' } });
    expect(isAnswered(hand, blocked)).toBe(wakes);
  });

  it('sleeps through the same path in another namespace, unless it shows nothing: then it watches the whole table', () => {
    const hand = createHand({ nodes: 0, namespaces: ['other'] });
    const empty = waiting(hand);
    hand.ask('PUT', '/v1/var/x', { Items: { v: '1' } }, { namespace: 'other' });
    expect(isAnswered(hand, empty)).toBe(true);
    write(hand, 'chaos/schedule/a');
    const full = waiting(hand);
    hand.ask('PUT', '/v1/var/chaos/schedule/a', { Items: { v: '1' } }, { namespace: 'other' });
    expect(isAnswered(hand, full)).toBe(false);
  });

  it('misses nothing that happens between two queries', () => {
    const hand = createHand({ nodes: 0 });
    write(hand, 'chaos/schedule/a');
    const { index } = hand.ask('GET', '/v1/vars', undefined, { query: prefix });
    hand.ask('DELETE', '/v1/var/chaos/schedule/a');
    const next = handle(
      hand.cluster,
      { method: 'GET', path: '/v1/vars', kind: 't', query: { ...prefix, index: String(index) } },
      hand.now(),
    );
    expect(next).toMatchObject({ kind: 'answer', response: { body: [] } });
  });

  it('answers at its wait, and up to a sixteenth more, with the index that it had', () => {
    const hand = createHand({ nodes: 0 });
    const { index } = write(hand, 'chaos/schedule/a');
    const blocked = waiting(hand);
    write(hand, 'chaos/status/a');
    expect(blocked.deadline - hand.now()).toBeGreaterThanOrEqual(60_000);
    expect(blocked.deadline - hand.now()).toBeLessThanOrEqual(63_750);
    hand.run(blocked.deadline - hand.now() - 1);
    expect(isAnswered(hand, blocked)).toBe(false);
    hand.run(1);
    expect(poll(hand.cluster, blocked, hand.now())).toMatchObject({ kind: 'answer', response: { index } });
  });

  it('on one Variable wakes at its change, and on a missing one at any', () => {
    const hand = createHand({ nodes: 0 });
    const { index } = write(hand, 'a');
    const one = hand.wait('/v1/var/a', { index: String(index) });
    write(hand, 'b');
    expect(isAnswered(hand, one)).toBe(false);
    write(hand, 'a', '2');
    expect(poll(hand.cluster, one, hand.now())).toMatchObject({ response: { body: { Items: { v: '2' } } } });
    const missing = hand.ask('GET', '/v1/var/none');
    const none = hand.wait('/v1/var/none', { index: String(missing.index) });
    write(hand, 'b');
    expect(poll(hand.cluster, none, hand.now())).toMatchObject({ response: { status: 404 } });
  });

  it('is not woken by the renewal of a lock', () => {
    const hand = createHand({ nodes: 0 });
    const lock = hand.ask(
      'PUT',
      '/v1/var/chaos/schedule/l',
      { Items: { v: '1' }, Lock: { TTL: '10s', LockDelay: '1s' } },
      { query: { 'lock-acquire': '' } },
    );
    const blocked = waiting(hand);
    hand.ask('PUT', '/v1/var/chaos/schedule/l', lock.body, { query: { 'lock-renew': '' } });
    expect(isAnswered(hand, blocked)).toBe(false);
  });

  it('on the allocations of a job wakes at theirs only', () => {
    const hand = createHand();
    for (const id of ['web', 'db']) hand.ask('PUT', '/v1/jobs', jobBody({ id }));
    hand.run(20_000);
    const { index } = hand.ask('GET', '/v1/job/web/allocations');
    const blocked = hand.wait('/v1/job/web/allocations', { index: String(index) });
    const kill = (job: string) =>
      hand.ask('PUT', `/v1/client/allocation/${hand.allocs(job)[0]?.ID}/signal`, { Signal: 'SIGKILL', Task: 't' });
    kill('db');
    hand.run(500);
    expect(isAnswered(hand, blocked)).toBe(false);
    kill('web');
    hand.run(500);
    expect(isAnswered(hand, blocked)).toBe(true);
  });
});

describe('paths and methods', () => {
  it.each([
    ['GET', '/v1/nonsense', 404, ''],
    ['GET', '/ui', 404, ''],
    ['DELETE', '/v1/status/leader', 405, 'Invalid method'],
    ['GET', '/v1/job/nope', 404, 'job not found'],
    ['GET', '/v1/job/nope/versions', 404, 'job versions not found'],
    ['GET', '/v1/job/nope/deployment', 200, null],
    ['GET', '/v1/job/nope/allocations', 200, []],
    ['GET', '/v1/allocation/xyz', 500, 'alloc lookup failed: index error: UUID must be 36 characters'],
    ['GET', '/v1/allocation/00000000-0000-0000-0000-000000000000', 404, 'alloc not found'],
    [
      'GET',
      '/v1/allocations?prefix=a',
      500,
      'alloc lookup failed: index error: Input (without hyphens) must be even length',
    ],
    ['GET', '/v1/node/00000000-0000-0000-0000-000000000000', 404, 'node not found'],
    ['GET', '/v1/deployment/00000000-0000-0000-0000-000000000000', 404, 'deployment not found'],
    ['GET', '/v1/namespace/none', 404, 'Namespace not found'],
    ['PUT', '/v1/allocation/00000000-0000-0000-0000-000000000000/stop', 404, 'allocation not found'],
    ['GET', '/v1/acl/token/self', 400, 'ACL support disabled'],
    ['GET', '/v1/status/leader', 200, '127.0.0.1:4647'],
    ['GET', '/v1/regions', 200, ['global']],
  ] as const)('%s %s answers %d', (method, address, status, body) => {
    const [path = '', search] = address.split('?');
    const query = search === undefined ? {} : { prefix: 'a' };
    expect(createHand().ask(method, path, undefined, { query })).toMatchObject({ status, body });
  });

  it('say that HCL is parsed elsewhere', () => {
    expect(createHand().ask('PUT', '/v1/jobs/parse', {})).toMatchObject({
      status: 501,
      body: expect.stringContaining('nomad job run -output'),
    });
  });
});

describe('with ACLs, who has no right', () => {
  it.each([
    ['GET', '/v1/vars', 200, []],
    ['GET', '/v1/var/a', 403, 'Permission denied'],
    ['GET', '/v1/jobs', 403, 'Permission denied'],
    ['GET', '/v1/allocations', 403, 'Permission denied'],
    ['GET', '/v1/nodes', 403, 'Permission denied'],
    ['GET', '/v1/namespaces', 200, []],
    ['GET', '/v1/agent/self', 403, 'Permission denied'],
    ['GET', '/v1/agent/health', 200, { server: { ok: true } }],
    ['GET', '/v1/status/leader', 200, '127.0.0.1:4647'],
    ['PUT', '/v1/system/gc', 403, 'Permission denied'],
  ] as const)('is answered %s %s with %d', (method, path, status, body) => {
    expect(createHand({ acl: true }).ask(method, path, undefined, { token: '' })).toMatchObject({ status, body });
  });

  it('and an unknown token is denied even an empty list, but not the leader', () => {
    const hand = createHand({ acl: true });
    expect(hand.ask('GET', '/v1/vars', undefined, { token: 'unknown' })).toMatchObject({ status: 403 });
    expect(hand.ask('GET', '/v1/status/leader', undefined, { token: 'unknown' })).toMatchObject({ status: 200 });
  });
});

describe('the cluster', () => {
  it('answers equally, down to every id, from an equal seed, and otherwise from another', () => {
    const trace = (seed: string) => {
      const hand = createHand({ seed });
      hand.ask('PUT', '/v1/jobs', jobBody({ count: 4, runFor: '3s', exitCode: 1 }));
      hand.run(120_000);
      return JSON.stringify([hand.cluster.tables.index, hand.allocs('web'), hand.cluster.events.batches]);
    };
    expect(trace('a')).toBe(trace('a'));
    expect(trace('a')).not.toBe(trace('b'));
  });
});
