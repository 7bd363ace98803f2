import { describe, expect, it } from 'vitest';
import { errorTable, type SiroccoError } from '../base/errors.ts';
import { createClient, type NomadClient } from './client.ts';
import { outcomeOf } from './outcome.ts';
import type { NomadRequest, Outcome } from './types.ts';

type Reply = Outcome | { readonly status: number; readonly body: unknown; readonly nextToken?: string };

/** A client whose calls are answered by method and path. */
function clientOf(replies: Readonly<Record<string, Reply>>) {
  const sent: NomadRequest[] = [];
  let closed = false;
  const send = async (request: NomadRequest): Promise<Outcome> => {
    sent.push(request);
    const reply = replies[`${request.method} ${request.path}`] ?? { status: 404, body: 'not found' };
    return 'kind' in reply ? reply : outcomeOf(request, { index: 1, ...reply });
  };
  const close = async () => {
    closed = true;
  };
  return { client: createClient({ send, close }), sent, isClosed: () => closed };
}

async function errorOf(promise: Promise<unknown>): Promise<SiroccoError> {
  return promise.then(
    value => {
      throw new Error(`no error but ${JSON.stringify(value)}`);
    },
    (error: SiroccoError) => error,
  );
}

const at = '/v1/var/chaos/schedule/web';
const variable = { Path: 'chaos/schedule/web', ModifyIndex: 4, Items: { fault: 'alloc-kill' } };

describe('createClient', () => {
  it('reads, writes and removes Variables', async () => {
    const { client, sent } = clientOf({
      [`GET ${at}`]: { status: 200, body: variable },
      [`PUT ${at}`]: { status: 200, body: variable },
      [`DELETE ${at}`]: { status: 204, body: '' },
    });
    expect(await client.readVariable('n', 'chaos/schedule/web')).toEqual(variable);
    expect(await client.writeVariable('n', 'chaos/schedule/web', { a: '1' }, 4)).toEqual(variable);
    await client.deleteVariable('n', 'chaos/schedule/web');
    await client.deleteVariable('n', 'chaos/schedule/web', 4);
    expect(sent.map(each => each.query)).toEqual([undefined, { cas: '4' }, undefined, { cas: '4' }]);
  });

  it('answers undefined for what is missing', async () => {
    const { client } = clientOf({
      [`GET ${at}`]: { status: 404, body: 'variable not found' },
      'GET /v1/job/web': { status: 404, body: 'job not found' },
      'GET /v1/node/n': { status: 404, body: 'node not found' },
    });
    expect(await client.readVariable('n', 'chaos/schedule/web')).toBeUndefined();
    expect(await client.readJob('n', 'web')).toBeUndefined();
    expect(await client.readNode('n')).toBeUndefined();
  });

  it('takes a conflict with just what was to be written for a success', async () => {
    const { client } = clientOf({ [`PUT ${at}`]: { status: 409, body: variable } });
    expect(await client.writeVariable('n', 'chaos/schedule/web', { fault: 'alloc-kill' }, 3)).toEqual(variable);
    const error = await errorOf(client.writeVariable('n', 'chaos/schedule/web', { fault: 'alloc-stop' }, 3));
    expect(error).toMatchObject({
      code: 'SIR-403',
      message: `Nomad: PUT ${at}: 409 it was changed meanwhile, at index 4`,
    });
  });

  it('asks for lists in pages', async () => {
    const { client, sent } = clientOf({
      'GET /v1/nodes': { status: 200, body: [{ ID: 'n' }] },
      'GET /v1/vars': { status: 200, body: [] },
    });
    expect(await client.listNodes()).toEqual([{ ID: 'n' }]);
    expect(await client.listVariables('n', 'chaos/')).toEqual([]);
    expect(sent.map(each => each.query)).toEqual([{ per_page: '500' }, { prefix: 'chaos/', per_page: '500' }]);
  });

  it('tells of agents, regions, namespaces and the leader', async () => {
    const config = {
      Version: { Version: '2.0.6', VersionPrerelease: 'dev' },
      Region: 'global',
      Datacenter: 'dc1',
      Server: { Enabled: true },
      Client: { Enabled: false },
      ACL: { Enabled: true },
    };
    const { client } = clientOf({
      'GET /v1/agent/self': { status: 200, body: { config, member: { Name: 'a.global' } } },
      'GET /v1/agent/health': { status: 500, body: { server: { ok: false, message: 'No cluster leader' } } },
      'GET /v1/regions': { status: 200, body: ['global'] },
      'GET /v1/status/leader': { status: 200, body: '127.0.0.1:4647' },
      'GET /v1/namespaces': { status: 200, body: [{ Name: 'default' }] },
    });
    expect(await client.agentSelf()).toEqual({
      name: 'a.global',
      version: '2.0.6-dev',
      region: 'global',
      datacenter: 'dc1',
      server: true,
      client: false,
      acl: true,
    });
    expect(await client.agentHealth()).toEqual({ server: { ok: false, message: 'No cluster leader' } });
    expect([await client.regions(), await client.leader(), await client.listNamespaces()]).toEqual([
      ['global'],
      '127.0.0.1:4647',
      ['default'],
    ]);
  });

  it.each<[string, Reply, string, number]>([
    ['denied', { status: 403, body: 'Permission denied' }, 'SIR-401', 8],
    ['unreachable', { kind: 'refused', status: 0, message: 'no connection', reason: 'unreachable' }, 'SIR-400', 7],
    ['without a leader', { status: 500, body: 'No cluster leader' }, 'SIR-400', 7],
    ['not answered in time', { kind: 'ambiguous', status: 0, message: 'no answer within 4000 ms' }, 'SIR-400', 7],
    ['failed', { status: 500, body: 'rpc error: EOF' }, 'SIR-402', 5],
    ['answered by something else', { status: 200, body: 'welcome' }, 'SIR-402', 5],
  ])('throws what a person can read when a read is %s', async (_, reply, code, exit) => {
    const { client } = clientOf({ 'GET /v1/job/web': reply });
    const error = await errorOf(client.readJob('n', 'web'));
    expect(error).toMatchObject({ code, message: expect.stringContaining('Nomad: GET /v1/job/web: ') });
    expect(errorTable[error.code].exit).toBe(exit);
  });

  it.each<[string, (client: NomadClient) => Promise<unknown>]>([
    ['call', client => client.call({ op: 'alloc-stop', namespace: 'n', alloc: 'a', noShutdownDelay: false })],
    ['ask', client => client.ask({ method: 'PUT', path: '/v1/allocation/a/stop', kind: 'alloc_stop' })],
  ])('says of a change by %s whose end is unknown that it may have been done', async (_, act) => {
    const { client } = clientOf({
      'PUT /v1/allocation/a/stop': { kind: 'ambiguous', status: 0, message: 'no answer within 4000 ms' },
    });
    expect(await errorOf(act(client))).toMatchObject({
      code: 'SIR-402',
      message: expect.stringContaining('may have been done'),
    });
  });

  it('closes its transport', async () => {
    const { client, isClosed } = clientOf({});
    await client.close();
    expect(isClosed()).toBe(true);
  });
});
