import { describe, expect, it } from 'vitest';
import { now, sirocco } from '../cli.fixture.ts';
import { healthy } from '../doctor.fixture.ts';
import { type FakeNomad, Status } from '../nomad.fixture.ts';
import { nodeIds, node as nodeStub } from '../nomad-objects.fixture.ts';
import { cordon, putCordon } from '../runs.fixture.ts';

interface Remnant {
  readonly what: string;
  readonly where: string;
  readonly run?: string;
  readonly since?: string;
  readonly why: string;
  readonly by_hand: string;
}

interface Report {
  readonly residue: readonly Remnant[];
  readonly in_force: readonly Remnant[];
  readonly not_looked_at: readonly { readonly what: string }[];
}

async function residue(nomad: FakeNomad) {
  const ran = await sirocco('doctor --residue --output json', { nomad });
  return { code: ran.code, err: ran.err, ...(ran.json() as Report) };
}

const run = 'sirocco_cordon_20261124T095000Z';

/** Nothing is paused, tagged, scaled or drained there. */
function clean(): FakeNomad {
  const nomad = healthy();
  nomad.answers.set('/v1/deployments', []);
  return nomad;
}

/** A controller takes the lock. */
async function led(nomad: FakeNomad): Promise<void> {
  const query = { 'lock-acquire': '' };
  const path = '/v1/var/chaos/control/leader';
  const body = { Items: { holder: 'ctl-1' }, Lock: { TTL: '10s' } };
  await nomad.send({ method: 'PUT', path, namespace: 'sirocco', query, body, kind: 'lock_acquire' });
}

function drained(nomad: FakeNomad): void {
  const LastDrain = { Status: 'draining', StartedAt: '2026-11-24T09:50:05Z', Meta: { sirocco_run: run } };
  const [first, second] = nodeIds.map(nodeStub);
  nomad.answers.set('/v1/nodes', [{ ...first, Drain: true, SchedulingEligibility: 'ineligible', LastDrain }, second]);
}

