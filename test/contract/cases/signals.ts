import { expect, it } from 'vitest';
import type { Allocation, NomadResponse, TaskEvent, TaskState } from '../../../src/nomad/types.ts';
import { deploymentIn } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

const nobody = '11111111-2222-4333-8444-555555555555';

/** Signals to tasks: what they cause, and how an impossible one is answered. */
export function signalCases({ space }: Contract): void {
  it('kills one task by SIGKILL, and Nomad restarts it within its policy: four events with details', async () => {
    const { manager, run } = await space();
    const restart = { attempts: 2, interval: 60_000, delay: 1000, mode: 'fail' } as const;
    const [first, second] = await run({ id: 'web', count: 2, restart });
    const before = Date.now();
    expect(await signal(manager, first, { Signal: 'SIGKILL', Task: 'server' })).toMatchObject({ status: 200 });
    const state = await taskState(manager, first, 'server', task => task.Restarts === 1 && task.State === 'running');
    const events = since(state, 'Signaling');
    expect(events.map(event => event.Type)).toEqual(['Signaling', 'Terminated', 'Restarting', 'Started']);
    const [signaling, terminated, restarting, started] = events;
    expect(signaling).toMatchObject({ DisplayMessage: 'Task being sent a signal', Details: { signal: 'SIGKILL' } });
    expect(terminated).toMatchObject({
      DisplayMessage: 'Exit Code: 137, Signal: 9',
      Details: { exit_code: '137', signal: '9', oom_killed: 'false' },
    });
    expect(restarting?.Details).toMatchObject({ restart_reason: 'Restart within policy' });
    expect(Number(restarting?.Details?.['start_delay'])).toBeGreaterThanOrEqual(1e9);
    expect(Number(restarting?.Details?.['start_delay'])).toBeLessThanOrEqual(1.25e9);
    expect(Number(started?.Time) - Number(restarting?.Time)).toBeGreaterThan(0.9e9);
    expect(Number(signaling?.Time) / 1e6).toBeGreaterThan(before - 1000);
    expect(state).toMatchObject({ Failed: false, FinishedAt: null });
    expect(Date.parse(state.LastRestart ?? '')).toBeGreaterThan(before - 1000);
    expect(await read(manager, second)).toMatchObject({
      ClientStatus: 'running',
      TaskStates: { server: { Restarts: 0 } },
    });
  });

  it('fails the allocation when no attempt is left, and Nomad places another in its place', async () => {
    const { manager, run } = await space();
    const restart = { attempts: 0, interval: 60_000, delay: 0, mode: 'fail' } as const;
    const [alloc] = await run({ id: 'web', count: 1, restart });
    await deploymentIn(manager.get, 'web', 'successful');
    await signal(manager, alloc, { Signal: 'SIGKILL', Task: 'server' });
    const failed = await until('the allocation to be replaced', async () => {
      const now = await read(manager, alloc);
      return now.ClientStatus === 'failed' && now.NextAllocation !== undefined && now.NextAllocation !== '' && now;
    });
    expect(failed.TaskStates?.['server']).toMatchObject({ State: 'dead', Failed: true });
    expect(since(failed.TaskStates?.['server'], 'Signaling').map(event => event.Type)).toContain('Not Restarting');
    const next = (await manager.get(`/v1/allocation/${failed.NextAllocation}`)).body as Allocation;
    expect(next).toMatchObject({ Name: alloc?.Name, PreviousAllocation: alloc?.ID });
    expect(next.RescheduleTracker?.Events).toMatchObject([{ PrevAllocID: alloc?.ID, PrevNodeID: alloc?.NodeID }]);
  });

  it('leaves a failed allocation alone where the job is not rescheduled', async () => {
    const { manager, run } = await space();
    const restart = { attempts: 0, interval: 60_000, delay: 0, mode: 'fail' } as const;
    const reschedule = { attempts: 0, interval: 0, delay: 5000, unlimited: false };
    const [alloc] = await run({ id: 'web', count: 1, restart, reschedule });
    await deploymentIn(manager.get, 'web', 'successful');
    await signal(manager, alloc, { Signal: 'SIGKILL', Task: 'server' });
    await until('the allocation to fail', async () => (await read(manager, alloc)).ClientStatus === 'failed');
    const { body } = await manager.put('/v1/job/web/evaluate', { JobID: 'web' });
    await until('an evaluation of the job', async () => {
      const evaluation = (await manager.get(`/v1/evaluation/${(body as { EvalID: string }).EvalID}`)).body;
      return (evaluation as { Status: string }).Status === 'complete';
    });
    expect((await manager.get('/v1/job/web/allocations')).body).toHaveLength(1);
    expect((await read(manager, alloc)).NextAllocation ?? '').toBe('');
  });

  it('takes an unknown signal for SIGINT', async () => {
    const { manager, run } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    expect((await signal(manager, alloc, { Signal: 'SIGFOO', Task: 'server' })).status).toBe(200);
    const state = await taskState(manager, alloc, 'server', task => task.Restarts === 1);
    const [signaling, terminated] = since(state, 'Signaling');
    expect(signaling?.Details).toMatchObject({ signal: 'SIGFOO' });
    expect(terminated?.Details).toMatchObject({ exit_code: '130', signal: '2' });
  });

  it('shows a stopped process as running, until SIGCONT', async () => {
    const { manager, run } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    for (const Signal of ['SIGSTOP', 'SIGCONT']) {
      expect((await signal(manager, alloc, { Signal, Task: 'server' })).status).toBe(200);
    }
    const state = await taskState(manager, alloc, 'server', task => since(task, 'Signaling').length === 2);
    expect(state).toMatchObject({ State: 'running', Restarts: 0 });
    expect(since(state, 'Signaling').map(event => event.Details?.['signal'])).toEqual(['SIGSTOP', 'SIGCONT']);
  });

  it('kills all tasks but a finished one where no task is named, and answers 500 for that one', async () => {
    const { manager, run } = await space();
    const tasks = [
      { name: 'pre', command: ['/bin/true'], lifecycle: { hook: 'prestart' } },
      { name: 'server' },
      { name: 'side', lifecycle: { hook: 'poststart', sidecar: true } },
    ] as const;
    const [alloc] = await run({ id: 'web', count: 1, tasks });
    await taskState(manager, alloc, 'side', task => task.State === 'running');
    const answer = await signal(manager, alloc, { Signal: 'SIGKILL' });
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('Failed to signal task: pre, err: Task not running');
    for (const name of ['server', 'side']) await taskState(manager, alloc, name, task => task.Restarts === 1);
    expect((await read(manager, alloc)).TaskStates?.['pre']).toMatchObject({
      State: 'dead',
      Failed: false,
      Restarts: 0,
    });
  });

  it('answers 500 for a task that does not run: finished, or waiting for its restart', async () => {
    const { manager, run } = await space();
    const tasks = [
      { name: 'pre', command: ['/bin/true'], lifecycle: { hook: 'prestart' } },
      { name: 'server' },
    ] as const;
    const restart = { attempts: 2, interval: 60_000, delay: 3000, mode: 'fail' } as const;
    const [alloc] = await run({ id: 'web', count: 1, tasks, restart });
    const finished = await signal(manager, alloc, { Signal: 'SIGKILL', Task: 'pre' });
    expect([finished.status, finished.body]).toEqual([500, 'Task not running']);
    await signal(manager, alloc, { Signal: 'SIGKILL', Task: 'server' });
    await taskState(manager, alloc, 'server', task => task.State === 'pending');
    const waiting = await signal(manager, alloc, { Signal: 'SIGKILL', Task: 'server' });
    expect([waiting.status, waiting.body]).toEqual([500, 'Task not running']);
  });

  it('answers 404 for an unknown allocation and 500 for an unknown task', async () => {
    const { manager, run } = await space();
    const [alloc] = await run({ id: 'web', count: 1 });
    const unknown = await manager.put(`/v1/client/allocation/${nobody}/signal`, { Signal: 'SIGKILL' });
    expect([unknown.status, unknown.body]).toEqual([404, `Unknown allocation "${nobody}"`]);
    const task = await signal(manager, alloc, { Signal: 'SIGKILL', Task: 'none' });
    expect([task.status, task.body]).toEqual([500, 'Task not found']);
  });
}

function signal(by: Caller, alloc: Allocation | undefined, body: unknown): Promise<NomadResponse> {
  return by.put(`/v1/client/allocation/${alloc?.ID}/signal`, body);
}

async function read(by: Caller, alloc: Allocation | undefined): Promise<Allocation> {
  return (await by.get(`/v1/allocation/${alloc?.ID}`)).body as Allocation;
}

async function taskState(
  by: Caller,
  alloc: Allocation | undefined,
  name: string,
  fits: (task: TaskState) => boolean,
): Promise<TaskState> {
  return until(`task ${name} to get there`, async () => {
    const task = (await read(by, alloc)).TaskStates?.[name];
    return task !== undefined && fits(task) && task;
  });
}

/** The events from the first one of a type on. */
function since(task: TaskState | undefined, type: string): TaskEvent[] {
  const events = [...(task?.Events ?? [])];
  const first = events.findIndex(event => event.Type === type);
  return first < 0 ? [] : events.slice(first);
}
