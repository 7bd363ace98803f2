import { expect, it } from 'vitest';
import type { Allocation } from '../../../src/nomad/types.ts';
import { allocationsOf, runningAllocations } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const nobody = '11111111-2222-4333-8444-555555555555';

/** Restarting and stopping allocations through the API. */
export function restartCases({ space }: Contract): void {
  it('restarts a task in place, without its restart delay and without counting as a failure', async () => {
    const { manager, run } = await space();
    const restart = { attempts: 0, interval: 60_000, delay: 15_000, mode: 'fail' } as const;
    const [alloc] = await run({ id: 'web', count: 1, restart });
    const answer = await manager.put(`/v1/client/allocation/${alloc?.ID}/restart`, { TaskName: 'server' });
    expect(answer.status).toBe(200);
    const now = await until('the task to run again', async () => {
      const one = await read(manager, alloc);
      return one.TaskStates?.['server']?.Restarts === 1 && one.TaskStates['server'].State === 'running' && one;
    });
    const events = now.TaskStates?.['server']?.Events ?? [];
    const types = events.map(event => event.Type);
    expect(types.slice(types.indexOf('Restart Signaled'))).toEqual([
      'Restart Signaled',
      'Terminated',
      'Restarting',
      'Started',
    ]);
    const signaled = events.find(event => event.Type === 'Restart Signaled');
    expect(signaled?.DisplayMessage).toBe('User requested task to restart');
    expect(now).toMatchObject({ ClientStatus: 'running', DesiredStatus: 'run' });
  });

  it.each([
    [false, 0],
    [true, 1],
  ])(
    'restarts a whole allocation with AllTasks %s: a finished prestart task has then run %i times more',
    async (all, more) => {
      const { manager, run } = await space();
      const pre = { name: 'pre', command: ['/bin/true'], lifecycle: { hook: 'prestart' } } as const;
      const [alloc] = await run({ id: 'web', count: 1, tasks: [pre, { name: 'server' }] });
      const answer = await manager.put(`/v1/client/allocation/${alloc?.ID}/restart`, all ? { AllTasks: true } : {});
      expect(answer.status).toBe(200);
      const now = await until('the main task to run again', async () => {
        const one = await read(manager, alloc);
        return one.TaskStates?.['server']?.Restarts === 1 && one.TaskStates['server'].State === 'running' && one;
      });
      const started = now.TaskStates?.['pre']?.Events?.filter(event => event.Type === 'Started') ?? [];
      expect(started).toHaveLength(1 + more);
    },
  );

  it('answers 404 for an unknown allocation and 500 for an unknown task', async () => {
    const { manager, run } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    const unknown = await manager.put(`/v1/client/allocation/${nobody}/restart`, {});
    expect([unknown.status, unknown.body]).toEqual([404, `Unknown allocation "${nobody}"`]);
    const task = await manager.put(`/v1/client/allocation/${alloc?.ID}/restart`, { TaskName: 'none' });
    expect([task.status, task.body]).toEqual([500, 'Could not find task runner for task: none']);
  });

  it('stops an allocation and places another one of the same name', async () => {
    const { manager, run } = await space();
    const [alloc] = await run({ id: 'web', count: 2 });
    const answer = await manager.put(`/v1/allocation/${alloc?.ID}/stop`, {}, { no_shutdown_delay: 'true' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ EvalID: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((answer.body as { Index: number }).Index).toBeGreaterThan(alloc?.ModifyIndex ?? 0);
    const stopped = await until('the allocation to end', async () => {
      const one = await read(manager, alloc);
      return one.ClientStatus === 'complete' && one;
    });
    expect(stopped).toMatchObject({ DesiredStatus: 'stop', DesiredTransition: { Migrate: true } });
    const types = stopped.TaskStates?.['server']?.Events?.map(event => event.Type) ?? [];
    expect(types.slice(-3)).toEqual(['Killing', 'Terminated', 'Killed']);
    expect(stopped.TaskStates?.['server']).toMatchObject({ State: 'dead', Failed: false });
    const running = await runningAllocations(manager.get, 'web', 2);
    const replacement = running.find(one => one.Name === alloc?.Name);
    expect(replacement?.ID).toBe(stopped.NextAllocation);
    expect(await read(manager, replacement)).toMatchObject({ PreviousAllocation: alloc?.ID });
    expect(await allocationsOf(manager.get, 'web')).toHaveLength(3);
  });

  it('answers a stop of an allocation that has ended with 200, and places nothing more', async () => {
    const { manager, run } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    await manager.put(`/v1/allocation/${alloc?.ID}/stop`, {});
    await until('the allocation to end', async () => (await read(manager, alloc)).ClientStatus === 'complete');
    await runningAllocations(manager.get, 'web', 1);
    const { status, body } = await manager.put(`/v1/allocation/${alloc?.ID}/stop`, {});
    expect(status).toBe(200);
    await until('the evaluation of the second stop', async () => {
      const evaluation = (await manager.get(`/v1/evaluation/${(body as { EvalID: string }).EvalID}`)).body;
      return (evaluation as { Status: string }).Status === 'complete';
    });
    expect(await allocationsOf(manager.get, 'web')).toHaveLength(2);
  });

  it('answers 404 for the stop of an unknown allocation', async () => {
    const { manager } = await space();
    const answer = await manager.put(`/v1/allocation/${nobody}/stop`, {});
    expect([answer.status, answer.body]).toEqual([404, 'allocation not found']);
  });
}

async function read(by: Caller, alloc: Allocation | undefined): Promise<Allocation> {
  return (await by.get(`/v1/allocation/${alloc?.ID}`)).body as Allocation;
}
