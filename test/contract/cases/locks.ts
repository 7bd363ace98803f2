import { expect, it } from 'vitest';
import type { NomadResponse, Variable } from '../../../src/nomad/types.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const path = '/v1/var/chaos/control/leader';
const strangerId = 'c9a7d1d0-1111-4222-8333-444444444444';

/** The lock on a Variable, which decides who acts. */
export function lockCases({ space }: Contract): void {
  it('gives the lock with an id and keeps the items', async () => {
    const { manager } = await space();
    const answer = await acquire(manager);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ Items: { holder: 'a' }, Lock: { TTL: '10s', LockDelay: '1s' } });
    expect((answer.body as Variable).Lock?.ID).toMatch(/^[0-9a-f-]{36}$/);
    expect((answer.body as Variable).ModifyIndex).toBeGreaterThan(0);
  });

  it('refuses a second holder', async () => {
    const { manager } = await space();
    await acquire(manager);
    const second = await acquire(manager, 'b');
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject(blank);
  });

  it('refuses a write or a delete without the id, and answers a blank Variable', async () => {
    const { manager } = await space();
    await acquire(manager);
    const written = await manager.put(path, { Items: { holder: 'c' } });
    const deleted = await manager.delete(path);
    expect([written.status, deleted.status]).toEqual([409, 409]);
    expect(written.body).toMatchObject(blank);
    expect(deleted.body).toMatchObject(blank);
    expect((await manager.get(path)).body).toMatchObject({ Items: { holder: 'a' } });
  });

  it('renews for the holder without changing the Variable', async () => {
    const { manager } = await space();
    const held = (await acquire(manager)).body as Variable;
    const renewed = await renew(manager, held);
    expect(renewed.status).toBe(200);
    expect(renewed.body).toMatchObject({ Path: 'chaos/control/leader', ModifyIndex: held.ModifyIndex });
    expect((await manager.get(path)).body).toMatchObject({ ModifyIndex: held.ModifyIndex });
  });

  it('refuses the renewal of a stale holder in these words', async () => {
    const { manager } = await space();
    const held = (await acquire(manager)).body as Variable;
    const stale = await renew(manager, { ...held, Lock: { ...held.Lock, ID: strangerId } });
    expect(stale.status).toBe(409);
    expect(stale.body).toContain('attempting to modify locked variable');
    await release(manager, held);
    expect((await renew(manager, held)).status).toBe(409);
  });

  it('releases without items only, and the next one takes it at once', async () => {
    const { manager } = await space();
    const held = (await acquire(manager)).body as Variable;
    const withItems = await manager.put(
      path,
      { Items: held.Items, Lock: { ID: held.Lock?.ID } },
      { 'lock-release': '' },
    );
    expect(withItems.status).toBe(400);
    const released = await release(manager, held);
    expect(released.status).toBe(200);
    expect((await manager.get(path)).body).toMatchObject({ Items: { holder: 'a' } });
    const next = await acquire(manager, 'b');
    expect(next.status).toBe(200);
    expect((next.body as Variable).Lock?.ID).not.toBe(held.Lock?.ID);
    expect((next.body as Variable).ModifyIndex).toBeGreaterThan(held.ModifyIndex);
  });

  it('lets the holder change the items; with the id alone its time falls back to 15s', async () => {
    const { manager } = await space();
    const held = (await acquire(manager)).body as Variable;
    const ID = held.Lock?.ID;
    const bare = await manager.put(path, { Items: { holder: 'a', n: '2' }, Lock: { ID } });
    expect(bare.body).toMatchObject({ Items: { n: '2' }, Lock: { ID, TTL: '15s' } });
    const again = await manager.put(
      path,
      { Items: { n: '3' }, Lock: { ID, TTL: '10s', LockDelay: '1s' } },
      { 'lock-acquire': '' },
    );
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ Items: { n: '3' }, Lock: { ID, TTL: '10s' } });
  });

  it.each(['9s', '25h'])('refuses a time to live of %s', async ttl => {
    const { manager } = await space();
    const answer = await manager.put(path, { Items: { holder: 'a' }, Lock: { TTL: ttl } }, { 'lock-acquire': '' });
    expect(answer.status).toBe(400);
  });

  it('shows the lock to management tokens only, but in the stream to every reader', async () => {
    const { manager, caller } = await space();
    const held = (await acquire(manager)).body as Variable;
    const reader = await caller({ variables: { 'chaos/*': ['read', 'list'] } });
    expect((await reader.get(path)).body).not.toHaveProperty('Lock');
    expect(((await reader.get('/v1/vars', { prefix: 'chaos/' })).body as Variable[])[0]).not.toHaveProperty('Lock');
    expect((await manager.get(path)).body).toMatchObject({ Lock: { ID: held.Lock?.ID } });
    const stream = reader.stream(['Variable:*']);
    const event = await stream.event('the event of the lock', one => one.Key.includes('chaos/control/leader'));
    await stream.close();
    expect(event.Payload).toMatchObject({ Metadata: { Lock: { ID: held.Lock?.ID } } });
  });
}

const blank = { CreateIndex: 0, ModifyIndex: 0 };

function acquire(by: Caller, holder = 'a'): Promise<NomadResponse> {
  const body = { Items: { holder }, Lock: { TTL: '10s', LockDelay: '1s' } };
  return by.put(path, body, { 'lock-acquire': '' });
}

function renew(by: Caller, held: Variable): Promise<NomadResponse> {
  return by.put(path, { Lock: held.Lock }, { 'lock-renew': '' });
}

function release(by: Caller, held: Variable): Promise<NomadResponse> {
  return by.put(path, { Lock: { ID: held.Lock?.ID } }, { 'lock-release': '' });
}
