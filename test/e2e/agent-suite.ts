/** The host agent as a job of Nomad's: its four tasks, by dispatches that a person makes. */

import { expect, it } from 'vitest';
import { makeAgentPlace } from './agent-place.ts';
import type { Cluster } from './place.ts';
import { processesOf } from './processes.ts';

const withinMs = 120_000;

const statesOf = (alloc: string) => [...processesOf(alloc).values()].sort().join('');

/** Registers the cases; each has a place of its own. */
export function agentSuite(getCluster: () => Cluster): void {
  it('stops the processes of an allocation until its child is stopped, and tells of each step', {
    timeout: withinMs,
  }, async () => {
    const { web, dispatch, over, told, stop, end } = await makeAgentPlace(getCluster());
    const before = statesOf(web.ID);
    const child = await dispatch();
    const { ID: alloc, TaskStates } = await over(child, 'ready');
    expect(TaskStates?.['ready']?.Failed).toBe(false);
    expect(statesOf(web.ID)).toMatch(/^t+$/);
    await stop(child);
    const ended = await over(child, 'revert');
    expect(ended.TaskStates?.['revert']?.Failed).toBe(false);
    expect(statesOf(web.ID)).toBe(before);
    const words = (await told(alloc, 'hold')).map(({ event }) => event);
    expect(words).toEqual(expect.arrayContaining(['changed', 'in_force', 'terminated', 'undone', 'reverted']));
    await end();
  });

  it('puts back at the deadline by itself, and its child is complete', { timeout: withinMs }, async () => {
    const { dispatch, over, told, end } = await makeAgentPlace(getCluster());
    const child = await dispatch({ fault: 'cpu-stress', params: { percent: 20 }, duration_ms: 2_000 });
    const ended = await over(child, 'revert');
    expect(Object.values(ended.TaskStates ?? {}).map(({ Failed }) => Failed)).toEqual([false, false, false, false]);
    const events = await told(ended.ID, 'hold');
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['in_force', 'evidence', 'deadline']));
    const evidence = events.find(({ event }) => event === 'evidence')?.data as { used_cores: number };
    expect(evidence.used_cores).toBeGreaterThan(0.05);
    await end();
  });

  it('reverts what hold left when hold was killed', { timeout: withinMs }, async () => {
    const { web, dispatch, over, end } = await makeAgentPlace(getCluster());
    const before = statesOf(web.ID);
    const child = await dispatch();
    const { ID: alloc } = await over(child, 'ready');
    expect(statesOf(web.ID)).toMatch(/^t+$/);
    for (const pid of processesOf(alloc).keys()) process.kill(pid, 'SIGKILL');
    const ended = await over(child, 'revert');
    expect(ended.TaskStates?.['revert']?.Failed).toBe(false);
    expect(statesOf(web.ID)).toBe(before);
    await end();
  });

  it('refuses what it can not do with its exit code, and changes nothing', { timeout: withinMs }, async () => {
    const { dispatch, over, told, end } = await makeAgentPlace(getCluster());
    const child = await dispatch({ not_after: '2020-01-01T00:00:00Z' });
    const ended = await over(child, 'revert');
    expect(ended.TaskStates?.['inject']).toMatchObject({ State: 'dead', Failed: true });
    const failed = (await told(ended.ID, 'inject')).find(({ event }) => event === 'failed');
    expect(failed).toMatchObject({ code: 75, words: expect.stringContaining('not_after') });
    await end();
  });

  it('is registered once: the same job again changes nothing', { timeout: withinMs }, async () => {
    const { install, end } = await makeAgentPlace(getCluster());
    expect(await install()).toMatchObject({ code: 0, out: expect.stringContaining('as it was') });
    await end();
  });
}
