import { expect, it } from 'vitest';
import type { Allocation } from '../../../src/nomad/types.ts';
import { jobSpec, type TaskOptions } from '../../support/jobs.ts';
import { allocationsOf } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Contract, Space } from '../contract.ts';
import { allocationWith, fourTasks, onceOnly, timeOf, typesOf, untilStatus } from '../dispatched.ts';

const ran = ['Received', 'Task Setup', 'Started', 'Terminated'];
const failed = [...ran, 'Not Restarting'];
const never = ['Received', 'Sibling Task Failed', 'Killing'];

/** Tasks before, in, beside and after the main one, as real processes: their order and states. */
export function lifecycleCases({ space }: Contract): void {
  it('runs the tasks of an allocation in their order, each when those before it are where they must be', async () => {
    const here = await space();
    await register(here, fourTasks({ inject: 'sleep 0.2', hold: 'sleep 1', ready: 'sleep 0.2' }));
    const alloc = await allocationWith(here.manager, 'job', { revert: 'dead' });
    const at = (task: string, type: string) => timeOf(alloc, task, type);
    const order = [
      at('inject', 'Task Setup'),
      at('inject', 'Terminated'),
      at('hold', 'Task Setup'),
      at('hold', 'Started'),
      at('ready', 'Task Setup'),
      at('ready', 'Terminated'),
      at('hold', 'Terminated'),
      at('revert', 'Task Setup'),
      at('revert', 'Started'),
    ];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const task of ['inject', 'hold', 'ready', 'revert']) {
      expect([task, typesOf(alloc.TaskStates?.[task])]).toEqual([task, ran]);
      expect(alloc.TaskStates?.[task]).toMatchObject({ State: 'dead', Failed: false, Restarts: 0 });
    }
    expect(alloc).toMatchObject({ ClientStatus: 'complete', DesiredStatus: 'run' });
    await untilStatus(here.manager, 'job', 'dead');
    expect(await allocationsOf(here.manager.get, 'job')).toHaveLength(1);
  });

  it('waits with what comes after for what runs: poststop while main or poststart run, main while prestart does', async () => {
    const here = await space();
    await register(here, fourTasks({ inject: 'sleep 1', hold: 'true', ready: 'sleep 1.5' }));
    const preparing = await allocationWith(here.manager, 'job', { inject: 'running' });
    expect(statesOf(preparing)).toEqual({ inject: 'running', hold: 'pending', ready: 'pending', revert: 'pending' });
    expect(preparing).toMatchObject({ ClientStatus: 'running', ClientDescription: 'Tasks are running' });
    const beside = await allocationWith(here.manager, 'job', { hold: 'dead', ready: 'running' });
    expect(statesOf(beside)).toEqual({ inject: 'dead', hold: 'dead', ready: 'running', revert: 'pending' });
    const done = await allocationWith(here.manager, 'job', { revert: 'dead' });
    expect(timeOf(done, 'revert', 'Task Setup')).toBeGreaterThanOrEqual(timeOf(done, 'ready', 'Terminated'));
    expect(done.ClientStatus).toBe('complete');
  });

  it('never runs main where a prestart task failed, and poststop all the same', async () => {
    const here = await space();
    await register(here, fourTasks({ inject: 'exit 75', revert: 'sleep 1' }));
    const alloc = await untilFailed(here);
    expect(alloc.TaskStates?.['inject']).toMatchObject({ State: 'dead', Failed: true });
    expect(statesOf(alloc)).toMatchObject({ hold: 'dead', ready: 'dead', revert: expect.not.stringMatching('dead') });
    // The job is over for the servers while its last task has yet to run.
    await untilStatus(here.manager, 'job', 'dead');
    const done = await allocationWith(here.manager, 'job', { revert: 'dead' });
    const types = Object.fromEntries(
      Object.entries(done.TaskStates ?? {}).map(([name, state]) => [name, typesOf(state)]),
    );
    expect(types).toEqual({ inject: failed, hold: never, ready: never, revert: ran });
    for (const task of ['hold', 'ready']) {
      expect(done.TaskStates?.[task]).toMatchObject({ State: 'dead', Failed: false });
      expect(done.TaskStates?.[task]?.StartedAt ?? null).toBeNull();
    }
    const [exit] = (done.TaskStates?.['inject']?.Events ?? []).filter(event => event.Type === 'Terminated');
    expect(exit).toMatchObject({ DisplayMessage: 'Exit Code: 75', Details: { exit_code: '75', signal: '0' } });
    expect(done.ClientStatus).toBe('failed');
  });

  it('ends main where a poststart task failed, and runs poststop', async () => {
    const here = await space();
    await register(here, fourTasks({ ready: 'exit 3' }));
    const alloc = await allocationWith(here.manager, 'job', { revert: 'dead' });
    expect(alloc.ClientStatus).toBe('failed');
    expect(typesOf(alloc.TaskStates?.['ready'])).toEqual(failed);
    const ended = ['Sibling Task Failed', 'Killing', 'Terminated', 'Killed'];
    expect(typesOf(alloc.TaskStates?.['hold']).slice(-4)).toEqual(ended);
    expect(alloc.TaskStates).toMatchObject({ hold: { Failed: false }, revert: { Failed: false } });
  });

  it('fails with its poststop task, though all else went well', async () => {
    const here = await space();
    await register(here, fourTasks({ hold: 'true', revert: 'exit 4' }));
    const alloc = await untilFailed(here);
    expect(alloc.TaskStates).toMatchObject({ hold: { Failed: false }, revert: { State: 'dead', Failed: true } });
    expect(typesOf(alloc.TaskStates?.['revert'])).toEqual(failed);
  });

  it('is refused with a hook that is none, and without a main task', async () => {
    const { manager, namespace } = await space();
    const register = async (tasks: readonly TaskOptions[]) => {
      const { status, body } = await manager.put('/v1/jobs', { Job: jobSpec(onceOnly('job', namespace, tasks)) });
      return [status, body];
    };
    const ofGroup = (text: string) => `1 error occurred:\n\t* Task group web validation failed: ${text}\n\n`;
    const one = (text: string) => `1 error occurred:\n\t* ${text}\n\n`;
    const hook = one('Lifecycle validation failed: invalid hook: later');
    const odd = { name: 'odd', lifecycle: { hook: 'later' } } as unknown as TaskOptions;
    expect(await register([{ name: 'server' }, odd])).toEqual([
      500,
      ofGroup(one(`Task odd validation failed: ${hook}`)),
    ]);
    expect(await register([{ name: 'after', lifecycle: { hook: 'poststop' } }])).toEqual([
      500,
      ofGroup(one('Task group web must have at least one main task')),
    ]);
  });

  it('does not try again, here or elsewhere, where neither restarts nor reschedules are allowed', async () => {
    const here = await space();
    await register(here, fourTasks({ hold: 'sleep 0.3; exit 7' }));
    const alloc = await allocationWith(here.manager, 'job', { revert: 'dead' });
    expect(alloc).toMatchObject({ ClientStatus: 'failed', FollowupEvalID: '' });
    expect(alloc.TaskStates?.['hold']).toMatchObject({ Failed: true, Restarts: 0 });
    const [reason] = (alloc.TaskStates?.['hold']?.Events ?? []).slice(-1);
    expect(reason).toMatchObject({ Type: 'Not Restarting', DisplayMessage: 'Policy allows no restarts' });
    await untilStatus(here.manager, 'job', 'dead');
    const evaluations = (await here.manager.get('/v1/job/job/evaluations')).body;
    expect(evaluations).toMatchObject([{ TriggeredBy: 'job-register', Status: 'complete' }]);
    expect(await allocationsOf(here.manager.get, 'job')).toHaveLength(1);
  });
}

const statesOf = (alloc: Allocation) =>
  Object.fromEntries(Object.entries(alloc.TaskStates ?? {}).map(([name, { State }]) => [name, State]));

async function register({ manager, namespace }: Space, tasks: readonly TaskOptions[]): Promise<void> {
  const answer = await manager.put('/v1/jobs', { Job: jobSpec(onceOnly('job', namespace, tasks)) });
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
}

function untilFailed({ manager }: Space): Promise<Allocation> {
  return until('the allocation to have failed', async () => {
    const [alloc] = await allocationsOf(manager.get, 'job');
    return alloc?.ClientStatus === 'failed' && alloc;
  });
}
