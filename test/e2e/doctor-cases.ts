/** The policy for every fault, of which one line is missing: `sirocco doctor` names it, on a Nomad of either kind. */

import { beforeAll, describe, expect, it } from 'vitest';
import type { Allocation, Deployment, JobStub, NomadNode, VariableMetadata } from '../../src/nomad/types.ts';
import { jobSpec } from '../support/jobs.ts';
import { deploymentIn, runningAllocations } from '../support/running-job.ts';
import { sirocco } from './command-line.ts';
import type { Cluster } from './place.ts';
import { printedPolicy } from './printed-policy.ts';

export interface Patient {
  readonly cluster: Cluster;
  /** The secret of a token with this policy. */
  tokenOf(policy: string): Promise<string>;
}

interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly message: string;
}

const namespace = 'doctor';
const { text, lines } = await printedPolicy(namespace);

/** Rights without which a stream is silent too. */
const alsoMissing: Readonly<Record<string, readonly string[]>> = {
  [`${namespace}: read-job`]: [`${namespace}: events`],
  'node write': ['node events'],
};
/** What `submit-job` stands for too. */
const fine = /"(?:(?:register|deregister|revert|scale)-job|tag-job-version|(?:pause|fail)-deployment|delete-\w+-\w+)"/g;

export function doctorCases(patientOf: () => Patient): void {
  const call = <T>(path: string) => patientOf().cluster.call<T>(`${path}?namespace=${namespace}`);
  let before: unknown;

  beforeAll(async () => {
    const { cluster } = patientOf();
    const put = (path: string, body: object) => cluster.call(`${path}?namespace=${namespace}`, { method: 'PUT', body });
    await cluster.createNamespace(namespace);
    await put('/v1/jobs', { Job: jobSpec({ id: 'web', namespace, count: 1 }) });
    for (const kind of ['schedule', 'control']) await put(`/v1/var/chaos/${kind}/_`, { Items: { v: '1' } });
    const get = async (path: string) => ({ body: await call(path) });
    await runningAllocations(get, 'web', 1);
    await deploymentIn(get, 'web', 'successful');
    before = await state();
  }, 60_000);

  /** All that a proof could have changed. */
  async function state(): Promise<unknown> {
    const nodes = await call<NomadNode[]>('/v1/nodes');
    return {
      jobs: (await call<JobStub[]>('/v1/jobs')).map(({ ID, JobModifyIndex }) => [ID, JobModifyIndex]),
      versions: (await call<{ Versions: unknown[] }>('/v1/job/web/versions')).Versions.length,
      deployments: (await call<Deployment[]>('/v1/deployments')).map(({ ID, ModifyIndex }) => [ID, ModifyIndex]),
      allocations: (await call<Allocation[]>('/v1/allocations')).map(each => [each.ID, each.ModifyIndex]),
      variables: (await call<VariableMetadata[]>('/v1/vars')).map(({ Path, ModifyIndex }) => [Path, ModifyIndex]),
      nodes: nodes.filter(each => each.SchedulingEligibility === 'eligible' && !each.Drain).length,
      scheduler: (await call<{ SchedulerConfig: unknown }>('/v1/operator/scheduler/configuration')).SchedulerConfig,
    };
  }

  let asked = 0;
  async function doctor(policy: string): Promise<{ readonly code: number; readonly findings: readonly Finding[] }> {
    const { cluster, tokenOf } = patientOf();
    const NOMAD_TOKEN = await tokenOf(policy);
    asked += 1;
    const NOMAD_ADDR = cluster.addresses[asked % cluster.addresses.length] ?? '';
    const argv = ['doctor', '--home', namespace, '--namespaces', namespace, '--output', 'json'];
    const { code, out } = await sirocco(argv, { NOMAD_ADDR, NOMAD_TOKEN });
    return { code, ...(JSON.parse(out) as { findings: readonly Finding[] }) };
  }

  describe.concurrent('is named by doctor', { timeout: 60_000 }, () => {
    it.each(lines)('$what', async ({ what, without }) => {
      const { code, findings } = await doctor(without);
      const failed = findings.filter(({ level }) => level === 'fail').map(each => each.what);
      expect([code, failed]).toEqual([8, [what, ...(alsoMissing[what] ?? [])]]);
    });

    it.each([
      ['each right by its own word', text],
      ['submit-job for what it covers', text.replaceAll(fine, '"submit-job"')],
    ])('and none of them is missing with %s', async (_, policy) => {
      const { code, findings } = await doctor(policy);
      expect([code, findings.filter(({ level }) => level === 'fail')]).toEqual([0, []]);
      const proved = findings.filter(({ level }) => level === 'ok').map(({ what }) => what);
      for (const { what } of lines) expect(proved).toContain(what);
    });
  });

  it('and nothing was changed by asking', async () => {
    expect(await state()).toEqual(before);
  });
}
