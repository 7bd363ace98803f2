import { describe, expect, it } from 'vitest';
import { sirocco } from '../cli.fixture.ts';
import { instanceName } from '../controller/prepare.ts';
import { fakeNomad, Status } from '../nomad.fixture.ts';

/** Runs a controller until it asks for the lock, then tells it to end. */
async function untilItLeads(nomad = fakeNomad(), env: Record<string, string> = {}, words = '') {
  const listeners: (() => void)[] = [];
  const { before } = nomad;
  nomad.before = request => {
    before(request);
    if (request.kind === 'lock_renew') for (const listener of listeners.splice(0)) listener();
  };
  return sirocco(`controller --listen 127.0.0.1:0 ${words}`, {
    nomad,
    env,
    onSignal: (signal, listener) => {
      if (signal === 'SIGTERM') listeners.push(listener);
    },
  });
}

describe('controller', () => {
  it('takes the lock under its name in the namespaces that the token can list, and ends in order with 0', async () => {
    const ran = await untilItLeads(fakeNomad(['default', 'sirocco', 'shop']), { SIROCCO_NAME: 'ctl-1' });
    expect(ran.code).toBe(0);
    expect(ran.nomad.items('sirocco', 'chaos/control/leader')).toEqual({ holder: 'ctl-1' });
    expect(ran.nomad.items('shop', 'chaos/schedule/_')).toEqual({ v: '1' });
    expect(ran.nomad.asked).toContain('PUT /v1/var/chaos/control/leader?lock-release=');
  });

  it('manages only the namespaces that it was given', async () => {
    const ran = await untilItLeads(fakeNomad(['default', 'sirocco', 'shop']), {}, '--namespaces shop');
    expect(ran.nomad.items('shop', 'chaos/schedule/_')).toEqual({ v: '1' });
    expect(ran.nomad.items('default', 'chaos/schedule/_')).toBeUndefined();
    expect(ran.nomad.asked).not.toContain('GET /v1/namespaces');
  });

  it('waits for a Nomad that is away when it starts', async () => {
    const nomad = fakeNomad();
    let refused = 0;
    const send = nomad.send;
    nomad.send = async request => {
      if (request.path !== '/v1/namespaces' || refused >= 30) return send(request);
      refused += 1;
      return { kind: 'refused', status: 0, reason: 'unreachable', message: 'connection refused' };
    };
    expect((await untilItLeads(nomad)).code).toBe(0);
    expect(refused).toBe(30);
  });

  it('finds its own node, and asks for its own job when it is told to end', async () => {
    const nomad = fakeNomad();
    nomad.answers.set('/v1/allocation/0a1b2c3d', { ID: '0a1b2c3d', NodeID: 'n1' });
    nomad.answers.set('/v1/job/sirocco', new Status(404, 'job not found'));
    const env = {
      NOMAD_ALLOC_ID: '0a1b2c3d',
      NOMAD_JOB_ID: 'sirocco',
      NOMAD_JOB_NAME: 'sirocco',
      NOMAD_NAMESPACE: 'sirocco',
    };
    const ran = await untilItLeads(nomad, env);
    expect(ran.code).toBe(0);
    expect(ran.nomad.items('sirocco', 'chaos/control/leader')).toEqual({ holder: 'sirocco-0a1b2c3d' });
    expect(nomad.asked).toContain('GET /v1/job/sirocco');
  });

  it('ends at once with 0 when it is told to before it has begun', async () => {
    const nomad = fakeNomad();
    nomad.denied.push('/v1/namespaces');
    const ran = await sirocco('controller --listen 127.0.0.1:0', {
      nomad,
      onSignal: (signal, listener) => {
        if (signal === 'SIGTERM') listener();
      },
    });
    expect(ran.code).toBe(0);
    expect(nomad.asked.some(each => each.includes('lock-acquire'))).toBe(false);
  });

  it.each([
    [['--listen', 'here'], {}, '--listen'],
    [[], { SIROCCO_LISTEN: 'there' }, 'SIROCCO_LISTEN'],
    [[], { SIROCCO_LOG_LEVEL: 'loud' }, 'SIROCCO_LOG_LEVEL'],
  ])('refuses %j with %j before it asks Nomad anything', async (words, env, key) => {
    const ran = await sirocco(['controller', '--output', 'json', ...words], { env });
    expect([ran.code, ran.nomad.asked]).toEqual([2, []]);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'SIR-500', key } });
  });
});

describe('the name of an instance', () => {
  it.each([
    ['mine', {}, 'mine'],
    [undefined, { NOMAD_ALLOC_ID: '0a1b2c3d-4e5f', NOMAD_JOB_NAME: 'chaos' }, 'chaos-0a1b2c3d'],
    [undefined, {}, 'host-7'],
    ['', {}, 'host-7'],
  ])('is of %j and %j: %s', (given, env, name) => {
    expect(instanceName(given, env, 'host', 7)).toBe(name);
  });
});
