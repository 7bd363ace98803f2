/** A Nomad on which `doctor` finds nothing to complain of, and its findings. */

import { sirocco } from './cli.fixture.ts';
import { type FakeNomad, fakeNomad, Status } from './nomad.fixture.ts';
import { putWeb } from './nomad-objects.fixture.ts';

export interface Finding {
  readonly level: string;
  readonly what: string;
  readonly message: string;
  readonly fix?: string;
}

/** The job that proofs are about. */
export const nothing = 'sirocco-doctor-looks-for-nothing';
const nobody = '00000000-0000-4000-8000-000000000000';
export const job = `/v1/job/${nothing}`;

/** What a real Nomad says of what is not there to those who have the right. */
export const refusals: readonly (readonly [string, number, string])[] = [
  [`GET ${job}`, 404, 'job not found'],
  [`PUT ${job}/scale`, 400, "scaling action count can't be negative"],
  [`PUT ${job}`, 500, 'rpc error: Enforcing job modify index 1: job does not exist'],
  [`PUT ${job}/revert`, 500, `job "${nothing}" not found`],
  [`DELETE ${job}/versions/${nothing}/tag`, 500, `tag "${nothing}" not found on job "${nothing}"`],
  [`DELETE /v1/service/${nothing}/${nobody}`, 500, 'service registration not found'],
  ['PUT /v1/deployment/pause/d', 500, "can't pause terminal deployment"],
  ['PUT /v1/deployment/fail/d', 500, "can't fail terminal deployment"],
  ['PUT /v1/client/allocation/a/signal', 500, 'Task not found'],
  [`POST /v1/node/${nobody}/eligibility`, 500, 'node not found'],
];
export const scheduler = { SchedulerAlgorithm: 'spread', PauseEvalBroker: false, ModifyIndex: 5 };

/** With every right, and something there to ask about. */
export function healthy(): FakeNomad {
  const nomad = fakeNomad();
  putWeb(nomad);
  for (const [call, status, words] of refusals) nomad.answers.set(call, new Status(status, words));
  nomad.answers.set(`DELETE ${job}`, { EvalID: '' });
  nomad.answers.set('/v1/deployments', [{ ID: 'd' }]);
  nomad.answers.set('GET /v1/operator/scheduler/configuration', { SchedulerConfig: scheduler });
  nomad.answers.set('PUT /v1/operator/scheduler/configuration', { Updated: false });
  nomad.answers.set('/v1/agent/self', { config: { Version: { Version: '2.0.6' } }, member: { Name: 's' } });
  nomad.answers.set('/v1/acl/token/self', { Name: 'ctl', Type: 'client' });
  nomad.answers.set('/v1/jobs', []);
  nomad.answers.set('/v1/allocations', [{ ID: 'a' }]);
  nomad.put('sirocco', 'chaos/control/leader', { holder: 'ctl-1' });
  for (const namespace of ['default', 'sirocco'])
    for (const kind of ['schedule', 'control', 'requests', 'experiments'])
      nomad.put(namespace, `chaos/${kind}/_`, { v: '1' });
  return nomad;
}

/** What `doctor` answers. */
export async function findings(nomad: FakeNomad, flags = '') {
  const ran = await sirocco(`doctor --output json ${flags}`, { nomad });
  const { findings: all } = ran.json() as { findings: readonly Finding[] };
  return { code: ran.code, all, not: (level: string) => all.filter(each => each.level !== level) };
}
