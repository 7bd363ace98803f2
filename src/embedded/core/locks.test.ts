import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHand, type Hand } from './testing.ts';

const path = '/v1/var/chaos/control/leader';
const times = { TTL: '10s', LockDelay: '1s' };

const put = (hand: Hand, operation: string, body: object) =>
  hand.ask('PUT', path, body, { query: { [operation]: '' } });
const acquire = (hand: Hand, more: object = {}) =>
  put(hand, 'lock-acquire', { Items: { by: 'me' }, Lock: times, ...more });
const idOf = (answer: { body: unknown }) => (answer.body as { Lock: { ID: string } }).Lock.ID;

describe('a lock on a Variable', () => {
  it('makes the Variable, keeps others away, and is given back without its items', () => {
    const hand = createHand({ nodes: 0 });
    const ID = idOf(acquire(hand));
    expect(acquire(hand).status).toBe(409);
    const blank = { CreateIndex: 0, ModifyIndex: 0, Path: 'chaos/control/leader' };
    expect(hand.ask('PUT', path, { Items: { by: 'you' } })).toMatchObject({ status: 409, body: blank });
    expect(hand.ask('DELETE', path).status).toBe(409);
    expect(put(hand, 'lock-release', { Items: { a: '1' }, Lock: { ID } }).status).toBe(400);
    expect(put(hand, 'lock-release', { Lock: { ID: 'other' } }).status).toBe(409);
    const released = put(hand, 'lock-release', { Lock: { ID } });
    expect(released.status).toBe(200);
    expect(released.body).not.toHaveProperty('Items');
    expect(hand.ask('GET', path).body).toMatchObject({ Items: { by: 'me' } });
    expect(put(hand, 'lock-release', { Lock: { ID } })).toMatchObject({
      status: 500,
      body: "variable doesn't hold a lock",
    });
    expect(acquire(hand).status).toBe(200);
  });

  it.each([
    ['a missing Variable', 'none', 404, "variable doesn't exist"],
    ['one without a lock', 'plain', 409, "variable doesn't hold a lock"],
    ['another holder’s', 'locked', 409, 'attempting to modify locked variable'],
  ])('is not renewed on %s', (_, name, status, text) => {
    const hand = createHand({ nodes: 0 });
    hand.ask('PUT', '/v1/var/plain', { Items: { a: '1' } });
    hand.ask('PUT', '/v1/var/locked', { Items: { a: '1' }, Lock: times }, { query: { 'lock-acquire': '' } });
    const answer = hand.ask('PUT', `/v1/var/${name}`, { Lock: { ID: 'x' } }, { query: { 'lock-renew': '' } });
    expect(answer).toMatchObject({ status, body: text });
  });

  it('lets its holder write: plainly with times of 15 s, by lock-acquire with those given', () => {
    const hand = createHand({ nodes: 0 });
    const ID = idOf(acquire(hand));
    expect(hand.ask('PUT', path, { Items: { by: '2' }, Lock: { ID } })).toMatchObject({
      status: 200,
      body: { Items: { by: '2' }, Lock: { ID, TTL: '15s', LockDelay: '15s' } },
    });
    expect(acquire(hand, { Lock: { ID, TTL: '12s', LockDelay: '2s' } })).toMatchObject({
      status: 200,
      body: { Lock: { ID, TTL: '12s', LockDelay: '2s' } },
    });
  });

  it.each([
    ['1s', /^RPC Error:: 400,1 error occurred:\n\t\* TTL must be between 10 seconds and 24 hours/],
    ['25h', /TTL must be between/],
    ['soon', /^time: invalid duration "soon"$/],
  ])('is refused with a TTL of %s', (TTL, text) => {
    const answer = acquire(createHand({ nodes: 0 }), { Lock: { TTL, LockDelay: '1s' } });
    expect(answer).toMatchObject({ status: 400, body: expect.stringMatching(text) });
  });

  it('refuses two operations at once, and an index with one', () => {
    const hand = createHand({ nodes: 0 });
    expect(hand.ask('PUT', path, { Lock: times }, { query: { 'lock-acquire': '', 'lock-renew': '' } })).toMatchObject({
      status: 400,
      body: 'multiple lock operations',
    });
    expect(hand.ask('PUT', path, { Lock: times }, { query: { 'lock-acquire': '', cas: '0' } })).toMatchObject({
      status: 400,
      body: "CAS can't be used with lock operations",
    });
  });

  it('of a holder that fell silent is free for others after twice the TTL and the delay, not before', () => {
    const hand = createHand({ nodes: 0 });
    acquire(hand);
    hand.run(19_999);
    expect(acquire(hand).status).toBe(409);
    hand.run(2);
    expect(hand.ask('GET', path).body).not.toHaveProperty('Lock');
    expect(acquire(hand).status).toBe(409);
    hand.run(1000);
    expect(acquire(hand).status).toBe(200);
  });

  it('shows its id only to management', () => {
    const token = {
      secret: 's',
      accessor: 'a',
      name: 'n',
      type: 'client' as const,
      rules: { namespaces: { default: { variables: { '*': ['read' as const, 'write' as const] } } } },
    };
    const hand = createHand({ nodes: 0, acl: true, tokens: [token] });
    const mine = hand.ask(
      'PUT',
      path,
      { Items: { a: '1' }, Lock: times },
      { token: 's', query: { 'lock-acquire': '' } },
    );
    expect(idOf(mine)).toMatch(/^[0-9a-f-]{36}$/);
    expect(hand.ask('GET', path, undefined, { token: 's' }).body).not.toHaveProperty('Lock');
    expect(hand.ask('GET', '/v1/vars', undefined, { token: 's' }).body).not.toMatchObject([
      { Lock: expect.anything() },
    ]);
  });

  it('is never held by two, and never lost by a holder that renews in time', () => {
    const step = fc.record({
      who: fc.constantFrom(0, 1, 2),
      act: fc.constantFrom('acquire', 'renew', 'release', 'nothing'),
      ms: fc.integer({ min: 0, max: 9000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const hand = createHand({ nodes: 0 });
        const ids: (string | undefined)[] = [undefined, undefined, undefined];
        let holder: number | undefined;
        let heardAt = 0;
        for (const { who, act, ms } of steps) {
          hand.run(ms);
          const silent = hand.passed() - heardAt;
          if (holder !== undefined && silent >= 20_000) holder = undefined;
          if (act === 'acquire') {
            const answer = acquire(hand);
            if (answer.status === 200) {
              expect(holder).toBeUndefined();
              [holder, heardAt, ids[who]] = [who, hand.passed(), idOf(answer)];
            } else expect(holder !== undefined || silent < 21_000).toBe(true);
          } else if (act !== 'nothing' && ids[who] !== undefined) {
            const answer = put(hand, `lock-${act}`, { Lock: { ID: ids[who] } });
            expect(answer.status === 200).toBe(holder === who);
            if (holder === who) heardAt = hand.passed();
            if (holder === who && act === 'release') [holder, heardAt] = [undefined, -30_000];
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
