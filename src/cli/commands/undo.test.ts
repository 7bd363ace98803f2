import { describe, expect, it } from 'vitest';
import { now, sirocco } from '../cli.fixture.ts';
import { type FakeNomad, fakeNomad } from '../nomad.fixture.ts';
import { node, nodeIds, putWeb } from '../nomad-objects.fixture.ts';
import { cordon, doneKill, putCordon, putRun } from '../runs.fixture.ts';

const id = 'sirocco_cordon_20261124T095000Z';
const record = `chaos/runs/${id}`;
const [nodeId] = nodeIds;

/** A cluster whose node really changes its eligibility. */
function cluster(): FakeNomad {
  const nomad = fakeNomad();
  const show = (on: boolean) =>
    nomad.answers.set(`/v1/node/${nodeId}`, {
      ...node(nodeId, 0),
      SchedulingEligibility: on ? 'eligible' : 'ineligible',
      ModifyIndex: nomad.nextIndex(),
    });
  show(false);
  nomad.answers.set(`/v1/node/${nodeId}/eligibility`, {});
  nomad.before = ({ method, path, body }) => {
    if (method !== 'POST' || path !== `/v1/node/${nodeId}/eligibility`) return;
    show((body as { Eligibility: string }).Eligibility === 'eligible');
  };
  return nomad;
}

