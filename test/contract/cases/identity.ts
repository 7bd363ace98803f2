import { expect, it } from 'vitest';
import { readAddress } from '../../../src/nomad/address.ts';
import { createTransport } from '../../../src/nomad/transport.ts';
import type { NomadRequest, Outcome } from '../../../src/nomad/types.ts';
import { policyRules } from '../../support/rights.ts';
import { until } from '../../support/until.ts';
import { deps } from '../caller.ts';
import type { Contract, Space } from '../contract.ts';

/** A task that has a workload identity and tells where its API socket is. */
const script =
  'echo "$NOMAD_UNIX_ADDR" > "$NOMAD_ALLOC_DIR/address"; echo "$NOMAD_TOKEN" > "$NOMAD_ALLOC_DIR/token"; exec sleep 3600';
const task = { name: 'server', command: ['/bin/sh', '-c', script], identity: true } as const;

/** The identity that Nomad gives a task, by which a controller in Nomad acts. */
export function identityCases({ space }: Contract): void {
  it('is no ACL token, and may do nothing until a policy is attached to its job', async () => {
    const here = await space();
    const { token, address } = await identityIn(here);
    const ask = asker(address, token);
    const self = await ask({ method: 'GET', path: '/v1/acl/token/self' });
    expect(self).toMatchObject({ kind: 'refused', status: 404, reason: 'not-found' });
    const { namespace } = here;
    expect(await ask({ method: 'GET', path: '/v1/jobs', namespace })).toMatchObject({
      kind: 'refused',
      reason: 'denied',
    });
    expect(await ask({ method: 'GET', path: '/v1/status/leader' })).toMatchObject({ kind: 'ok' });
  });

  it('has the rights of the policy on its job, through the socket too, and in no other namespace', async () => {
    const [here, other] = [await space(), await space()];
    const { namespace } = here;
    const { token, address, alloc } = await identityIn(here);
    const variables = { 'chaos/*': ['read', 'list', 'write', 'destroy'] } as const;
    const Rules = policyRules({
      namespaces: { [namespace]: { capabilities: ['read-job', 'alloc-lifecycle'], variables } },
    });
    const body = { Name: `of-${namespace}`, Rules, JobACL: { Namespace: namespace, JobID: 'controller' } };
    expect((await here.manager.put(`/v1/acl/policy/of-${namespace}`, body)).status).toBe(200);
    for (const at of [address, here.manager.address]) {
      const ask = asker(at, token);
      const signal = { Signal: 'SIGCONT', Task: 'server' };
      const calls = [
        await ask({ method: 'GET', path: '/v1/job/controller', namespace }),
        await ask({ method: 'PUT', path: `/v1/client/allocation/${alloc}/signal`, namespace, body: signal }),
        await ask({ method: 'PUT', path: '/v1/var/chaos/status/a', namespace, body: { Items: { state: 'accepted' } } }),
      ];
      expect(calls.map(outcome => outcome.kind)).toEqual(['ok', 'ok', 'ok']);
      const foreign = await ask({ method: 'GET', path: '/v1/job/web', namespace: other.namespace });
      expect(foreign).toMatchObject({ kind: 'refused', reason: 'denied' });
    }
  });
}

async function identityIn({ manager, run }: Space): Promise<{ token: string; address: string; alloc: string }> {
  const [one] = await run({ id: 'controller', count: 1, tasks: [task] });
  const alloc = one?.ID ?? '';
  const file = (name: string): Promise<string> =>
    until(`the task to write its ${name}`, async () => {
      const { status, body } = await manager.get(`/v1/client/fs/cat/${alloc}`, { path: `alloc/${name}` });
      return status === 200 && typeof body === 'string' && body.trim() !== '' && body.trim();
    });
  return { token: await file('token'), address: await file('address'), alloc };
}

function asker(address: string, token: string): (request: Omit<NomadRequest, 'kind'>) => Promise<Outcome> {
  const reading = readAddress('NOMAD_ADDR', address);
  if ('problem' in reading) throw new Error(reading.problem.message);
  const config = { address: reading.address, token: { value: token }, tls: { skipVerify: false } };
  return async request => {
    const transport = createTransport(config, deps);
    const outcome = await transport.send({ ...request, kind: 'contract' });
    await transport.close();
    return outcome;
  };
}
