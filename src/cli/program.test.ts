import { describe, expect, it } from 'vitest';
import { sirocco } from './cli.fixture.ts';
import { fakeNomad } from './nomad.fixture.ts';

describe('the command line', () => {
  it('answers a slip of the pen with the nearest word, and exits 2', async () => {
    const ran = await sirocco('valdate fault=alloc-kill');
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatchInlineSnapshot(`
      "error SIR-500 unknown command 'valdate'; did you mean \`validate\`?
      hint: sirocco help COMMAND"
    `);
  });

  it.each([
    ['runs --opn', "unknown option '--opn'", '--open'],
    ['faults --output jsn', "option '--output <format>' argument 'jsn' is invalid", undefined],
    ['faults a b', "too many arguments for 'faults'. Expected 1 argument but got 2: a, b.", undefined],
  ])('refuses `%s` as an error of ours in JSON', async (line, message, near) => {
    const ran = await sirocco(['--output=json', ...line.split(' ')]);
    expect([ran.code, ran.out]).toEqual([2, '']);
    if (line.includes('jsn')) expect(ran.err).toContain(message);
    else
      expect(JSON.parse(ran.err)).toEqual({
        error: {
          code: 'SIR-500',
          message,
          ...(near === undefined ? {} : { did_you_mean: near }),
          hint: 'sirocco help COMMAND',
        },
      });
  });

  it('prints help on standard output and exits 0 where it was asked for, else on standard error and 2', async () => {
    const asked = await sirocco('help runs');
    expect([asked.code, asked.err]).toEqual([0, '']);
    expect(asked.out).toContain('Usage: sirocco runs [options] [id]');
    const none = await sirocco('');
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.err).toContain('Usage: sirocco COMMAND [options]');
  });

  it.each([
    ['--home a/b status', '--home', 'a/b'],
    ['--namespaces a,* status', '--namespaces', '*'],
    ['--prefix /x status', '--prefix', '/x'],
    ['status --namespace a.b', '--namespace', 'a.b'],
  ])('refuses the setting of `%s`, and asks Nomad nothing', async (line, key, found) => {
    const ran = await sirocco(`${line} --output json`);
    expect([ran.code, ran.nomad.asked]).toEqual([2, []]);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'SIR-500', key, found } });
  });

  it('says in one place that Nomad denied, with exit 8', async () => {
    const nomad = fakeNomad();
    nomad.denied.push('sirocco chaos/control/leader');
    const ran = await sirocco('status', { nomad });
    expect([ran.code, ran.out]).toEqual([8, '']);
    expect(ran.err).toMatchInlineSnapshot(`
      "error SIR-401 Nomad: GET /v1/var/chaos/control/leader: 403 Permission denied
      hint: sirocco doctor names the missing right; sirocco policy prints the policy"
    `);
  });

  it('takes settings from the environment, and the command line before it', async () => {
    const env = { SIROCCO_HOME: 'ops', SIROCCO_PREFIX: 'havoc', SIROCCO_NAMESPACES: 'default' };
    const nomad = fakeNomad();
    nomad.put('base', 'havoc/runs/there', { v: '1' });
    nomad.put('ops', 'havoc/runs/elsewhere', { v: '1' });
    const ran = await sirocco('runs --home base --output json', { env, nomad });
    expect(ran.json()).toEqual([{ id: 'there', v: 1 }]);
  });
});