describe('doctor --residue', () => {
  it('finds nothing where nothing is left, writes nothing, and exits 0', async () => {
    const nomad = clean();
    const before = [...nomad.variables.values()];
    const { code, residue: left, in_force, not_looked_at } = await residue(nomad);
    expect([code, left, in_force, not_looked_at]).toEqual([0, [], [], []]);
    expect([...nomad.variables.values()]).toEqual(before);
    expect((await sirocco('doctor --residue', { nomad })).out).toBe('nothing is left of any run');
  });

  it('tells apart what an open run of a living controller holds', async () => {
    const nomad = clean();
    putCordon(nomad);
    await led(nomad);
    const found = await residue(nomad);
    expect([found.code, found.residue]).toEqual([0, []]);
    expect(found.in_force).toEqual([
      {
        what: 'node-ineligible',
        where: 'node client-0 (aaaaaaaa)',
        run,
        since: '2026-11-24T09:50:05Z',
        why: 'its run is holding, until 2026-11-24T10:50:00Z',
        by_hand: `nomad node eligibility -enable ${nodeIds[0]}`,
      },
    ]);
  });

  it.each<[string, (nomad: FakeNomad) => unknown, boolean, string]>([
    [
      'an open run that nobody leads',
      nomad => putCordon(nomad),
      false,
      'its run is open (holding), and no controller leads',
    ],
    [
      'a stuck one, though a controller leads',
      nomad => putCordon(nomad, 'reverting', { stuck: { since: now, reason: 'the node is gone' } }),
      true,
      'its run is stuck: the node is gone',
    ],
    [
      'one that is over and owes its undo',
      nomad => putCordon(nomad, 'done', { doneAt: now }),
      true,
      'its run is over, and its undo was not confirmed',
    ],
  ])('finds %s, and exits 6', async (_, put, leads, why) => {
    const nomad = clean();
    put(nomad);
    if (leads) await led(nomad);
    const found = await residue(nomad);
    expect([found.code, found.in_force]).toEqual([6, []]);
    expect(found.residue).toMatchObject([{ what: 'node-ineligible', run, why }]);
    const { out } = await sirocco('doctor --residue', { nomad });
    expect(out).toContain(`Undo by hand, in this order\n  nomad node eligibility -enable ${nodeIds[0]}`);
  });

  it('tells of a node once, which an earlier run had out too, and had just put back', async () => {
    const nomad = clean();
    const over = { doneAt: now - 20_000, injectedAt: now - 40_000, intents: [cordon({ undoState: 'undone' })] };
    for (const n of [1, 2])
      putCordon(nomad, 'done', { id: `sirocco_cordon_2026112${n}T095000Z`, claimedAt: now - 60_000 + n, ...over });
    const [first, second] = nodeIds.map(nodeStub);
    const out = { ...first, SchedulingEligibility: 'ineligible' };
    nomad.answers.set('/v1/nodes', [out, second]);
    const Events = [{ Message: 'Node marked as ineligible for scheduling', Timestamp: '2026-11-24T10:00:00Z' }];
    nomad.answers.set(`/v1/node/${nodeIds[0]}`, { ...out, Events });
    expect(await residue(nomad)).toMatchObject({ code: 6, residue: [{ run: 'sirocco_cordon_20261122T095000Z' }] });
    putCordon(nomad);
    expect((await residue(nomad)).residue.map(each => each.run)).toEqual([run]);
    await led(nomad);
    expect(await residue(nomad)).toMatchObject({ code: 0, residue: [], in_force: [{ run }] });
  });

  it('undoes by hand in the reverse order of doing', async () => {
    const nomad = clean();
    const other = { kind: 'node', node: nodeIds[1], name: 'client-1' } as const;
    putCordon(nomad, 'holding', { intents: [cordon(), cordon({ n: 1, target: other })] });
    const { residue: left } = await residue(nomad);
    expect(left.map(({ where }) => where)).toEqual(['node client-1 (bbbbbbbb)', 'node client-0 (aaaaaaaa)']);
  });

  it('undoes a record of a newer release from its lines, which its own controller does where one leads', async () => {
    const nomad = clean();
    const line = {
      i: 0,
      fault: 'node-ineligible',
      target: nodeIds[0],
      op: 'node-eligibility',
      args: { eligible: true },
    };
    const undo = JSON.stringify({ ...line, state: 'pending' });
    nomad.put('sirocco', `chaos/runs/${run}`, { v: '9', state: 'holding', undo });
    const by_hand = `nomad node eligibility -enable ${nodeIds[0]}`;
    expect(await residue(nomad)).toMatchObject({ code: 6, residue: [{ what: 'node-ineligible', run, by_hand }] });
    await led(nomad);
    expect(await residue(nomad)).toMatchObject({ code: 0, residue: [], in_force: [{ by_hand }] });
  });

  it('finds a damaged record, whoever leads', async () => {
    const nomad = clean();
    nomad.put('sirocco', `chaos/runs/${run}`, { v: '1', state: 'holding', undo: '{', body: '' });
    await led(nomad);
    const found = await residue(nomad);
    const by_hand = `nomad var get -namespace sirocco chaos/runs/${run}`;
    expect(found).toMatchObject({ code: 6, residue: [{ what: 'run record', run, by_hand }] });
  });

  it('finds a mark whose run has no record, and asks twice', async () => {
    const nomad = clean();
    drained(nomad);
    await led(nomad);
    const found = await residue(nomad);
    expect(found).toMatchObject({
      code: 6,
      residue: [
        {
          what: 'node-drain',
          run,
          since: '2026-11-24T09:50:05Z',
          why: expect.stringContaining('its run has no record'),
        },
      ],
    });
    expect(nomad.asked.filter(each => each.startsWith('GET /v1/nodes'))).toHaveLength(2);
  });

  it('takes nothing for residue that a run put back between two reads', async () => {
    const nomad = clean();
    drained(nomad);
    await led(nomad);
    const seen = nomad.answers.get('/v1/nodes');
    let looks = 0;
    nomad.before = request => {
      if (request.path !== '/v1/nodes') return;
      looks += 1;
      nomad.answers.set('/v1/nodes', looks === 1 ? seen : nodeIds.map(nodeStub));
    };
    expect(await residue(nomad)).toMatchObject({ code: 0, residue: [] });
    expect(looks).toBe(2);
  });

  it('finds a scheduler that nobody’s run pauses, and a job of the agent whose run is over', async () => {
    const nomad = clean();
    const configuration = { SchedulerConfig: { PauseEvalBroker: true, ModifyIndex: 5 } };
    nomad.answers.set('GET /v1/operator/scheduler/configuration', configuration);
    nomad.answers.set('/v1/jobs', [
      {
        ID: 'sirocco-agent-n1/dispatch-1',
        ParentID: 'sirocco-agent-n1',
        Status: 'running',
        Meta: { sirocco_run: 'gone' },
      },
    ]);
    const { residue: left } = await residue(nomad);
    expect(left.map(each => [each.what, each.by_hand])).toEqual([
      ['scheduler-pause', 'nomad operator scheduler set-config -pause-eval-broker=false'],
      ['agent job', 'nomad job stop -namespace sirocco sirocco-agent-n1/dispatch-1'],
      ['agent job', 'nomad job stop -namespace default sirocco-agent-n1/dispatch-1'],
    ]);
  });

  it.each([
    ['/v1/nodes', 'nodes'],
    ['/v1/jobs', 'jobs of namespace sirocco'],
    ['GET /v1/operator/scheduler/configuration', 'scheduler'],
    ['/v1/deployments', 'deployments of namespace sirocco'],
    ['sirocco chaos/runs/', 'run records'],
    ['sirocco chaos/control/leader', 'lock'],
  ])('exits 8 and says so where %s is denied', async (path, what) => {
    const nomad = clean();
    nomad.denied.push(path);
    const found = await residue(nomad);
    expect([found.code, found.residue]).toEqual([8, []]);
    expect(found.not_looked_at.map(each => each.what)).toContain(what);
    expect((await sirocco('doctor --residue', { nomad })).out).toContain(`Not looked at\n  ${what}: `);
  });

  it('calls no mark residue where records can not be read', async () => {
    const nomad = clean();
    drained(nomad);
    nomad.denied.push('sirocco chaos/runs/');
    expect(await residue(nomad)).toMatchObject({ code: 8, residue: [], in_force: [{ what: 'node-drain' }] });
  });

  it('exits 7 where Nomad can not be reached', async () => {
    const nomad = clean();
    nomad.answers.set('/v1/nodes', new Status(500, 'No cluster leader'));
    const ran = await sirocco('doctor --residue', { nomad });
    expect(ran.code).toBe(7);
  });
});
