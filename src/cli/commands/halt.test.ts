import { describe, expect, it } from 'vitest';
import { sirocco } from '../cli.fixture.ts';
import { fakeNomad, Status } from '../nomad.fixture.ts';

const path = 'chaos/control/halt';

describe('halt', () => {
  it('halts everything from home, reads it back, and says what happens next', async () => {
    const ran = await sirocco(['halt', '--reason', 'deploy of checkout']);
    expect(ran.code).toBe(0);
    expect(ran.nomad.items('sirocco', path)).toEqual({ reason: 'deploy of checkout', by: 'ana' });
    expect(ran.nomad.asked).toEqual([
      'GET /v1/namespace/sirocco',
      'GET /v1/var/chaos/control/halt',
      'PUT /v1/var/chaos/control/halt?cas=0',
      'GET /v1/var/chaos/control/halt',
    ]);
    expect(ran.out).toMatchInlineSnapshot(`
      "all namespaces: halted until it is lifted (read back)
      The controller undoes what is in force within seconds and starts nothing new; sirocco runs --open shows it.
      Without a controller: sirocco undo --all. Lifted by: sirocco resume"
    `);
  });

  it('halts one namespace only where the flag names it: NOMAD_NAMESPACE narrows nothing', async () => {
    const env = { NOMAD_NAMESPACE: 'default' };
    const all = await sirocco('halt', { env });
    expect([...all.nomad.variables.keys()]).toEqual([`sirocco ${path}`]);
    const one = await sirocco('halt --namespace default --until 30m --by bo', { env });
    expect(one.nomad.items('default', path)).toEqual({ reason: '', by: 'bo', until: '2026-11-24T10:30:00Z' });
    expect(one.out).toContain('sirocco resume --namespace default');
  });

  it('leaves a halt that lasts longer as it is', async () => {
    const nomad = fakeNomad();
    nomad.put('sirocco', path, { reason: 'outage', by: 'bo' });
    const ran = await sirocco('halt --until 1h', { nomad });
    expect(ran.code).toBe(0);
    expect(nomad.items('sirocco', path)).toEqual({ reason: 'outage', by: 'bo' });
    expect(ran.out).toContain('already halted by bo until it is lifted: outage');
    expect((await sirocco('halt --until 1h --output json', { nomad })).json()).toMatchObject({
      changed: false,
      reason: 'outage',
    });
  });

  it('replaces one that ends sooner, on the index that it saw', async () => {
    const nomad = fakeNomad();
    const { ModifyIndex } = nomad.put('sirocco', path, { reason: 'old', until: '2026-11-24T10:10:00Z' });
    await sirocco('halt --reason new', { nomad });
    expect(nomad.items('sirocco', path)).toEqual({ reason: 'new', by: 'ana' });
    expect(nomad.asked).toContain(`PUT /v1/var/chaos/control/halt?cas=${ModifyIndex}`);
  });

  it('looks again when somebody wrote meanwhile', async () => {
    const nomad = fakeNomad();
    let wrote = false;
    nomad.before = ({ method }) => {
      if (method === 'PUT' && !wrote) {
        wrote = true;
        nomad.put('sirocco', path, { reason: 'theirs', until: '2026-11-24T10:05:00Z' });
      }
    };
    expect((await sirocco('halt --reason ours', { nomad })).code).toBe(0);
    expect(nomad.items('sirocco', path)).toMatchObject({ reason: 'ours' });
  });

  it('still halts with a token that may write the halt and not read it', async () => {
    const nomad = fakeNomad();
    const send = nomad.send;
    const blind = {
      ...nomad,
      send: (request: Parameters<typeof send>[0]) => {
        nomad.denied.length = 0;
        if (request.method === 'GET') nomad.denied.push('sirocco');
        return send(request);
      },
    };
    const ran = await sirocco('halt', { nomad: blind });
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('could not be read back');
    expect(nomad.items('sirocco', path)).toEqual({ reason: '', by: 'ana' });
  });

  it.each([
    ['--until 5', 'SIR-104', '5s'],
    ['--until 2020-01-01T00:00:00Z', 'SIR-104', undefined],
    ['--until tomorrow', 'SIR-104', undefined],
    ['--namespace defalt', 'SIR-104', 'default'],
  ])('refuses `halt %s`, and writes nothing', async (flags, code, near) => {
    const nomad = fakeNomad();
    nomad.answers.set('/v1/namespace/defalt', new Status(404, 'Namespace not found'));
    const ran = await sirocco(`halt ${flags} --output json`, { nomad });
    expect(ran.code).toBe(2);
    expect((JSON.parse(ran.err) as { error: object }).error).toMatchObject({
      code,
      ...(near === undefined ? {} : { did_you_mean: near }),
    });
    expect(nomad.variables.size).toBe(0);
  });
});

describe('resume', () => {
  it('lifts the halt, and names those that are left', async () => {
    const nomad = fakeNomad();
    const { ModifyIndex } = nomad.put('sirocco', path, { reason: 'deploy', by: 'ana' });
    nomad.put('default', path, { reason: 'freeze', until: '2026-11-25T00:00:00Z' });
    const ran = await sirocco('resume', { nomad });
    expect(ran.code).toBe(0);
    expect(nomad.asked).toContain(`DELETE /v1/var/chaos/control/halt?cas=${ModifyIndex}`);
    expect(ran.out).toMatchInlineSnapshot(`
      "all namespaces: the halt was lifted, which was by ana until it is lifted: deploy
      Still halted: namespace default, until 2026-11-25T00:00:00Z: freeze. Lifted by: sirocco resume --namespace default"
    `);
    expect(nomad.items('sirocco', path)).toBeUndefined();
    expect(nomad.items('default', path)).toBeDefined();
  });

  it('lifts that of one namespace, and says that home still halts it', async () => {
    const nomad = fakeNomad();
    nomad.put('sirocco', path, { reason: 'deploy' });
    nomad.put('default', path, { reason: 'freeze' });
    const ran = await sirocco('resume --namespace default --output json', { nomad });
    expect(ran.json()).toEqual({
      namespace: 'default',
      path,
      changed: true,
      still_halted: [{ namespace: 'sirocco', reason: 'deploy', by: '', until: '' }],
    });
  });

  it('is content where there is no halt', async () => {
    const ran = await sirocco('resume');
    expect([ran.code, ran.out.split('\n')[0]]).toEqual([0, 'all namespaces: no halt was there']);
  });

  it('does not lift another halt than the one it saw', async () => {
    const nomad = fakeNomad();
    nomad.put('sirocco', path, { reason: 'deploy' });
    nomad.before = ({ method }) => {
      if (method === 'DELETE') nomad.put('sirocco', path, { reason: 'outage' });
    };
    const ran = await sirocco('resume', { nomad });
    expect([ran.code, ran.err.includes('SIR-403')]).toEqual([5, true]);
    expect(nomad.items('sirocco', path)).toEqual({ reason: 'outage' });
  });
});