describe('undo', () => {
  it('takes the lock, undoes a run, proves it, and gives the lock back', async () => {
    const nomad = cluster();
    putCordon(nomad);
    const ran = await sirocco(`undo ${id}`, { nomad });
    expect([ran.code, ran.out]).toMatchInlineSnapshot(`
      [
        0,
        "sirocco_cordon_20261124T095000Z: undone
        node client-0 (aaaaaaaa): undone",
      ]
    `);
    expect(ran.err.split('\n')[0]).toContain('took the lock');
    expect(nomad.items('sirocco', record)).toMatchObject({ state: 'done' });
    expect(nomad.asked).toContain(`POST /v1/node/${nodeId}/eligibility`);
    expect(nomad.asked.filter(each => each.includes('?lock-'))).toEqual(
      expect.arrayContaining([
        'PUT /v1/var/chaos/control/leader?lock-acquire=',
        'PUT /v1/var/chaos/control/leader?lock-release=',
      ]),
    );
  });

  it('tells what somebody else changed meanwhile as superseded', async () => {
    const nomad = cluster();
    nomad.answers.set(`/v1/node/${nodeId}`, {
      ...node(nodeId, 0),
      SchedulingEligibility: 'ineligible',
      Drain: true,
      ModifyIndex: 20,
    });
    putCordon(nomad);
    const ran = await sirocco('undo --all --output json', { nomad });
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({
      end: 'done',
      runs: [{ run: id, done: true, targets: [{ undo: 'superseded' }] }],
    });
  });

  it('exits 6 with the line by hand where what was harmed can not be seen', async () => {
    const nomad = cluster();
    nomad.answers.delete(`/v1/node/${nodeId}`);
    putCordon(nomad);
    const ran = await sirocco('undo --all', { nomad });
    expect(ran.code).toBe(6);
    expect(ran.out).toMatchInlineSnapshot(`
      "sirocco_cordon_20261124T095000Z: NOT UNDONE
        node client-0 (aaaaaaaa): unreachable: the node can't be seen: it is gone, or may not be read; if it is gone for good: sirocco undo sirocco_cordon_20261124T095000Z --gone
        by hand: nomad node eligibility -enable aaaaaaaa-0000-4000-8000-000000000001"
    `);
    expect(nomad.asked.at(-1)).not.toContain('lock-acquire');
    expect(nomad.asked).toContain('PUT /v1/var/chaos/control/leader?lock-release=');
  });

  it('gives up what is gone for good, and says so', async () => {
    const nomad = cluster();
    nomad.answers.delete(`/v1/node/${nodeId}`);
    putCordon(nomad);
    const ran = await sirocco(`undo ${id} --gone --reason scaled-in`, { nomad });
    expect([ran.code, ran.out]).toMatchInlineSnapshot(`
      [
        0,
        "sirocco_cordon_20261124T095000Z: given up
        node client-0 (aaaaaaaa): given-up: given up by sirocco undo --gone: ana: scaled-in",
      ]
    `);
    expect(nomad.items('sirocco', record)).toMatchObject({ state: 'done' });
  });

  it('asks the controller that acts to give up what is gone', async () => {
    const nomad = cluster();
    putCordon(nomad);
    await nomad.send({
      method: 'PUT',
      path: '/v1/var/chaos/control/leader',
      namespace: 'sirocco',
      query: { 'lock-acquire': '' },
      body: { Items: { holder: 'ctl-1' }, Lock: { TTL: '10s' } },
      kind: 'lock_acquire',
    });
    nomad.before = ({ method, path }) => {
      const request = /^\/v1\/var\/chaos\/status\/requests\/(.*)$/.exec(path)?.[1];
      if (method === 'GET' && request !== undefined)
        nomad.put('sirocco', `chaos/status/requests/${request}`, { state: 'done', run: id, message: 'it is given up' });
    };
    const ran = await sirocco(`undo ${id} --gone`, { nomad });
    expect([ran.code, ran.out]).toEqual([0, `${id}: it is given up`]);
    const [request] = [...nomad.variables.values()].filter(each => each.Path.startsWith('chaos/requests/'));
    expect(request).toMatchObject({
      Namespace: 'sirocco',
      Items: { action: 'give-up', run: id, reason: 'ana: it is gone for good' },
    });
  });

  it('says that another controller keeps the lock, and touches nothing', async () => {
    const nomad = cluster();
    putCordon(nomad);
    await nomad.send({
      method: 'PUT',
      path: '/v1/var/chaos/control/leader',
      namespace: 'sirocco',
      query: { 'lock-acquire': '' },
      body: { Items: { holder: 'ctl-1' }, Lock: { TTL: '10s' } },
      kind: 'lock_acquire',
      accept: [409],
    });
    const ran = await sirocco(`undo ${id} --output json`, { nomad });
    expect([ran.code, ran.out]).toEqual([3, '']);
    const lines = ran.err.split('\n');
    expect(lines[0]).toContain('waiting for the lock for 5 s, held by ctl-1');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ error: { code: 'SIR-404' } });
    expect(nomad.asked.filter(each => each.startsWith('POST'))).toEqual([]);
  });

  it('says that the lock was lost on the way, and claims nothing as done', async () => {
    const nomad = cluster();
    nomad.answers.delete(`/v1/node/${nodeId}`);
    putCordon(nomad);
    const { send } = nomad;
    nomad.send = request =>
      request.query?.['lock-renew'] === undefined
        ? send(request)
        : Promise.resolve({ kind: 'refused', reason: 'conflict', status: 409, message: 'held by another' });
    const ran = await sirocco('undo --all --output json', { nomad });
    expect([ran.code, ran.json()]).toMatchObject([6, { end: 'lost', runs: [{ run: id, done: false }] }]);
    expect(ran.err).toContain('the lock was lost on the way');
  });

  it('leaves alone what it was not asked for', async () => {
    const nomad = cluster();
    putCordon(nomad);
    const other = putCordon(nomad, 'holding', { id: 'sirocco_other_20261124T095000Z', schedule: 'other' });
    const ran = await sirocco(`undo ${id}`, { nomad });
    expect(nomad.items('sirocco', `chaos/runs/${other.id}`)).toMatchObject({ state: 'holding' });
    expect(ran.out).not.toContain(other.id);
    expect(ran.err).toContain(
      `${other.id} is still in force, until 2026-11-24T10:50:00Z: a controller undoes it when its time is over, sirocco undo ${other.id} at once`,
    );
  });

  it('gives the lock back and exits 130 when it is interrupted', async () => {
    const nomad = cluster();
    nomad.answers.delete(`/v1/node/${nodeId}`);
    putCordon(nomad);
    const listeners: (() => void)[] = [];
    const before = nomad.before;
    nomad.before = request => {
      before(request);
      if (request.path === `/v1/node/${nodeId}`) for (const listener of listeners) listener();
    };
    const ran = await sirocco('undo --all', {
      nomad,
      onSignal: (signal, fn) => signal === 'SIGINT' && listeners.push(fn),
    });
    expect(ran.code).toBe(130);
    expect(nomad.asked).toContain('PUT /v1/var/chaos/control/leader?lock-release=');
  });

  it('takes no lock where nothing is open, and shows what a run that is over left', async () => {
    const nomad = fakeNomad();
    putWeb(nomad);
    putRun(nomad, 'done', { intents: [doneKill()], injectedAt: now - 1, verdict: 'passed' });
    putCordon(nomad, 'done', { intents: [cordon({ undoState: 'undone' })], verdict: 'passed' });
    expect(await sirocco('undo --all', { nomad })).toMatchObject({ code: 0, out: 'nothing to undo: no run is open' });
    expect((await sirocco(`undo ${id}`, { nomad })).out).toContain(`${id}: undone`);
    expect(nomad.asked.filter(each => !each.startsWith('GET'))).toEqual([]);
  });

  it('says so when the lock may not be taken', async () => {
    const nomad = cluster();
    putCordon(nomad);
    nomad.denied.push('sirocco chaos/control/leader');
    const ran = await sirocco('undo --all --output json', { nomad });
    expect(ran.code).toBe(8);
    expect(ran.err).toContain('the lock may not be taken');
  });

  it.each([
    ['', 'SIR-500'],
    ['a --all', 'SIR-500'],
    ['--all --gone', 'SIR-500'],
    ['a --reason b', 'SIR-500'],
    ['nope', 'SIR-303'],
    ['--all --timeout soon', 'SIR-104'],
  ])('refuses `undo %s`', async (words, code) => {
    const ran = await sirocco(`undo ${words} --output json`);
    expect([ran.code, (JSON.parse(ran.err) as { error: { code: string } }).error.code]).toEqual([2, code]);
  });
});
