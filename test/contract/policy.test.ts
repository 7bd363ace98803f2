import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer } from '../../src/controller/types.ts';
import type { Call } from '../../src/lifecycle/effects.ts';
import { answerOf, requestOf } from '../../src/nomad/calls.ts';
import { openStream } from '../../src/nomad/event-stream.ts';
import type { Allocation, StreamSignal, Variable } from '../../src/nomad/types.ts';
import { jobSpec } from '../support/jobs.ts';
import { describeWithNomad } from '../support/named-skip.ts';
import { type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { runningAllocations } from '../support/running-job.ts';
import { until } from '../support/until.ts';
import { type Caller, caller, closeCallers, deps } from './caller.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(`../../src/cli/${file}`, import.meta.url));
const [home, shop, foreign] = ['sirocco', 'shop', 'foreign'];
const everyFault = 'alloc-kill,alloc-stop,alloc-restart,node-ineligible';

/** What the controller does, by a token that has the policy that `sirocco policy` prints and nothing else. */
function policyCases(): void {
  let cluster: RealCluster;
  let allocs: Allocation[] = [];
  let whole: Caller;
  beforeAll(async () => {
    cluster = await startRealCluster({ clients: 1, namespaces: [home, shop, foreign] });
    const manager = caller(cluster.address, shop, cluster.managementToken);
    for (const namespace of [shop, foreign]) {
      await manager.in(namespace).put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace }) });
    }
    allocs = await runningAllocations(manager.get, 'web', 3);
    whole = await holder(cluster, everyFault);
  }, 120_000);
  afterAll(async () => {
    await closeCallers(cluster.address);
    await cluster.stop();
  }, 60_000);

  const alloc = (n: number): { namespace: string; alloc: string } => ({ namespace: shop, alloc: allocs[n]?.ID ?? '' });
  const node = (): string => allocs[0]?.NodeID ?? '';

  it.each([home, shop])('allows markers, halt and watches in %s', async namespace => {
    for (const kind of ['schedule', 'control', 'requests']) {
      const marker = { op: 'write-variable', namespace, path: `chaos/${kind}/_`, items: { v: '1' }, cas: 0 } as const;
      expect([kind, (await make(whole, marker)).kind]).toEqual([kind, 'ok']);
      const prefix = `chaos/${kind}/`;
      const list = await make(whole, { op: 'list-variables', namespace, prefix, index: 0, waitMs: 0 });
      expect(list).toMatchObject({ kind: 'ok', value: [{ Path: marker.path }] });
    }
    expect((await make(whole, { op: 'read-variable', namespace, path: 'chaos/control/halt' })).kind).toBe('ok');
  });

  it('allows statuses to be written and replaced', async () => {
    const at = { op: 'write-variable', namespace: shop, path: 'chaos/status/web-kill' } as const;
    const first = await make(whole, { ...at, items: { state: 'accepted' }, cas: 0 });
    const cas = first.kind === 'ok' ? (first.value as Variable).ModifyIndex : 0;
    expect((await make(whole, { ...at, items: { state: 'running' }, cas })).kind).toBe('ok');
    expect((await make(whole, { op: 'read-variable', namespace: shop, path: at.path })).kind).toBe('ok');
  });

  it.each([
    [shop, 'chaos/schedule/web-kill'],
    [shop, 'chaos/control/halt'],
    [home, 'chaos/control/halt'],
    [home, 'chaos/control/limits'],
  ])('does not allow what only people write: in %s %s', async (namespace, path) => {
    const write = await make(whole, { op: 'write-variable', namespace, path, items: { v: '1' }, cas: 0 });
    expect(write).toMatchObject({ kind: 'refused', reason: 'denied' });
    const manager = caller(cluster.address, namespace, cluster.managementToken);
    const cas = ((await manager.put(`/v1/var/${path}`, { Items: { v: '1' } })).body as Variable).ModifyIndex;
    expect((await make(whole, { op: 'read-variable', namespace, path })).kind).toBe('ok');
    const removal = await make(whole, { op: 'delete-variable', namespace, path, cas });
    expect(removal).toMatchObject({ kind: 'refused', reason: 'denied' });
    expect((await manager.delete(`/v1/var/${path}`)).status).toBe(204);
  });

  it('allows the lock, the records and the limits at home', async () => {
    const at = { namespace: home, path: 'chaos/control/leader' };
    const taken = await make(whole, { op: 'lock-acquire', ...at, items: { holder: 'a' }, ttl: '10s', delay: '1s' });
    const lock = taken.kind === 'ok' ? ((taken.value as Variable).Lock?.ID ?? '') : '';
    expect(lock).not.toBe('');
    for (const op of ['lock-renew', 'lock-release'] as const) {
      expect([op, (await make(whole, { op, ...at, lock })).kind]).toEqual([op, 'ok']);
    }
    const record = {
      op: 'write-variable',
      namespace: home,
      path: 'chaos/runs/shop_web-kill_20260101T000000Z',
    } as const;
    const claim = await make(whole, { ...record, items: { v: '1' }, cas: 0 });
    const cas = claim.kind === 'ok' ? (claim.value as Variable).ModifyIndex : 0;
    expect((await make(whole, { ...record, items: { v: '1', state: 'done' }, cas })).kind).toBe('ok');
    const records = { op: 'list-variables', namespace: home, prefix: 'chaos/runs/', index: 0, waitMs: 0 } as const;
    expect(await make(whole, records)).toMatchObject({ kind: 'ok', value: [{ Path: record.path }] });
    expect((await make(whole, { op: 'read-variable', namespace: home, path: 'chaos/control/limits' })).kind).toBe('ok');
  });

  it('allows what the view is made of: reads and streams', async () => {
    const job = { namespace: shop, job: 'web' };
    const reads: readonly Call[] = [
      { op: 'list-jobs', namespace: shop },
      { op: 'read-job', ...job },
      { op: 'list-job-allocs', ...job },
      { op: 'list-job-deployments', ...job },
      { op: 'list-nodes' },
      { op: 'read-node', node: node() },
    ];
    for (const call of reads) expect([call.op, (await make(whole, call)).kind]).toEqual([call.op, 'ok']);
    expect(await opens(whole, shop, ['Allocation:web', 'Job:web', 'Deployment:web'])).toBe('open');
    expect(await opens(whole, shop, ['Node:*'])).toBe('open');
  });

  it('allows each fault that it was printed for', async () => {
    const faults: readonly Call[] = [
      { op: 'alloc-signal', ...alloc(0), task: 'server', signal: 'SIGKILL' },
      { op: 'alloc-restart', ...alloc(1), task: 'server', allTasks: false },
      { op: 'alloc-stop', ...alloc(2), noShutdownDelay: true },
      { op: 'node-eligibility', node: node(), eligible: false },
      { op: 'node-eligibility', node: node(), eligible: true },
    ];
    for (const call of faults) expect([call.op, (await make(whole, call)).kind]).toEqual([call.op, 'ok']);
  });

  it('allows nodes to be read, and not to be changed, where no fault of nodes is printed for', async () => {
    const narrow = await holder(cluster, 'alloc-kill');
    expect((await make(narrow, { op: 'list-nodes' })).kind).toBe('ok');
    expect((await make(narrow, { op: 'read-job', namespace: shop, job: 'web' })).kind).toBe('ok');
    const change = { op: 'node-eligibility', node: node(), eligible: true } as const;
    expect(await make(narrow, change)).toMatchObject({ kind: 'refused', reason: 'denied' });
  });

  it('allows nothing in other namespaces, no job to be changed and no Variable beside its own', async () => {
    const job = { Job: jobSpec({ id: 'web', namespace: shop }) };
    const refused = [
      (await whole.in(foreign).get('/v1/job/web')).status,
      (await whole.in(foreign).get('/v1/var/chaos/control/halt')).status,
      (await whole.put('/v1/jobs', job)).status,
      (await whole.delete('/v1/job/web')).status,
      (await whole.get('/v1/var/elsewhere')).status,
      (await whole.put('/v1/var/elsewhere', { Items: { v: '1' } })).status,
      (await whole.get('/v1/acl/tokens')).status,
      (await whole.put('/v1/system/gc')).status,
    ];
    expect(refused).toEqual(refused.map(() => 403));
  });
}

/** A caller with the policy that is printed for these faults. */
async function holder(cluster: RealCluster, faults: string): Promise<Caller> {
  const words = ['policy', '--home', home, '--namespaces', shop, '--faults', faults];
  const { stdout } = await promisify(execFile)(process.execPath, [pathOf('main.ts'), ...words]);
  const { secret } = await cluster.createToken(stdout);
  return caller(cluster.address, shop, secret);
}

async function make(by: Caller, call: Call): Promise<Answer> {
  return answerOf(call, await by.transport.send(requestOf(call)));
}

/** The first thing that a stream tells. */
async function opens(by: Caller, namespace: string, topics: readonly string[]): Promise<StreamSignal['kind']> {
  const signals: StreamSignal[] = [];
  const stream = openStream(by.transport, { namespace, topics, index: 0 }, signal => signals.push(signal), deps);
  const first = await until('the stream to open or to end', () => signals[0]);
  stream.close();
  return first.kind;
}

describeWithNomad('contract under the policy that sirocco policy prints', policyCases);
