import { expect, it } from 'vitest';
import type { NomadRequest, Outcome } from '../../../src/nomad/types.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const nobody = '11111111-2222-4333-8444-555555555555';
const lock = { Items: { holder: 'a' }, Lock: { TTL: '10s', LockDelay: '1s' } };

/** How the project's own transport reads Nomad's answers: only what surely had no effect is `refused`. */
export function outcomeCases({ space }: Contract): void {
  it('takes a Variable that changed, or is locked, for a conflict', async () => {
    const { manager } = await space();
    await manager.put('/v1/var/chaos/runs/a', { Items: { v: '1' } });
    await manager.put('/v1/var/chaos/control/leader', lock, { 'lock-acquire': '' });
    const body = { Items: { v: '2' } };
    const changed = await send(manager, { method: 'PUT', path: '/v1/var/chaos/runs/a', query: { cas: '0' }, body });
    expect(changed).toMatchObject({ kind: 'refused', reason: 'conflict', status: 409 });
    const locked = await send(manager, { method: 'PUT', path: '/v1/var/chaos/control/leader', body });
    expect(locked).toMatchObject({ kind: 'refused', reason: 'conflict', status: 409 });
    const Lock = { ID: nobody };
    const query = { 'lock-renew': '' };
    const stale = await send(manager, { method: 'PUT', path: '/v1/var/chaos/control/leader', query, body: { Lock } });
    expect(stale).toMatchObject({ kind: 'refused', reason: 'conflict' });
  });

  it('tells missing from denied and from invalid', async () => {
    const { manager, caller } = await space();
    const none = await caller({ capabilities: ['list-jobs'] });
    const path = '/v1/var/chaos/control/halt';
    expect(await send(manager, { method: 'GET', path })).toMatchObject({ kind: 'refused', reason: 'not-found' });
    expect(await send(none, { method: 'GET', path })).toMatchObject({ kind: 'refused', reason: 'denied' });
    const invalid = { method: 'PUT', path: '/v1/var/chaos/a.b', body: { Items: { v: '1' } } } as const;
    expect(await send(manager, invalid)).toMatchObject({ kind: 'refused', reason: 'invalid', status: 400 });
  });

  it('knows that a signal to nobody, to a finished task or to an unknown one did nothing', async () => {
    const { manager, run } = await space();
    const pre = { name: 'pre', command: ['/bin/true'], lifecycle: { hook: 'prestart' } } as const;
    const [alloc] = await run({ id: 'web', count: 1, tasks: [pre, { name: 'server' }] });
    const signal = (id: string | undefined, Task: string) =>
      send(manager, { method: 'PUT', path: `/v1/client/allocation/${id}/signal`, body: { Signal: 'SIGKILL', Task } });
    expect(await signal(nobody, 'server')).toMatchObject({ kind: 'refused', reason: 'not-found' });
    expect(await signal(alloc?.ID, 'pre')).toMatchObject({
      kind: 'refused',
      reason: 'error',
      message: 'Task not running',
    });
    expect(await signal(alloc?.ID, 'none')).toMatchObject({
      kind: 'refused',
      reason: 'error',
      message: 'Task not found',
    });
  });

  it('takes a signal to all tasks that failed for one of them for ambiguous', async () => {
    const { manager, run } = await space();
    const pre = { name: 'pre', command: ['/bin/true'], lifecycle: { hook: 'prestart' } } as const;
    const [alloc] = await run({ id: 'web', count: 1, tasks: [pre, { name: 'server' }] });
    const path = `/v1/client/allocation/${alloc?.ID}/signal`;
    const outcome = await send(manager, { method: 'PUT', path, body: { Signal: 'SIGCONT' } });
    expect(outcome).toMatchObject({ kind: 'ambiguous', status: 500 });
  });

  it('takes a hidden allocation for one that is not found', async () => {
    const { run, caller } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    const none = await caller({ capabilities: ['list-jobs'] });
    const read = await send(none, { method: 'GET', path: `/v1/allocation/${alloc?.ID}` });
    expect(read).toMatchObject({ kind: 'refused', reason: 'not-found', status: 500 });
    const stop = await send(none, { method: 'PUT', path: `/v1/allocation/${alloc?.ID}/stop`, body: {} });
    expect(stop).toMatchObject({ kind: 'refused', reason: 'denied' });
  });

  it('gives up a blocking query at its time limit, and says so', async () => {
    const { manager } = await space();
    await manager.put('/v1/var/chaos/schedule/_', { Items: { v: '1' } });
    const { index } = await manager.get('/v1/vars', { prefix: 'chaos/schedule/' });
    const query = { prefix: 'chaos/schedule/', index: `${index}`, wait: '20s' };
    const outcome = await send(manager, { method: 'GET', path: '/v1/vars', query, timeoutMs: 300 });
    expect(outcome).toMatchObject({ kind: 'ambiguous', status: 0 });
  });
}

function send(by: Caller, request: Omit<NomadRequest, 'kind'>): Promise<Outcome> {
  return by.transport.send({ namespace: by.namespace, kind: 'contract', ...request });
}
