import { describe, expect, it } from 'vitest';
import { now, sirocco } from '../cli.fixture.ts';
import { fakeNomad, Status } from '../nomad.fixture.ts';
import { nodeIds, putWeb } from '../nomad-objects.fixture.ts';
import { doneKill, putCordon, putRun } from '../runs.fixture.ts';

const line = 'plan --name web-kill fault=alloc-kill target_job=web every=1h seed=s';

interface Planned {
  readonly goes: boolean;
  readonly gates: readonly { readonly gate: string; readonly ok: boolean; readonly message: string }[];
  readonly notes: readonly string[];
}

function web() {
  const nomad = fakeNomad();
  putWeb(nomad);
  return nomad;
}

const refusals = ({ gates }: Planned) => gates.filter(each => !each.ok).map(each => each.gate);

describe('plan', () => {
  it('shows gates, targets, calls, undo and next runs, writes nothing, and exits 0', async () => {
    const ran = await sirocco(line, { nomad: web() });
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatchInlineSnapshot(`
      "web-kill in namespace default: alloc-kill
      sha256:b827d1838c0a321f318a7e0bfebc678ecb263fff26427413129ce0e1fa8fc3ed

      ANSWER  GATE                   WHY
      ok      blackouts              no blackout is in force
      ok      cluster-name           the limits name no cluster
      ok      halt                   no halt is in force
      ok      irreversible           undo of alloc-kill: by-nomad
      ok      limits-valid           the default limits hold
      ok      max-duration           alloc-kill does not last
      ok      reach                  alloc-kill reaches only its target
      ok      windows                no window is asked for in default
      ok      alone                  no other run is open
      ok      approval               alloc-kill needs no approval
      ok      max-concurrent-runs    0 other runs open, of at most 10 runs
      ok      max-group-percent      within 50 percent of each group
      ok      max-namespace-percent  within 34 percent of the namespace
      ok      max-nodes-percent      no node is disturbed
      ok      max-runs-per-job       at most 1 runs on each job
      ok      min-interval-per-job   no job hit within 1m
      ok      one-at-a-time          alloc-kill has nothing to put back
      ok      comes-back             Nomad brings the target back: by restart, reschedule or replacement.
      ok      exclude-jobs           The limit exclude_jobs does not name the job.
      ok      exclude-nodes          The limit exclude_nodes does not name the node.
      ok      job-meta               The job does not opt out by its meta \`chaos\`; with opt_in it opts in.
      ok      quiet                  The target is healthy, and neither deployed, drained nor stopped at this moment.
      ok      self                   It is not a controller, nor the node of one for faults that reach beyond their target.
      ok      trusted-pool           The namespace is trusted with the fault's reach on the node's pool.

      Targets
        1 chosen of 3 that can be hit; 0 left out; seed s
        chosen: web.app[0] (01111111) on node client-0 (aaaaaaaa)

      Calls
        PUT /v1/client/allocation/01111111-0000-4000-8000-000000000000/signal {"Signal":"SIGKILL","Task":"server"} on allocation 01111111 of web/app task server, sent once

      Undo by hand
        nothing to undo: Nomad starts it again; if it did not, nomad alloc restart -namespace default 01111111-0000-4000-8000-000000000000

      Next runs
        2026-11-24T11:00:00Z
        2026-11-24T12:00:00Z
        2026-11-24T13:00:00Z

      Notes
        the controllers' own job is not known from here: a run leaves its allocations out as well

      A run would inject now: 1 call."
    `);
    expect(ran.nomad.asked.filter(each => !each.startsWith('GET '))).toEqual([]);
  });

  it('shows the times of a cron in its zone too, with its jitter and its probability', async () => {
    const words = ['plan', '--name', 'web-kill', 'fault=alloc-kill', 'target_job=web', 'cron=0 10 * * MON-FRI'];
    const more = ['timezone=Europe/Paris', 'start_jitter=10m', 'probability=0.5'];
    const ran = await sirocco([...words, ...more], { nomad: web() });
    expect(ran.out).toContain(`Next runs, cron 0 10 * * MON-FRI in timezone Europe/Paris
  2026-11-25T09:00:00Z (2026-11-25T10:00:00+01:00)
  2026-11-26T09:00:00Z (2026-11-26T10:00:00+01:00)
  2026-11-27T09:00:00Z (2026-11-27T10:00:00+01:00)
  each up to 10m later, by chance
  each with a probability of 0.5
`);
    expect((await sirocco([...words, ...more, '--output', 'json'], { nomad: web() })).json()).toMatchObject({
      next_runs: ['2026-11-25T09:00:00Z', '2026-11-26T09:00:00Z', '2026-11-27T09:00:00Z'],
      cron: '0 10 * * MON-FRI',
      timezone: 'Europe/Paris',
      start_jitter: '10m',
      probability: 0.5,
    });
  });

  it('tells whether the secrets of its probes are there, and never what they are', async () => {
    const nomad = web();
    const document = `target: {job: web}
schedule: {at: now}
steady_state:
  - name: the shop answers
    http:
      url: "http://shop.test/{{ secret.shop.token }}"
      headers: {authorization: "Bearer {{ secret.other.tokn }}", x-key: "{{ secret.gone.key }}"}
method: [{fault: alloc-kill}]
`;
    nomad.put('default', 'chaos/secrets/shop', { token: 'S3CRET-ONE' });
    nomad.put('default', 'chaos/secrets/other', { token: 'S3CRET-TWO' });
    const ran = await sirocco('plan - --name shop', { nomad, stdin: document });
    expect([ran.code, ran.err]).toEqual([3, '']);
    expect(ran.out).toContain(`Secrets
  secret.shop.token: there, token in chaos/secrets/shop
  secret.other.tokn: MISSING: chaos/secrets/other has no key tokn; did you mean token? (its keys: token)
  secret.gone.key: MISSING: there is no Variable chaos/secrets/gone in namespace default
`);
    expect(ran.out).toContain('A run would not inject now: secret missing.');
    nomad.denied.push('default chaos/secrets/');
    const json = await sirocco('plan - --output json', { nomad, stdin: document });
    expect(json.json()).toMatchObject({
      goes: true,
      secrets: [
        { name: 'shop', key: 'token', path: 'chaos/secrets/shop', state: 'unknown' },
        { key: 'tokn', state: 'unknown', why: expect.stringContaining('this token may not read chaos/secrets/other') },
        { state: 'unknown' },
      ],
    });
    expect(`${ran.out}${json.out}`).not.toMatch(/S3CRET/);
  });

  it('plans each step of a document, with its own targets', async () => {
    const nomad = web();
    nomad.put('sirocco', 'chaos/control/limits', { max_group_percent: '100', max_namespace_percent: '100' });
    const document = `target: {job: web}
schedule: {at: now}
method:
  - {fault: job-scale, with: {count: 2}, duration: 2s}
  - {pause: 1s}
  - parallel: [{fault: alloc-kill}, {fault: alloc-restart}]
`;
    const ran = await sirocco('plan - --name steps', { nomad, stdin: document });
    expect([ran.code, ran.err]).toEqual([0, '']);
    const titles = ran.out.split('\n').filter(each => each.startsWith('Targets'));
    expect(titles).toEqual([
      'Targets of step 1, job-scale',
      'Targets of step 2, alloc-kill, together with 3, after a pause of 1s',
      'Targets of step 3, alloc-restart, together with 2, after a pause of 1s',
    ]);
    const json = await sirocco('plan - --output json', { nomad, stdin: document });
    expect(json.json()).toMatchObject({
      goes: true,
      steps: [
        { fault: 'job-scale', targets: [{ kind: 'group' }] },
        { fault: 'alloc-kill', targets: [{ kind: 'allocation' }] },
        { fault: 'alloc-restart', targets: [{ kind: 'allocation' }] },
      ],
    });
  });

  it('exits 3 with every gate that refuses', async () => {
    const nomad = web();
    nomad.put('sirocco', 'chaos/control/halt', { reason: 'deploy' });
    const ran = await sirocco(`${line} target_count=3 --output json`, { nomad });
    expect(ran.code).toBe(3);
    const planned = ran.json() as Planned;
    expect(planned.goes).toBe(false);
    expect(refusals(planned)).toEqual(['halt', 'max-group-percent', 'max-namespace-percent']);
  });

  it('counts what open runs hold and when a job was hit last', async () => {
    const nomad = web();
    putRun(nomad, 'done', { intents: [doneKill()], injectedAt: now - 30_000, verdict: 'passed' });
    expect(refusals((await sirocco(`${line} --output json`, { nomad })).json() as Planned)).toEqual([
      'min-interval-per-job',
    ]);
    putRun(nomad, 'injecting', { intents: [doneKill()], injectedAt: now - 600_000 });
    const held = (await sirocco(`${line} --output json`, { nomad })).json() as Planned;
    expect(refusals(held)).toContain('max-runs-per-job');
  });

  it('plans a fault on nodes', async () => {
    const nomad = web();
    const ran = await sirocco(
      'plan --namespace sirocco fault=node-ineligible target_node=client-1 at=now --output json',
      { nomad },
    );
    expect(ran.json()).toMatchObject({
      goes: true,
      targets: [{ kind: 'node', id: nodeIds[1], name: 'client-1' }],
      calls: [{ method: 'POST', path: `/v1/node/${nodeIds[1]}/eligibility`, body: { Eligibility: 'ineligible' } }],
      by_hand: [`nomad node eligibility -enable ${nodeIds[1]}`],
    });
  });

  it('exits 3 where nothing matches, and says what was asked for', async () => {
    const nomad = web();
    const path = '/v1/job/nope';
    nomad.answers.set(path, new Status(404, 'job not found'));
    nomad.answers.set(`${path}/allocations`, []);
    nomad.answers.set(`${path}/deployments`, []);
    const ran = await sirocco('plan fault=alloc-kill target_job=nope every=1h', { nomad });
    expect(ran.code).toBe(3);
    expect(ran.out).toContain('no job of namespace default matches target_job=nope');
    expect(ran.out).toMatch(/A run would not inject now: no target\.$/);
  });

  it('takes what its token may not read as a controller would: unknown, and refused', async () => {
    const nomad = web();
    nomad.denied.push('sirocco ');
    const ran = await sirocco(`${line} --output json`, { nomad });
    expect(ran.code).toBe(3);
    const planned = ran.json() as Planned;
    expect(refusals(planned)).toEqual(['halt', 'limits-valid']);
    expect(planned.notes.filter(each => each.includes('may not read'))).toHaveLength(3);
  });

  it('exits 8 where the targets themselves may not be read', async () => {
    const nomad = web();
    nomad.denied.push('/v1/job/web');
    expect((await sirocco(line, { nomad })).code).toBe(8);
  });

  it('names records that it can not read', async () => {
    const nomad = web();
    putCordon(nomad, 'done');
    nomad.put('sirocco', 'chaos/runs/default_x_20261124T080000Z', { v: '9', state: 'holding', undo: '' });
    const { notes } = (await sirocco(`${line} --output json`, { nomad })).json() as Planned;
    expect(notes.some(each => each.startsWith("run default_x_20261124T080000Z can't be read"))).toBe(true);
  });

  it('refuses an invalid spec before it asks Nomad anything', async () => {
    const ran = await sirocco('plan fault=alloc-kill target_job=web');
    expect([ran.code, ran.nomad.asked]).toEqual([2, []]);
  });
});
