import { expect, it } from 'vitest';
import type { NomadNode, NomadResponse } from '../../../src/nomad/types.ts';
import { jobSpec } from '../../support/jobs.ts';
import type { NamespaceRights } from '../../support/rights.ts';
import { type Caller, caller } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';

type Ask = (by: Caller, at: Place) => Promise<NomadResponse>;

interface Place {
  readonly alloc: string;
  readonly node: string;
  readonly namespace: string;
}

/** Calls that Sirocco makes, by the capability that each is meant to need; none of them changes what the next one needs. */
const calls: Readonly<Record<string, Ask>> = {
  'list jobs': by => by.get('/v1/jobs'),
  'read a job': by => by.get('/v1/job/web'),
  'list allocations of a job': by => by.get('/v1/job/web/allocations'),
  'list allocations': by => by.get('/v1/allocations'),
  'read an allocation': (by, { alloc }) => by.get(`/v1/allocation/${alloc}`),
  'read deployments': by => by.get('/v1/deployments'),
  'read the deployment of a job': by => by.get('/v1/job/web/deployment'),
  signal: (by, { alloc }) => by.put(`/v1/client/allocation/${alloc}/signal`, { Signal: 'SIGCONT', Task: 'server' }),
  restart: (by, { alloc }) => by.put(`/v1/client/allocation/${alloc}/restart`, { TaskName: 'server' }),
  'register a job': (by, { namespace }) => by.put('/v1/jobs', { Job: jobSpec({ id: 'other', namespace, count: 0 }) }),
  'deregister a job': by => by.delete('/v1/job/other'),
  'list nodes': by => by.get('/v1/nodes'),
  'read a node': (by, { node }) => by.get(`/v1/node/${node}`),
  'mark a node': (by, { node }) => by.put(`/v1/node/${node}/eligibility`, { Eligibility: 'eligible' }),
  stop: (by, { alloc }) => by.put(`/v1/allocation/${alloc}/stop`, {}),
};

const unknownId = 'f4e1b3c2-0000-4000-8000-000000000000';

const readJob = [
  'read a job',
  'list allocations of a job',
  'list allocations',
  'read an allocation',
  'read deployments',
  'read the deployment of a job',
];
const nodeRead = ['list nodes', 'read a node'];

/** What each right allows, alone: everything else of the list above is refused. */
export function rightsCases({ cluster, space }: Contract): void {
  it.each<[string, NamespaceRights, 'read' | 'write' | undefined, readonly string[]]>([
    ['list-jobs', { capabilities: ['list-jobs'] }, undefined, ['list jobs']],
    ['read-job', { capabilities: ['read-job'] }, undefined, readJob],
    ['alloc-lifecycle', { capabilities: ['alloc-lifecycle'] }, undefined, ['signal', 'restart', 'stop']],
    ['register-job', { capabilities: ['register-job'] }, undefined, ['register a job']],
    ['deregister-job', { capabilities: ['deregister-job'] }, undefined, ['deregister a job']],
    ['submit-job', { capabilities: ['submit-job'] }, undefined, ['register a job', 'deregister a job']],
    ['node read', {}, 'read', nodeRead],
    ['node write', {}, 'write', [...nodeRead, 'mark a node']],
    ['policy read', { policy: 'read' }, undefined, ['list jobs', ...readJob]],
  ])('grants by %s alone just what it names', async (_name, rights, node, granted) => {
    const here = await space();
    const by = await here.caller(rights, node === undefined ? {} : { node });
    expect(await allowed(here, by)).toEqual(Object.keys(calls).filter(call => granted.includes(call)));
  });

  it('refuses what is in another namespace, whichever namespace is named', async () => {
    const [mine, other] = [await space(), await space()];
    const by = await mine.caller({ capabilities: ['alloc-lifecycle', 'read-job'] });
    expect(await allowed(other, by.in(other.namespace))).toEqual([]);
    const [alloc] = (await other.manager.get('/v1/job/web/allocations')).body as { ID: string }[];
    const signal = await by.put(`/v1/client/allocation/${alloc?.ID}/signal`, { Signal: 'SIGKILL' });
    const stop = await by.put(`/v1/allocation/${alloc?.ID}/stop`, {});
    expect([signal.status, stop.status]).toEqual([403, 403]);
    expect((await by.get(`/v1/allocation/${alloc?.ID}`)).status).toBe(500);
  });

  it('answers 404 for an unknown allocation, even where nothing is granted', async () => {
    const by = await (await space()).caller({ capabilities: ['list-jobs'] });
    const signal = await by.put(`/v1/client/allocation/${unknownId}/signal`, { Signal: 'SIGKILL' });
    expect([signal.status, signal.body]).toEqual([404, `Unknown allocation "${unknownId}"`]);
  });

  it('refuses a whole policy for one unknown capability', async () => {
    const rights = { namespaces: { default: { capabilities: ['read-job', 'fly-job'] } } };
    await expect(cluster().createToken(rights)).rejects.toThrow(/400.*\n?.*Invalid namespace capability 'fly-job'/);
  });

  it('tells a token about itself, and an unknown one nothing', async () => {
    const here = await space();
    const by = await here.caller({ capabilities: ['read-job'] });
    expect((await by.get('/v1/acl/token/self')).body).toMatchObject({ SecretID: by.token, Type: 'client' });
    const unknown = here.manager.as(unknownId);
    expect((await unknown.get('/v1/acl/token/self')).status).toBe(403);
  });

  it('lists the namespaces in which a token may do anything', async () => {
    const [mine, other] = [await space(), await space()];
    const by = await mine.caller({ capabilities: ['read-job'] });
    const names = ((await by.get('/v1/namespaces')).body as { Name: string }[]).map(one => one.Name);
    expect(names).toContain(mine.namespace);
    expect(names).not.toContain(other.namespace);
  });

  it('answers without a token the few paths that need none', async () => {
    const { namespace } = await space();
    const nobody = caller(cluster().address, namespace, undefined);
    for (const path of ['/v1/status/leader', '/v1/agent/health', '/v1/regions']) {
      expect([path, (await nobody.get(path)).status]).toEqual([path, 200]);
    }
    expect((await nobody.get('/v1/namespaces')).body).toEqual([]);
    for (const path of ['/v1/jobs', '/v1/nodes', '/v1/allocations', '/v1/job/web']) {
      expect([path, (await nobody.get(path)).status]).toEqual([path, 403]);
    }
  });
}

/** Makes every call, and answers the names of those that were not refused. */
async function allowed({ run, manager, namespace }: Space, by: Caller): Promise<string[]> {
  const [alloc] = await run({ id: 'web', count: 1 });
  await manager.put('/v1/jobs', { Job: jobSpec({ id: 'other', namespace, count: 0 }) });
  const [node] = (await manager.get('/v1/nodes')).body as NomadNode[];
  const names: string[] = [];
  for (const [name, ask] of Object.entries(calls)) {
    const { status, body } = await ask(by, { alloc: alloc?.ID ?? '', node: node?.ID ?? '', namespace });
    if (status === 200) names.push(name);
    else expect([name, status, body]).toEqual([name, ...refusal(name, alloc?.ID ?? '')]);
  }
  return names;
}

/** Only the read of an allocation is refused as if it were not there, and even then not by 404. */
function refusal(call: string, alloc: string): [number, string] {
  return call === 'read an allocation' ? [500, `Unknown allocation "${alloc}"`] : [403, 'Permission denied'];
}
