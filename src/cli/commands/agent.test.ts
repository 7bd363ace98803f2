import { describe, expect, it } from 'vitest';
import { sirocco } from '../cli.fixture.ts';
import { type FakeNomad, fakeNomad } from '../nomad.fixture.ts';

const id = '5f2b1c3d-0000-4000-8000-000000000001';
const jobPath = `/v1/job/sirocco-agent-${id}`;

/** Two nodes, and a Nomad that keeps the job that is registered. */
function cluster(): FakeNomad {
  const nomad = fakeNomad();
  const nodes = [
    { ID: id, Name: 'n1' },
    { ID: '5f2b1c3d-0000-4000-8000-000000000002', Name: 'n2' },
  ];
  nomad.answers.set('/v1/nodes', nodes);
  nomad.before = ({ method, path, body }) => {
    if (method !== 'PUT' || path !== '/v1/jobs') return;
    const { Job } = body as { Job: object };
    nomad.answers.set(jobPath, { ...Job, Version: 0, Stop: false, JobModifyIndex: 20 });
  };
  nomad.answers.set('PUT /v1/jobs', { EvalID: '', JobModifyIndex: 20 });
  return nomad;
}

describe('agent install', () => {
  it('registers the job of a node in home, pinned to it, and says so', async () => {
    const nomad = cluster();
    const ran = await sirocco('agent install n1', { nomad });
    expect(ran).toMatchObject({ code: 0, out: `n1 (5f2b1c3d): sirocco-agent-${id} registered` });
    expect(nomad.asked).toContain('PUT /v1/jobs');
    expect(nomad.answers.get(jobPath)).toMatchObject({
      ID: `sirocco-agent-${id}`,
      Namespace: 'sirocco',
      Constraints: [{ LTarget: '$' + '{node.unique.id}', Operand: '=', RTarget: id }],
      ParameterizedJob: { Payload: 'required', MetaRequired: ['sirocco_run', 'sirocco_intent'] },
    });
  });

  it('says that nothing changed where nothing did', async () => {
    const nomad = cluster();
    await sirocco('agent install n1', { nomad });
    expect((await sirocco('agent install n1', { nomad })).out).toContain('as it was');
  });

  it('prints the jobs and registers nothing with --print', async () => {
    const nomad = cluster();
    const ran = await sirocco('agent install n1 --command /opt/agent --state /srv/state --print', { nomad });
    const [job] = JSON.parse(ran.out) as { TaskGroups: { Tasks: { Name: string; Config: object; Env: object }[] }[] }[];
    expect(job?.TaskGroups[0]?.Tasks.map(({ Name }) => Name)).toEqual(['inject', 'hold', 'ready', 'revert']);
    expect(job?.TaskGroups[0]?.Tasks[0]).toMatchObject({
      Config: { command: '/opt/agent' },
      Env: { SIROCCO_AGENT_STATE: '/srv/state' },
    });
    expect(nomad.asked.filter(each => each.startsWith('PUT'))).toEqual([]);
  });

  it.each([
    ['a node that there is not', 'agent install n3', 'no node is `n3`'],
    ['a beginning that two nodes share', 'agent install 5f2b1c3d', '`5f2b1c3d` may be any of 2 nodes'],
    ['a relative path', 'agent install n1 --command agent', '--command: `agent` is no absolute path'],
  ])('refuses %s, and names what is allowed', async (_what, line, words) => {
    const nomad = cluster();
    const ran = await sirocco(line, { nomad });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(words);
    expect(nomad.asked.filter(each => each.startsWith('PUT'))).toEqual([]);
  });
});
