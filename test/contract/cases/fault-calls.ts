import { expect, it } from 'vitest';
import type { Answer } from '../../../src/controller/types.ts';
import type { Call } from '../../../src/lifecycle/effects.ts';
import { answerOf, requestOf } from '../../../src/nomad/calls.ts';
import type { Deployment, Job, NomadNode } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { deploymentIn } from '../../support/running-job.ts';
import { until } from '../../support/until.ts';
import type { Caller } from '../caller.ts';
import type { Contract } from '../contract.ts';

/** The calls of the faults on jobs, nodes, services, deployments and the scheduler, as the controller makes them. */
export function faultCallCases({ space }: Contract): void {
  it('scales a job, and registers it with its old count while the deployment runs', async () => {
    const { namespace, manager, run } = await space();
    await run({ id: 'web', count: 2 });
    await deploymentIn(manager.get, 'web', 'successful');
    const at = { namespace, job: 'web' };
    const before = await read(manager);
    const call = {
      op: 'job-scale',
      ...at,
      group: 'web',
      message: 'm',
      run: 'a',
      index: before.JobModifyIndex,
    } as const;
    const scaled = await make(manager, { ...call, count: 3 });
    const after = await read(manager);
    expect(scaled).toMatchObject({ kind: 'ok', index: after.JobModifyIndex });
    await until('its deployment', async () => (await newest(manager)).JobVersion === 1);
    expect(await make(manager, { ...call, count: 2 })).toMatchObject({ kind: 'refused', reason: 'invalid' });
    const body = { ...after, TaskGroups: after.TaskGroups.map(group => ({ ...group, Count: 2 })) };
    const register = { op: 'job-register', ...at, body, index: after.JobModifyIndex } as const;
    const back = await make(manager, register);
    expect(back).toMatchObject({ kind: 'ok', index: (await read(manager)).JobModifyIndex });
    const again = await make(manager, register);
    expect(again.kind).toBe('refused');
    expect(again).toMatchObject({ message: expect.stringContaining('conflicting job modify index') });
  });

  it('tags, stops and reverts a job, and takes the tag off each version', async () => {
    const { namespace, manager, run } = await space();
    await run({ id: 'web', count: 1 });
    await deploymentIn(manager.get, 'web', 'successful');
    const at = { namespace, job: 'web' };
    const tag = { tag: 'sirocco-a' };
    // A tag's answer has no index in its header: only the versions tell that it is there.
    const tagged = await make(manager, { op: 'job-tag', ...at, ...tag, version: 0, description: 'run a' });
    expect(tagged.kind).toBe('ok');
    const stopped = await make(manager, { op: 'job-stop', ...at, global: false });
    expect(stopped).toMatchObject({ kind: 'ok', index: (await read(manager)).JobModifyIndex });
    const versions = await make(manager, { op: 'list-job-versions', ...at });
    const named = { VersionTag: { Name: 'sirocco-a' } };
    expect(versions).toMatchObject({ kind: 'ok', value: { Versions: [named, named] } });
    const revert = { op: 'job-revert', ...at, version: 0 } as const;
    expect((await make(manager, { ...revert, prior: 6 })).kind).toBe('refused');
    const reverted = await make(manager, { ...revert, prior: 1 });
    expect(reverted).toMatchObject({ kind: 'ok', index: (await read(manager)).JobModifyIndex });
    const untag = { op: 'job-untag', ...at, ...tag } as const;
    const untagged = [await make(manager, untag), await make(manager, untag), await make(manager, untag)];
    expect(untagged.slice(0, 2).map(({ kind }) => kind)).toEqual(['ok', 'ok']);
    expect(untagged[2]).toMatchObject({ message: expect.stringContaining('tag "sirocco-a" not found') });
  });

  it('drains a node and takes that back', async () => {
    const { manager } = await space();
    const [found] = answered(await make(manager, { op: 'list-nodes' })) as NomadNode[];
    const node = found?.ID ?? '';
    const drain = { op: 'node-drain', node, run: 'a', deadlineMs: 60_000, ignoreSystemJobs: false } as const;
    const begun = await make(manager, drain);
    expect(begun.kind === 'ok' && begun.index).toBeGreaterThan(found?.ModifyIndex ?? 0);
    const seen = async () => answered(await make(manager, { op: 'read-node', node }));
    expect(await seen()).toMatchObject({
      SchedulingEligibility: 'ineligible',
      LastDrain: { Meta: { sirocco_run: 'a' } },
    });
    await until('the drain to end', async () => ((await seen()) as NomadNode).Drain === false);
    const undone = await make(manager, { op: 'node-undrain', node, run: 'a' });
    expect(await seen()).toMatchObject({
      SchedulingEligibility: 'eligible',
      LastDrain: { Status: 'complete' },
      ...(undone.kind === 'ok' ? { ModifyIndex: undone.index } : {}),
    });
  });

  it('takes a service out of the catalogue', async () => {
    const { namespace, manager, run } = await space();
    await run({ id: 'web', count: 1, services: { group: 'shop' } });
    const list = { op: 'list-job-services', namespace, job: 'web' } as const;
    const one = await until('the service', async () => {
      const [first] = answered(await make(manager, list)) as { ID: string }[];
      return first;
    });
    const remove = { op: 'service-deregister', namespace, service: 'shop', id: one.ID } as const;
    const removed = await make(manager, remove);
    const after = await make(manager, list);
    expect(after).toMatchObject({ kind: 'ok', value: [] });
    expect(removed.kind === 'ok' && removed.index).toBe(after.kind === 'ok' && after.index);
    expect(await make(manager, remove)).toMatchObject({
      message: expect.stringContaining('service registration not found'),
    });
  });

  it('pauses, resumes and fails a deployment', async () => {
    const { namespace, manager } = await space();
    await manager.put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 1, minHealthyTime: 30_000 }) });
    const { ID: deployment } = await deploymentIn(manager.get, 'web', 'running');
    const at = { namespace, deployment };
    for (const call of [
      { op: 'deployment-pause', ...at, pause: true },
      { op: 'deployment-pause', ...at, pause: false },
      { op: 'deployment-fail', ...at },
    ] as const) {
      const answer = await make(manager, call);
      expect(answer).toMatchObject({ kind: 'ok', index: expect.any(Number) });
      expect((await newest(manager)).ModifyIndex).toBeGreaterThanOrEqual(answer.kind === 'ok' ? answer.index : 0);
    }
    const late = await make(manager, { op: 'deployment-pause', ...at, pause: true });
    expect(late).toMatchObject({ message: expect.stringContaining("can't pause terminal deployment") });
  });

  it('configures the scheduler, and loses to a newer configuration', async () => {
    const { manager } = await space();
    const read = async () => answered(await make(manager, { op: 'read-scheduler' })) as Scheduler;
    const { SchedulerConfig: before } = await read();
    const call = { op: 'scheduler-configure', configuration: { ...before }, index: before.ModifyIndex } as const;
    const answer = await make(manager, call);
    expect(answer).toMatchObject({ kind: 'ok', index: (await read()).SchedulerConfig.ModifyIndex });
    expect(await make(manager, call)).toMatchObject({ kind: 'refused', reason: 'conflict' });
  });
}

interface Scheduler {
  readonly SchedulerConfig: Readonly<Record<string, boolean | number | string>> & { readonly ModifyIndex: number };
}

async function make(by: Caller, call: Call): Promise<Answer> {
  return answerOf(call, await by.transport.send(requestOf(call)));
}

function answered(answer: Answer): unknown {
  if (answer.kind !== 'ok') throw new Error(`${answer.kind}: ${answer.message}`);
  return answer.value;
}

async function read(by: Caller): Promise<Job> {
  return (await by.get('/v1/job/web')).body as Job;
}

async function newest(by: Caller): Promise<Deployment> {
  return (await by.get('/v1/job/web/deployment')).body as Deployment;
}
