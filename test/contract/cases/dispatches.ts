import { expect, it } from 'vitest';
import type { JobStub } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import { allocationsOf } from '../../support/running-job.ts';
import type { Contract, Space } from '../contract.ts';
import {
  allocationWith,
  base64,
  child,
  type DispatchAnswer,
  dispatch,
  jobOf,
  jobPath,
  onceOnly,
  untilStatus,
} from '../dispatched.ts';

const parameterized = { required: ['run'], optional: ['intent'] };
const Meta = { run: 'r' };

/** Parameterized jobs: the parent waits, and each dispatch is a child of its own. */
export function dispatchCases({ space }: Contract): void {
  it('keeps a parameterized job as running, without evaluation, allocation or children', async () => {
    const here = await space();
    const { manager } = here;
    const answer = await register(here);
    expect(answer.body).toMatchObject({ EvalID: '', EvalCreateIndex: 0, JobModifyIndex: answer.index });
    expect(await jobOf(manager, 'agent')).toMatchObject({
      Status: 'running',
      ParentID: '',
      Dispatched: false,
      Payload: null,
      ParameterizedJob: { Payload: 'optional', MetaRequired: ['run'], MetaOptional: ['intent'] },
    });
    expect((await manager.get('/v1/job/agent/evaluations')).body).toEqual([]);
    expect(await allocationsOf(manager.get, 'agent')).toEqual([]);
    expect((await manager.get('/v1/job/agent/summary')).body).toMatchObject({
      Children: { Pending: 0, Running: 0, Dead: 0 },
      Summary: { web: { Queued: 0, Starting: 0 } },
    });
    expect((await manager.get('/v1/jobs')).body as JobStub[]).toMatchObject([{ ID: 'agent', ParameterizedJob: true }]);
    const scaled = await manager.put('/v1/job/agent/scale', { Count: 2, Target: { Group: 'web' } });
    expect(scaled).toMatchObject({ status: 200, body: { EvalID: '', EvalCreateIndex: 0, Index: scaled.index } });
    expect(await jobOf(manager, 'agent')).toMatchObject({ Status: 'running', Version: 1 });
  });

  it('runs a child with the payload, the meta of both and its own priority', async () => {
    const here = await space();
    const { manager } = here;
    await register(here, { priority: 60, meta: { base: 'b', intent: 'of the parent' } });
    const body = { Payload: base64('hello'), Meta: { run: 'r', intent: 'i' }, Priority: 90 };
    const answer = await dispatch(manager, 'agent', body, 'token');
    const { DispatchedJobID: id, EvalID } = answer.body as DispatchAnswer;
    expect(id).toMatch(/^agent\/dispatch-\d{10}-[0-9a-f]{8}$/);
    const Index = answer.index;
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ DispatchedJobID: id, EvalID, EvalCreateIndex: Index, JobCreateIndex: Index, Index });
    await allocationWith(manager, id, { server: 'running' });
    const job = await jobOf(manager, id);
    expect(job).toMatchObject({
      ID: id,
      Name: id,
      ParentID: 'agent',
      Type: 'batch',
      Dispatched: true,
      DispatchIdempotencyToken: 'token',
      Payload: base64('hello'),
      Meta: { base: 'b', run: 'r', intent: 'i' },
      Priority: 90,
      Status: 'running',
      Version: 0,
      CreateIndex: Index,
      JobModifyIndex: Index,
      ParameterizedJob: { Payload: 'optional' },
    });
    expect((await manager.get(jobPath(id, '/evaluations'))).body).toMatchObject([
      { ID: EvalID, TriggeredBy: 'job-register', Priority: 90, CreateIndex: Index },
    ]);
    // Slashes in a path are no less its id than encoded ones.
    expect((await manager.get(`/v1/job/${id}`)).body).toEqual(await jobOf(manager, id));
    const plain = await child(manager, 'agent', { Meta });
    const second = await jobOf(manager, plain);
    expect(second).toMatchObject({ Priority: 60, DispatchIdempotencyToken: '' });
    expect(second['Payload'] ?? '').toBe('');
    expect(await child(manager, 'agent', { Meta, IdPrefixTemplate: 'pre.fix' })).toMatch(
      /^agent\/dispatch-pre\.fix-\d{10}-[0-9a-f]{8}$/,
    );
  });

  it('answers the same child for the same token, stopped or dead, without an evaluation', async () => {
    const here = await space();
    const { manager } = here;
    await register(here);
    const first = await dispatch(manager, 'agent', { Meta }, 'one');
    const { DispatchedJobID: id, JobCreateIndex } = first.body as DispatchAnswer;
    await allocationWith(manager, id, { server: 'running' });
    const again = async () => {
      const { ModifyIndex: Index } = await jobOf(manager, id);
      const answer = await dispatch(manager, 'agent', { Meta: { run: 'other' } }, 'one');
      expect(answer).toMatchObject({ status: 200, index: Index });
      expect(answer.body).toEqual({ DispatchedJobID: id, EvalID: '', EvalCreateIndex: 0, JobCreateIndex, Index });
    };
    await again();
    expect(await child(manager, 'agent', { Meta }, 'two')).not.toBe(id);
    await manager.delete(jobPath(id));
    await untilStatus(manager, id, 'dead');
    await again();
    await manager.delete(jobPath(id), { purge: 'true' });
    expect(await child(manager, 'agent', { Meta }, 'one')).not.toBe(id);
  });

  it('knows a token by the parent: another one, and the same one registered again', async () => {
    const here = await space();
    const { manager } = here;
    await register(here);
    await register(here, { id: 'agent-2' });
    const id = await child(manager, 'agent', { Meta }, 'one');
    expect(await child(manager, 'agent-2', { Meta }, 'one')).toMatch(/^agent-2\//);
    await manager.delete('/v1/job/agent', { purge: 'true' });
    await register(here);
    expect(await child(manager, 'agent', { Meta }, 'one')).toBe(id);
  });

  it('stops the parent alone: no more dispatches, while its children run on', async () => {
    const here = await space();
    const { manager } = here;
    await register(here);
    const id = await child(manager, 'agent', { Meta }, 'one');
    await allocationWith(manager, id, { server: 'running' });
    const stopped = await manager.delete('/v1/job/agent');
    expect(stopped.body).toMatchObject({ EvalID: '', EvalCreateIndex: stopped.index, JobModifyIndex: stopped.index });
    expect(await jobOf(manager, 'agent')).toMatchObject({ Status: 'dead', Stop: true });
    const refused = await dispatch(manager, 'agent', { Meta }, 'one');
    expect([refused.status, refused.body]).toEqual([500, 'Specified job "agent" is stopped']);
    await manager.delete('/v1/job/agent', { purge: 'true' });
    expect(await jobOf(manager, id)).toMatchObject({ Status: 'running', ParentID: 'agent' });
  });
}

/** Registers a parent whose children sleep until they are ended. */
function register(
  { manager, namespace }: Space,
  more: { id?: string; priority?: number; meta?: Readonly<Record<string, string>> } = {},
) {
  const { id = 'agent', ...rest } = more;
  const options = onceOnly(id, namespace, [{ name: 'server', command: ['/bin/sleep', '3600'], killTimeout: 1000 }]);
  return manager.put('/v1/jobs', { Job: jobSpec({ ...options, ...rest, parameterized }) });
}
