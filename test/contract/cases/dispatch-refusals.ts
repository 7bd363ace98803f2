import { expect, it } from 'vitest';
import type { NomadResponse } from '../../../src/nomad/types.ts';
import { type JobOptions, jobSpec, type ParameterizedOptions } from '../../support/jobs.ts';
import type { Caller } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';
import { base64, child, dispatch, jobPath, onceOnly } from '../dispatched.ts';

const required = { required: ['run'] };
const Meta = { run: 'r' };
const unpermitted = 'Dispatch request included unpermitted metadata keys: [other]';
const missing = 'Dispatch did not provide required meta keys: [run]';
const priority = 'dispatch job priority must be between [1, 100]';
const noString = 'json: cannot unmarshal number into Go struct field JobDispatchRequest.Meta of type string';
const needless = 'Payload provided but forbidden by parameterized job';
const needed = 'Payload is not provided but required by parameterized job';

/** What a dispatch is refused for, word for word. */
export function dispatchRefusalCases({ space }: Contract): void {
  it.each([
    ['a key of meta that is not named', {}, { Meta: { ...Meta, other: 'x' } }, 500, unpermitted],
    ['a key of meta that is missing', {}, { Meta: {} }, 500, missing],
    ['no meta', {}, {}, 500, missing],
    ['a key too many before one too few', {}, { Meta: { other: 'x' } }, 500, unpermitted],
    ['meta that is no text', {}, { Meta: { run: 1 } }, 400, noString],
    ['a priority that is too high', {}, { Meta, Priority: 101 }, 500, priority],
    ['a priority that is too low', {}, { Meta, Priority: -1 }, 500, priority],
    ['a payload that is forbidden', { payload: 'forbidden' }, { Meta, Payload: base64('x') }, 500, needless],
    ['no payload where it is required', { payload: 'required' }, { Meta }, 500, needed],
    ['an empty payload where it is required', { payload: 'required' }, { Meta, Payload: '' }, 500, needed],
    ['a payload that is not base64', {}, { Meta, Payload: '***' }, 400, 'illegal base64 data at input byte 0'],
    ['the name of another job', {}, { Meta, JobID: 'other' }, 400, 'Job ID does not match'],
    ['no body', {}, undefined, 400, 'Request body is empty'],
  ] as const)('refuses %s', async (_, parameters, body, status, text) => {
    const here = await space();
    await register(here, { parameterized: { ...required, ...parameters } as ParameterizedOptions });
    const answer = await here.manager.put('/v1/job/agent/dispatch', body);
    expect([answer.status, answer.body]).toEqual([status, text]);
  });

  it('takes a payload of 16 KiB and not a byte more', async () => {
    const here = await space();
    await register(here, { parameterized: {} });
    const sized = (bytes: number) => dispatch(here.manager, 'agent', { Payload: base64('x'.repeat(bytes)) });
    expect((await sized(16_384)).status).toBe(200);
    const refused = await sized(16_385);
    expect([refused.status, refused.body]).toEqual([500, 'Payload exceeds maximum size; 16385 > 16384']);
    const large = await sized(40_000);
    expect([large.status, large.body]).toEqual([500, 'Payload exceeds maximum size; 40000 > 16384']);
  });

  it('refuses where there is nothing to dispatch: no job, a plain one, a child', async () => {
    const here = await space();
    const { manager } = here;
    await register(here, { parameterized: {} });
    await register(here, { id: 'plain', count: 0 });
    const id = await child(manager, 'agent');
    const refusals = [
      await dispatch(manager, 'none'),
      await dispatch(manager, 'plain'),
      await manager.put(jobPath(id, '/dispatch'), {}),
    ];
    expect(refusals.map(said)).toEqual([
      [500, 'parameterized job not found'],
      [500, 'Specified job "plain" is not a parameterized job'],
      [500, `Specified job "${id}" is not a parameterized job`],
    ]);
  });

  it('keeps a parent a parent, and takes only batch jobs for one', async () => {
    const here = await space();
    const { manager, namespace } = here;
    await register(here, { parameterized: {} });
    await register(here, { id: 'plain', count: 0 });
    const registering = (more: object) => manager.put('/v1/jobs', { Job: { ...spec(namespace, {}), ...more } });
    const parameterized = (given: object) => registering({ ID: 'new', ParameterizedJob: given });
    const refusals = [
      await registering({}),
      await registering({ ID: 'plain', ParameterizedJob: {} }),
      await parameterized({ Payload: 'maybe' }),
      await parameterized({ MetaRequired: ['a'], MetaOptional: ['a'] }),
      await manager.put('/v1/jobs', {
        Job: jobSpec({ id: 'new', namespace, type: 'service', count: 1, parameterized: {} }),
      }),
      await manager.put('/v1/job/agent/evaluate', { JobID: 'agent' }),
    ];
    const nested = (text: string) => `1 error occurred:\n\t* 1 error occurred:\n\t* ${text}\n\n\n\n`;
    expect(refusals.map(said)).toEqual([
      [500, 'cannot update parameterized job to being non-parameterized'],
      [500, 'cannot update non-parameterized job to being parameterized'],
      [500, nested('Unknown payload requirement: "maybe"')],
      [500, nested('Required and optional meta keys should be disjoint. Following keys exist in both: [a]')],
      [500, '1 error occurred:\n\t* Parameterized job can only be used with "batch" or "sysbatch" scheduler\n\n'],
      [500, "can't evaluate parameterized job"],
    ]);
  });

  it('is granted by dispatch-job alone, before anything else is looked at but the body', async () => {
    const here = await space();
    const { manager, caller } = here;
    await register(here, { parameterized: required });
    const allowed: string[] = [];
    for (const capability of ['dispatch-job', 'submit-job', 'register-job', 'read-job', 'alloc-lifecycle']) {
      const by = await caller({ capabilities: [capability] });
      const answer = await dispatch(by, 'agent', { Meta });
      if (answer.status === 200) allowed.push(capability);
      else expect([capability, ...said(answer)]).toEqual([capability, 403, 'Permission denied']);
      const unread = await by.put('/v1/job/agent/dispatch');
      expect([capability, ...said(unread)]).toEqual([capability, 400, 'Request body is empty']);
    }
    expect(allowed).toEqual(['dispatch-job']);
    const hidden = await dispatch(await caller({ policy: 'read' }), 'none');
    expect(said(hidden)).toEqual([403, 'Permission denied']);
    expect(await statusBy(await caller({ policy: 'write' }))).toBe(200);
    expect(await statusBy(manager.as('11111111-2222-4333-8444-555555555555'))).toBe(403);
  });

  it('has purge-job for a purge: deregister-job is not enough', async () => {
    const { caller } = await space();
    const statuses: (string | number)[][] = [];
    for (const capability of ['deregister-job', 'purge-job', 'submit-job']) {
      const by = await caller({ capabilities: [capability] });
      const [stop, purge] = [await by.delete('/v1/job/none'), await by.delete('/v1/job/none', { purge: 'true' })];
      statuses.push([capability, stop.status, purge.status]);
    }
    expect(statuses).toEqual([
      ['deregister-job', 200, 403],
      ['purge-job', 200, 200],
      ['submit-job', 200, 200],
    ]);
  });
}

const said = ({ status, body }: NomadResponse): [number, unknown] => [status, body];

const statusBy = async (by: Caller) => (await dispatch(by, 'agent', { Meta })).status;

const spec = (namespace: string, more: Partial<JobOptions>) => {
  const tasks = [{ name: 'server', command: ['/bin/sleep', '3600'], killTimeout: 500 }] as const;
  return jobSpec({ ...onceOnly('agent', namespace, tasks), ...more });
};

async function register({ manager, namespace }: Space, more: Partial<JobOptions>): Promise<void> {
  const answer = await manager.put('/v1/jobs', { Job: spec(namespace, more) });
  expect(said(answer)).toEqual([200, expect.anything()]);
}
