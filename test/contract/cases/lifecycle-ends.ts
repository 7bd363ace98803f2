import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Allocation, NomadNode } from '../../../src/nomad/types.ts';
import { type JobOptions, jobSpec } from '../../support/jobs.ts';
import { allocationsOf } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';
import {
  allocationWith,
  type FourScripts,
  fourTasks,
  onceOnly,
  timeOf,
  traceFolder,
  typesOf,
  untilStatus,
} from '../dispatched.ts';

const deaf = "trap '' TERM INT; while :; do sleep 0.05; done";
const ended = ['Killing', 'Terminated', 'Killed'];

/** However an allocation is ended, what it has to put back is put back. */
export function lifecycleEndCases({ space }: Contract): void {
  it('runs poststop after the job was stopped, though the job is dead before', async () => {
    const here = await space();
    const alloc = await started(here, { revert: 'sleep 1' });
    await here.manager.delete('/v1/job/job');
    await untilStatus(here.manager, 'job', 'dead');
    expect((await read(here.manager, alloc)).TaskStates?.['revert']?.State).not.toBe('dead');
    const done = await allocationWith(here.manager, 'job', { revert: 'dead' });
    expect(done).toMatchObject({ ClientStatus: 'complete', DesiredStatus: 'stop' });
    expect(typesOf(done.TaskStates?.['hold']).slice(-3)).toEqual(ended);
    expect(typesOf(done.TaskStates?.['revert'])).toEqual(['Received', 'Task Setup', 'Started', 'Terminated']);
    expect(timeOf(done, 'revert', 'Task Setup')).toBeGreaterThanOrEqual(timeOf(done, 'hold', 'Killed'));
    for (const task of ['inject', 'hold', 'ready', 'revert']) expect(done.TaskStates?.[task]?.Failed).toBe(false);
  });

  it('runs poststop after the job was stopped while prestart ran: main never does', async () => {
    const here = await space();
    await register(here, { inject: "trap 'exit 0' TERM INT; while :; do sleep 0.05; done" });
    await allocationWith(here.manager, 'job', { inject: 'running' });
    await here.manager.delete('/v1/job/job');
    const done = await allocationWith(here.manager, 'job', { revert: 'dead' });
    expect(typesOf(done.TaskStates?.['inject']).slice(-3)).toEqual(ended);
    expect(typesOf(done.TaskStates?.['hold'])).toEqual(['Received', 'Killing']);
    expect(typesOf(done.TaskStates?.['ready'])).toEqual(['Received', 'Killing']);
    expect(done.ClientStatus).toBe('complete');
  });

  it('runs poststop after the job was purged, when nothing of it can be read any more', async () => {
    const here = await space();
    const folder = await traceFolder();
    const alloc = await started(here, { revert: `echo "$NOMAD_ALLOC_ID" > ${folder}/reverted` });
    await here.manager.delete('/v1/job/job', { purge: 'true' });
    expect((await here.manager.get(`/v1/allocation/${alloc.ID}`)).status).toBe(404);
    const file = join(folder, 'reverted');
    await until('the poststop task to run', () => existsSync(file) && readFileSync(file, 'utf8') === `${alloc.ID}\n`);
  });

  it('is failed as soon as main was killed, before poststop has run', async () => {
    const here = await space();
    const alloc = await started(here, { revert: 'sleep 2' });
    const signal = { Task: 'hold', Signal: 'SIGKILL' };
    expect((await here.manager.put(`/v1/client/allocation/${alloc.ID}/signal`, signal)).status).toBe(200);
    const failed = await until('the allocation to have failed', async () => {
      const now = await read(here.manager, alloc);
      return now.ClientStatus === 'failed' && now;
    });
    expect(failed.TaskStates?.['revert']?.State).not.toBe('dead');
    expect(failed.TaskStates?.['hold']).toMatchObject({ State: 'dead', Failed: true, Restarts: 0 });
    await untilStatus(here.manager, 'job', 'dead');
    const done = await allocationWith(here.manager, 'job', { revert: 'dead' });
    expect(done).toMatchObject({
      ClientStatus: 'failed',
      DesiredStatus: 'run',
      TaskStates: { revert: { Failed: false } },
    });
    expect(typesOf(done.TaskStates?.['hold']).slice(-3)).toEqual(['Signaling', 'Terminated', 'Not Restarting']);
    const [exit] = (done.TaskStates?.['hold']?.Events ?? []).filter(event => event.Type === 'Terminated');
    expect(exit).toMatchObject({ Details: { exit_code: '137', signal: '9' } });
  });

  it('kills a main task that does not hear when its time is over, and runs poststop', async () => {
    const here = await space();
    await started(here, { hold: deaf });
    await here.manager.delete('/v1/job/job');
    const done = await allocationWith(here.manager, 'job', { revert: 'dead' });
    const took = timeOf(done, 'hold', 'Terminated') - timeOf(done, 'hold', 'Killing');
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(4000);
    const events = done.TaskStates?.['hold']?.Events ?? [];
    expect(events.find(event => event.Type === 'Killing')).toMatchObject({
      DisplayMessage: 'Sent interrupt. Waiting 1s before force killing',
    });
    expect(events.find(event => event.Type === 'Terminated')).toMatchObject({
      Details: { exit_code: '137', signal: '9' },
    });
    expect(done.ClientStatus).toBe('complete');
  });

  it('restarts main in place, without prestart, poststart or poststop', async () => {
    const here = await space();
    const alloc = await started(here);
    for (const body of [{}, { TaskName: 'hold' }]) {
      const before = (await read(here.manager, alloc)).TaskStates?.['hold']?.Restarts ?? 0;
      expect((await here.manager.put(`/v1/client/allocation/${alloc.ID}/restart`, body)).status).toBe(200);
      await until('main to run again', async () => {
        const state = (await read(here.manager, alloc)).TaskStates?.['hold'];
        return state?.State === 'running' && state.Restarts === before + 1;
      });
    }
    const now = await read(here.manager, alloc);
    expect(now.TaskStates).toMatchObject({
      inject: { State: 'dead', Restarts: 0 },
      hold: { State: 'running', Restarts: 2 },
      ready: { State: 'dead', Restarts: 0 },
      revert: { State: 'pending', Restarts: 0 },
    });
    const finished = await here.manager.put(`/v1/client/allocation/${alloc.ID}/restart`, { TaskName: 'ready' });
    expect([finished.status, finished.body]).toEqual([500, 'Task not running']);
  });

  it('places a new allocation after a stopped one, which on its node begins anew when the old one has put back', async () => {
    const here = await space();
    const [node] = (await here.manager.get('/v1/nodes')).body as NomadNode[];
    const alloc = await started(here, { revert: 'sleep 0.5' }, { nodeId: node?.ID ?? '' });
    expect((await here.manager.put(`/v1/allocation/${alloc.ID}/stop`, {})).status).toBe(200);
    const next = await until('another allocation to run', async () => {
      const other = (await allocationsOf(here.manager.get, 'job')).find(one => one.ID !== alloc.ID);
      return other?.TaskStates?.['hold']?.State === 'running' && other;
    });
    const old = await read(here.manager, alloc);
    expect(old).toMatchObject({
      ClientStatus: 'complete',
      DesiredStatus: 'stop',
      TaskStates: { revert: { State: 'dead' } },
    });
    expect(typesOf(next.TaskStates?.['inject'])).toEqual(['Received', 'Task Setup', 'Started', 'Terminated']);
    expect(timeOf(next, 'inject', 'Task Setup')).toBeGreaterThanOrEqual(timeOf(old, 'revert', 'Terminated'));
  });

  it('lets poststop be signaled and restarted, while the rest is over', async () => {
    const here = await space();
    const alloc = await started(here, { revert: deaf });
    await here.manager.delete('/v1/job/job');
    await allocationWith(here.manager, 'job', { revert: 'running' });
    const ask = async (what: string, body: object) => {
      const { status, body: said } = await here.manager.put(`/v1/client/allocation/${alloc.ID}/${what}`, body);
      return [status, said];
    };
    expect(await ask('signal', { Task: 'hold', Signal: 'SIGCONT' })).toEqual([500, 'Task not running']);
    expect(await ask('signal', { Task: 'revert', Signal: 'SIGCONT' })).toEqual([200, { Index: 0 }]);
    expect(await ask('restart', {})).toEqual([500, 'restart of an alloc that should not run']);
    expect(await ask('restart', { TaskName: 'hold' })).toEqual([500, 'Task not running']);
    expect((await here.manager.put('/v1/system/gc')).status).toBe(200);
    // Collecting takes neither a stopped job nor its allocation while that runs.
    expect((await read(here.manager, alloc)).TaskStates?.['revert']?.State).toBe('running');
    expect(await ask('signal', { Task: 'revert', Signal: 'SIGKILL' })).toEqual([200, { Index: 0 }]);
    const done = await until('poststop to be over', async () => {
      const now = await read(here.manager, alloc);
      return now.TaskStates?.['revert']?.State === 'dead' && now;
    });
    expect(done).toMatchObject({ ClientStatus: 'failed', TaskStates: { revert: { Failed: true } } });
  });
}

async function register(
  { manager, namespace }: Space,
  scripts: FourScripts,
  more: Pick<JobOptions, 'nodeId'> = {},
): Promise<void> {
  const options = { ...onceOnly('job', namespace, fourTasks(scripts)), ...more };
  const answer = await manager.put('/v1/jobs', { Job: jobSpec(options) });
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
}

/** Registers the four tasks, and waits until main runs and all before and beside it is done. */
async function started(
  here: Space,
  scripts: FourScripts = {},
  more: Pick<JobOptions, 'nodeId'> = {},
): Promise<Allocation> {
  await register(here, scripts, more);
  return allocationWith(here.manager, 'job', { inject: 'dead', hold: 'running', ready: 'dead' });
}

async function read(by: Caller, alloc: Allocation): Promise<Allocation> {
  return (await by.get(`/v1/allocation/${alloc.ID}`)).body as Allocation;
}
