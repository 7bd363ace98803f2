import { describe, expect, it } from 'vitest';
import { anIntent } from '../../lifecycle/run.fixture.ts';
import { now, sirocco } from '../cli.fixture.ts';
import { type FakeNomad, fakeNomad } from '../nomad.fixture.ts';
import { putRun } from '../runs.fixture.ts';

const id = 'default_web-kill_20261124T100000Z';

/** A controller that holds the lock and answers every request alike. */
function controlled(answer?: Readonly<Record<string, string>>): FakeNomad {
  const nomad = fakeNomad();
  void nomad.send({
    method: 'PUT',
    path: '/v1/var/chaos/control/leader',
    namespace: 'sirocco',
    query: { 'lock-acquire': '' },
    body: { Items: { holder: 'ctl-1' }, Lock: { TTL: '10s' } },
    kind: 'lock_acquire',
  });
  nomad.before = ({ method, path, namespace = '' }) => {
    const request = /^\/v1\/var\/chaos\/status\/requests\/(.*)$/.exec(path)?.[1];
    if (method === 'GET' && request !== undefined && answer !== undefined)
      nomad.put(namespace, `chaos/status/requests/${request}`, answer);
  };
  return nomad;
}

const requests = (nomad: FakeNomad) =>
  [...nomad.variables.values()]
    .filter(each => each.Path.startsWith('chaos/requests/'))
    .map(each => [each.Namespace, each.Items]);

describe('abort', () => {
  it("asks in the run's namespace, and says what became of it", async () => {
    const nomad = controlled({ state: 'done', run: id, message: 'it is undone' });
    const ran = await sirocco(['abort', id, '--reason', 'enough'], { nomad });
    expect([ran.code, ran.out]).toEqual([0, `${id}: it is undone`]);
    expect(requests(nomad)).toEqual([['default', { action: 'abort', run: id, reason: 'enough' }]]);
  });

  it('names undo where no controller acts', async () => {
    const ran = await sirocco(`abort ${id}`);
    expect([ran.code, ran.err]).toMatchObject([3, expect.stringContaining(`sirocco undo ${id}`)]);
  });
});

describe('approve', () => {
  const waiting = { reason: 'approval', message: 'alloc-kill needs an approval', targets: 'abc', since: now - 60_000 };
  const withRun = (nomad: FakeNomad) => putRun(nomad, 'limited', { id, waiting, intents: [anIntent()] });

  it('shows what would be hit, and approves exactly that, in home', async () => {
    const nomad = controlled({ state: 'done', run: id, message: 'it was approved' });
    const run = withRun(nomad);
    const ran = await sirocco(`approve ${id} --yes`, { nomad });
    expect([ran.code, ran.out]).toEqual([0, `${id}: it was approved`]);
    expect(ran.err).toContain('alloc-signal on allocation 0a6b4e7c of web/app task server');
    expect(requests(nomad)).toEqual([
      ['sirocco', { action: 'approve', run: id, spec_hash: run.specHash, targets: 'abc' }],
    ]);
  });

  it('asks nobody in a pipe, and approves nothing', async () => {
    const nomad = controlled();
    withRun(nomad);
    const ran = await sirocco(`approve ${id}`, { nomad, stdin: 'yes\n' });
    expect([ran.code, requests(nomad)]).toEqual([2, []]);
  });

  it('refuses a run that waits for nothing', async () => {
    const nomad = controlled();
    putRun(nomad, 'holding', { id });
    const ran = await sirocco(`approve ${id} --yes --output json`, { nomad });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'SIR-305' } });
  });

  it('is named by runs and status', async () => {
    const nomad = controlled();
    withRun(nomad);
    nomad.put('default', 'chaos/schedule/web-kill', { fault: 'alloc-kill' });
    const said = { state: 'running', reason: 'waiting_for_approval', run: id, message: `sirocco approve ${id}` };
    nomad.put('default', 'chaos/status/web-kill', { ...said, observed_index: '99' });
    expect((await sirocco('runs', { nomad })).out).toContain('limited, waits for an approval');
    expect((await sirocco(`runs ${id}`, { nomad })).out).toContain(`sirocco approve ${id}`);
    expect((await sirocco('status', { nomad })).out).toContain(`default/web-kill: sirocco approve ${id}`);
  });
});
