import { expect, it } from 'vitest';
import type { Answer } from '../../../src/controller/types.ts';
import type { Call } from '../../../src/lifecycle/effects.ts';
import { answerOf, requestOf } from '../../../src/nomad/calls.ts';
import type { Allocation, NomadNode, Variable } from '../../../src/nomad/types.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const path = 'chaos/runs/a';
const leader = 'chaos/control/leader';

/** The controller's own calls, as it makes them, and its reading of what comes back. */
export function callCases({ space }: Contract): void {
  it('reads, writes and deletes a Variable by compare-and-set', async () => {
    const { namespace, manager } = await space();
    const at = { namespace, path };
    expect(await make(manager, { op: 'read-variable', ...at })).toMatchObject({ kind: 'ok' });
    expect(answered(await make(manager, { op: 'read-variable', ...at }))).toBeUndefined();
    const claim = { op: 'write-variable', ...at, items: { v: '1' }, cas: 0 } as const;
    const claimed = answered(await make(manager, claim)) as Variable;
    const lost = await make(manager, claim);
    expect(lost).toMatchObject({ kind: 'refused', reason: 'conflict', value: { Items: { v: '1' } } });
    const second = { op: 'write-variable', ...at, items: { v: '2' }, cas: claimed.ModifyIndex } as const;
    const written = answered(await make(manager, second)) as Variable;
    const list = await make(manager, { op: 'list-variables', namespace, prefix: 'chaos/runs/', index: 0, waitMs: 0 });
    expect(answered(list)).toMatchObject([{ Path: path, ModifyIndex: written.ModifyIndex }]);
    const late = await make(manager, { op: 'delete-variable', ...at, cas: claimed.ModifyIndex });
    expect(late).toMatchObject({ kind: 'refused', reason: 'conflict' });
    const deleted = await make(manager, { op: 'delete-variable', ...at, cas: written.ModifyIndex });
    expect(deleted.kind).toBe('ok');
    expect(answered(await make(manager, { op: 'read-variable', ...at }))).toBeUndefined();
  });

  it('takes, renews and releases the lock, and hears who lost it', async () => {
    const { namespace, manager } = await space();
    const at = { namespace, path: leader };
    const take = { op: 'lock-acquire', ...at, items: { holder: 'a' }, ttl: '10s', delay: '1s' } as const;
    const held = answered(await make(manager, take)) as Variable;
    const lock = held.Lock?.ID ?? '';
    expect(held.ModifyIndex).toBeGreaterThan(0);
    expect(await make(manager, take)).toMatchObject({ kind: 'refused', reason: 'conflict' });
    expect((await make(manager, { op: 'lock-renew', ...at, lock })).kind).toBe('ok');
    expect((await make(manager, { op: 'lock-release', ...at, lock })).kind).toBe('ok');
    expect(await make(manager, { op: 'lock-renew', ...at, lock })).toMatchObject({
      kind: 'refused',
      reason: 'conflict',
    });
    const next = answered(await make(manager, take)) as Variable;
    expect(next.ModifyIndex).toBeGreaterThan(held.ModifyIndex);
  });

  it('reads jobs, allocations, deployments and nodes', async () => {
    const { namespace, manager, run } = await space();
    await run({ id: 'web', count: 1 });
    const job = 'web';
    const read = async (call: Call): Promise<unknown> => answered(await make(manager, call));
    expect(await read({ op: 'list-jobs', namespace })).toMatchObject([{ ID: 'web' }]);
    expect(await read({ op: 'read-job', namespace, job })).toMatchObject({ ID: 'web', TaskGroups: [{ Count: 1 }] });
    expect(await read({ op: 'list-job-allocs', namespace, job })).toMatchObject([
      { JobID: 'web', ClientStatus: 'running' },
    ]);
    expect(await read({ op: 'list-job-deployments', namespace, job })).toMatchObject([{ JobID: 'web' }]);
    const nodes = (await read({ op: 'list-nodes' })) as NomadNode[];
    expect(nodes).toHaveLength(3);
    const node = (await read({ op: 'read-node', node: nodes[0]?.ID ?? '' })) as NomadNode;
    expect(node.Attributes?.['os.signals']).toContain('SIGKILL');
    const missing = await make(manager, { op: 'read-job', namespace, job: 'none/at all' });
    expect(missing).toMatchObject({ kind: 'refused', reason: 'not-found' });
  });

  it('signals, restarts and stops an allocation, and marks a node', async () => {
    const { namespace, manager, run } = await space();
    const [one, two, three] = await run({ id: 'web', count: 3 });
    const id = (alloc: Allocation | undefined): { namespace: string; alloc: string } => ({
      namespace,
      alloc: alloc?.ID ?? '',
    });
    const answers = [
      await make(manager, { op: 'alloc-signal', ...id(one), task: 'server', signal: 'SIGKILL' }),
      await make(manager, { op: 'alloc-restart', ...id(two), task: 'server', allTasks: false }),
      await make(manager, { op: 'alloc-stop', ...id(three), noShutdownDelay: true }),
    ];
    expect(answers.map(answer => answer.kind)).toEqual(['ok', 'ok', 'ok']);
    const stopped = answers[2];
    expect(stopped?.kind === 'ok' && stopped.index).toBeGreaterThan(three?.ModifyIndex ?? 0);
    await until('all three to be seen', async () => {
      const list = (await manager.get('/v1/job/web/allocations')).body as Allocation[];
      const restarts = [one, two].map(each => list.find(now => now.ID === each?.ID)?.TaskStates?.['server']?.Restarts);
      return (
        restarts.every(count => count === 1) && list.find(now => now.ID === three?.ID)?.ClientStatus === 'complete'
      );
    });
    const node = one?.NodeID ?? '';
    for (const eligible of [false, true]) {
      expect((await make(manager, { op: 'node-eligibility', node, eligible })).kind).toBe('ok');
      const now = (await manager.get(`/v1/node/${node}`)).body as NomadNode;
      expect(now.SchedulingEligibility).toBe(eligible ? 'eligible' : 'ineligible');
    }
  });
}

async function make(by: Caller, call: Call): Promise<Answer> {
  return answerOf(call, await by.transport.send(requestOf(call)));
}

function answered(answer: Answer): unknown {
  if (answer.kind !== 'ok') throw new Error(`${answer.kind}: ${answer.message}`);
  return answer.value;
}
