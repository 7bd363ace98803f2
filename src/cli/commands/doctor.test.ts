import { describe, expect, it } from 'vitest';
import { now, sirocco } from '../cli.fixture.ts';
import { type Finding, findings, healthy, job } from '../doctor.fixture.ts';
import { type FakeNomad, Status } from '../nomad.fixture.ts';
import { putCordon } from '../runs.fixture.ts';

describe('doctor', () => {
  it('finds a healthy controller so, writes nothing, and exits 0', async () => {
    const nomad = healthy();
    const before = [...nomad.variables.values()];
    const ran = await sirocco('doctor', { nomad });
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatchInlineSnapshot(`
      "ok   Nomad: it answers; leader 127.0.0.1:4647
      ok   version: 2.0.6
      ok   token: ctl (client)
      warn clock: Nomad did not say what time it has
      ok   sirocco: read-job: granted
      ok   sirocco: chaos/control/leader: read, list, write
      ok   sirocco: chaos/runs/*: read, list, write, destroy
      ok   sirocco: chaos/history/*: read, list, write, destroy
      ok   sirocco: chaos/control/*: read, list
      ok   sirocco: chaos/control/_: read, list, write
      ok   sirocco: chaos/schedule/*: read, list
      ok   sirocco: chaos/schedule/_: read, list, write
      ok   sirocco: chaos/experiments/*: read, list
      ok   sirocco: chaos/experiments/_: read, list, write
      ok   sirocco: chaos/secrets/*: read
      ok   sirocco: chaos/status/*: read, list, write, destroy
      ok   sirocco: chaos/requests/*: read, list, destroy
      ok   sirocco: chaos/requests/_: read, list, write
      ok   default: read-job: granted
      ok   default: list-jobs: granted
      ok   default: alloc-lifecycle: granted
      ok   default: fail-deployment: granted
      ok   default: pause-deployment: granted
      ok   default: scale-job: granted
      ok   default: register-job: granted
      ok   default: tag-job-version: granted
      ok   default: deregister-job: granted
      ok   default: revert-job: granted
      ok   default: delete-service-registration: granted
      ok   default: chaos/control/*: read, list
      ok   default: chaos/control/_: read, list, write
      ok   default: chaos/schedule/*: read, list
      ok   default: chaos/schedule/_: read, list, write
      ok   default: chaos/experiments/*: read, list
      ok   default: chaos/experiments/_: read, list, write
      ok   default: chaos/secrets/*: read
      ok   default: chaos/status/*: read, list, write, destroy
      ok   default: chaos/requests/*: read, list, destroy
      ok   default: chaos/requests/_: read, list, write
      ok   node write: granted
      ok   operator write: granted
      ok   sirocco: events: the stream opens
      ok   default: events: the stream opens
      ok   node events: the stream opens
      ok   markers: all there
      ok   limits: none are set: the defaults hold
      warn lock: nobody holds it; the last was ctl-1, since 2026-11-24T09:00:11Z (term 11)
           start a controller: nothing runs, and nothing is undone
      ok   halt: none
      ok   runs: none is open"
    `);
    expect([...nomad.variables.values()]).toEqual(before);
  });

  it.each([
    ['sirocco chaos/runs/', 'sirocco: chaos/runs/*', 'missing: read, write, destroy'],
    ['default chaos/status/', 'default: chaos/status/*', 'missing: read, write, destroy'],
    ['/v1/jobs', 'default: list-jobs', 'missing'],
    [`GET ${job}`, 'default: read-job', 'missing'],
    ['/v1/client/allocation/', 'default: alloc-lifecycle', 'missing'],
    [`PUT ${job}/scale`, 'default: scale-job', 'missing'],
    [`PUT ${job}`, 'default: register-job', 'missing'],
    [`DELETE ${job}`, 'default: deregister-job', 'missing'],
    [`PUT ${job}/revert`, 'default: revert-job', 'missing'],
    [`DELETE ${job}/versions/`, 'default: tag-job-version', 'missing'],
    ['DELETE /v1/service/', 'default: delete-service-registration', 'missing'],
    ['PUT /v1/deployment/pause/d', 'default: pause-deployment', 'missing'],
    ['PUT /v1/deployment/fail/d', 'default: fail-deployment', 'missing'],
    ['/v1/node/', 'node write', 'missing'],
    ['PUT /v1/operator/scheduler/', 'operator write', 'missing'],
    ['/v1/operator/scheduler/', 'operator write', 'missing'],
  ])('exits 8 where `%s` is denied', async (denied, what, message) => {
    const nomad = healthy();
    nomad.denied.push(denied);
    const found = await findings(nomad);
    expect(found.code).toBe(8);
    expect(found.all).toContainEqual(
      expect.objectContaining({ level: 'fail', what, message, fix: expect.any(String) }),
    );
  });

  it('knows a denied list by the marker that is not in it', async () => {
    const nomad = healthy();
    const send = nomad.send;
    nomad.send = async request =>
      request.path === '/v1/vars' && request.query?.['prefix'] === 'chaos/schedule/'
        ? { kind: 'ok', response: { status: 200, index: 1, body: [] } }
        : send(request);
    expect((await findings(nomad)).all).toContainEqual(
      expect.objectContaining({ level: 'fail', what: 'default: chaos/schedule/*', message: 'missing: list' }),
    );
  });

  it('knows a stream that is not permitted by its silence', async () => {
    const nomad = healthy();
    nomad.openStream = (_, onSignal) => {
      onSignal({ kind: 'closed', reason: 'silent', message: 'no line within 5 s' });
      return { close: () => {} };
    };
    const found = await findings(nomad);
    expect(found.code).toBe(8);
    const failed = found.all.filter(each => each.level === 'fail').map(each => each.what);
    expect(failed).toEqual(['sirocco: events', 'default: events', 'node events']);
  });

  it('exits 7 where Nomad can not be reached, and looks no further', async () => {
    const nomad = healthy();
    nomad.send = async () => ({ kind: 'refused', status: 0, reason: 'unreachable', message: 'connection refused' });
    const found = await findings(nomad);
    expect([found.code, found.all.length]).toEqual([7, 1]);
  });

  it('exits 6 and names runs that are stuck or can not be read', async () => {
    const nomad = healthy();
    putCordon(nomad, 'reverting', { stuck: { since: now, reason: "the node can't be seen" } });
    nomad.put('sirocco', 'chaos/runs/default_x_20261124T080000Z', { v: '9', state: 'holding', undo: '' });
    const found = await findings(nomad);
    expect(found.code).toBe(6);
    const runs = found.not('ok').filter(({ what }) => what === 'runs');
    expect(runs.map(each => each.message)).toEqual([
      "sirocco_cordon_20261124T095000Z is stuck in reverting: the node can't be seen",
      "default_x_20261124T080000Z can't be read: its version is 9, this release reads 1",
    ]);
  });

  it.each<[string, (nomad: FakeNomad) => void, number, Partial<Finding>]>([
    [
      'bad limits',
      nomad => nomad.put('sirocco', 'chaos/control/limits', { max_grp_percent: '50' }),
      5,
      { level: 'fail', what: 'limits' },
    ],
    [
      'a halt whose end can not be read',
      nomad => nomad.put('default', 'chaos/control/halt', { reason: 'x', until: 'soon' }),
      0,
      { level: 'warn', what: 'halt', fix: 'sirocco resume --namespace default' },
    ],
    [
      'an old Nomad',
      nomad => nomad.answers.set('/v1/agent/self', { config: { Version: { Version: '1.6.3' } } }),
      5,
      { level: 'fail', what: 'version' },
    ],
    ['a token that Nomad does not know', nomad => nomad.denied.push('/v1/acl/'), 8, { level: 'fail', what: 'token' }],
    [
      'ACLs that are off',
      nomad => nomad.answers.set('/v1/acl/token/self', new Status(400, 'ACL support disabled')),
      0,
      { level: 'warn', what: 'token' },
    ],
    [
      'a management token',
      nomad => nomad.answers.set('/v1/acl/token/self', { Name: 'boot', Type: 'management' }),
      0,
      { level: 'warn', what: 'token' },
    ],
    [
      'a marker that is missing',
      nomad => nomad.variables.delete('default chaos/schedule/_'),
      0,
      { level: 'warn', what: 'default: chaos/schedule/_' },
    ],
    [
      'a lock that nobody holds',
      () => undefined,
      0,
      { level: 'warn', what: 'lock', fix: 'start a controller: nothing runs, and nothing is undone' },
    ],
    [
      'no namespace to be seen',
      nomad => nomad.answers.set('/v1/namespaces', []),
      8,
      { level: 'fail', what: 'namespaces' },
    ],
  ])('names %s', async (_, spoil, code, finding) => {
    const nomad = healthy();
    spoil(nomad);
    const found = await findings(nomad);
    expect(found.all).toContainEqual(expect.objectContaining(finding));
    expect(found.code).toBe(code);
  });

  it.each([
    [15, []],
    [16, ['16 namespaces are more than can be watched: some are polled every 2 s']],
  ])('knows that of %d namespaces a controller polls some, or none', async (count, messages) => {
    const nomad = healthy();
    const names = Array.from({ length: count - 1 }, (_, n) => ({ Name: `ns-${n}` }));
    nomad.answers.set('/v1/namespaces', [...names, { Name: 'sirocco' }]);
    const { all } = await findings(nomad);
    expect(all.filter(({ what }) => what === 'watches').map(({ message }) => message)).toEqual(messages);
  });

  it('tells by how much the clocks differ', async () => {
    const nomad = healthy();
    const send = nomad.send;
    nomad.send = async request => {
      const outcome = await send(request);
      return outcome.kind === 'ok' ? { ...outcome, response: { ...outcome.response, date: now + 90_000 } } : outcome;
    };
    const { all } = await findings(nomad);
    expect(all.find(each => each.what === 'clock')?.message).toBe(
      "the clock of this machine is 1m30.5s behind Nomad's",
    );
  });
});
