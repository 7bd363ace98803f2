import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sirocco } from '../cli.fixture.ts';
import { fakeNomad } from '../nomad.fixture.ts';

let folder = '';
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sirocco-validate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const valid = { fault: 'alloc-kill', target_job: 'web', every: '1h' };
const hash = async (words: readonly string[], stdin = '') => {
  const ran = await sirocco(['validate', '--output', 'json', ...words], { stdin });
  return {
    code: ran.code,
    ...(ran.out === '' ? {} : (ran.json() as { name: string; spec_hash: string })),
    err: ran.err,
  };
};

describe('validate', () => {
  it('prints OK and the spec with all its defaults', async () => {
    const ran = await sirocco('validate --name web-kill fault=alloc-kill target_job=web every=90m signal=SIGTERM');
    expect([ran.code, ran.err, ran.nomad.asked]).toEqual([0, '', []]);
    expect(ran.out).toMatchInlineSnapshot(`
      "OK web-kill sha256:cbf433bbc64dee3e1864e954387255c87e031257ca84daa811f9bac5710f91a7
      version              1
      mode                 run
      fault                alloc-kill
      signal               SIGTERM
      target_job           web
      target_count         1
      target_mode          random
      if_empty             fail
      every                1h30m
      start_jitter         0s
      start_deadline       5m
      concurrency          forbid
      probability          1
      suspend              false
      recover_within       5m
      accept_irreversible  false"
    `);
  });

  it.each([
    ['fault=alloc-kill target_job=web at=2026-11-24T12:00:00+01:00 target_percent=34 title=x'],
    ['fault=alloc-restart target_job=web-* at=now target_mode=all all_tasks=true'],
    ['fault=node-ineligible target_node=client-1 every=24h duration=90s seed=s target_spread=datacenter'],
  ])('gives a normal form of `%s` that means the same', async line => {
    const first = (await sirocco(`validate --output json ${line}`)).json() as {
      spec_hash: string;
      items: Record<string, string>;
    };
    const again = await hash(Object.entries(first.items).map(([key, value]) => `${key}=${value}`));
    expect(again.spec_hash).toBe(first.spec_hash);
  });

  it('tells every problem at once, on standard error, and exits 2', async () => {
    const ran = await sirocco('validate fault=alloc-kill target_jb=web every=1 signal=SIGFOO');
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatchInlineSnapshot(`
      "error SIR-101 unknown key \`target_jb\`; found \`web\`; did you mean \`target_job\`?
      error SIR-104 every: \`1\` is not a duration; allowed: a duration such as 200ms, 30s, 5m or 2h, at least 1s; did you mean \`1s\`?
      error SIR-104 signal: \`SIGFOO\` is not a signal that this fault sends; allowed: SIGKILL, SIGTERM, SIGINT, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE; did you mean \`SIGFPE\`?
      hint: sirocco faults NAME lists the parameters of a fault
      hint: the error names what is allowed"
    `);
  });

  it('reads all forms that nomad var put reads alike', async () => {
    const { spec_hash } = await hash(['fault=alloc-kill', 'target_job=web', 'every=1h']);
    const plain = JSON.stringify(valid);
    const variable = JSON.stringify({ Namespace: 'shop', Path: 'chaos/schedule/from-path', Items: valid });
    expect(await hash([file('web-kill.json', plain)])).toMatchObject({ spec_hash, name: 'web-kill' });
    expect(await hash([`@${file('x.nv.json', variable)}`])).toMatchObject({ spec_hash, name: 'from-path' });
    expect(await hash(['-'], plain)).toMatchObject({ spec_hash, name: 'unnamed' });
    expect(await hash(['-', 'every=1h'], JSON.stringify({ ...valid, every: '2h' }))).toMatchObject({ spec_hash });
    expect(await hash(['chaos/schedule/named', 'fault=alloc-kill', 'target_job=web', 'every=1h'])).toMatchObject({
      spec_hash,
      name: 'named',
    });
    expect(await hash(['fault=alloc-kill', `target_job=@${file('job', 'web')}`, 'every=-'], '1h')).toMatchObject({
      spec_hash,
    });
    expect(await hash(['fault=alloc-kill', 'target_job=web', 'every=1h', 'title=\\@here'])).toMatchObject({
      items: { title: '@here' },
    });
  });

  it('reads a Variable that is there, in the namespace given', async () => {
    const nomad = fakeNomad();
    nomad.put('shop', 'chaos/schedule/web-kill', valid);
    const ran = await sirocco('validate --var chaos/schedule/web-kill --namespace shop --output json', { nomad });
    expect(ran.json()).toMatchObject({ ok: true, name: 'web-kill' });
    const none = await sirocco('validate --var chaos/schedule/web-kill', { nomad });
    expect([none.code, none.err.includes('SIR-304')]).toEqual([2, true]);
  });

  it.each([
    ['HCL', 'path = "chaos/schedule/x"\nitems {\n  fault = "alloc-kill"\n}\n', 'SIR-100', 'HCL'],
    ['YAML', 'version: 1\ntarget: {job: web}\n', 'SIR-102', 'YAML'],
    ['a document', '{"target": {"job": "web"}, "method": [{"fault": "alloc-kill"}]}', 'SIR-102', 'a document'],
    ['a list', '[1]', 'SIR-100', 'no object'],
    ['nothing', ' \n', 'SIR-100', 'empty'],
    ['broken JSON', '{"fault": ', 'SIR-100', 'no JSON'],
    ['a number', '{"fault": "alloc-kill", "target_count": 3}', 'SIR-104', 'target_count: `3` is no text'],
  ])('says clearly that a file holds %s', async (_, text, code, words) => {
    const ran = await sirocco(['validate', '--output', 'json', file('odd.txt', text)]);
    expect(ran.code).toBe(2);
    const { error } = JSON.parse(ran.err) as { error: { code: string; message: string } };
    expect([error.code, error.message.includes(words)]).toEqual([code, true]);
  });

  it.each([
    [[], 'SIR-500'],
    [['/nowhere/spec.json'], 'SIR-501'],
    [['fault=alloc-kill', 'target_job'], 'SIR-500'],
    [['--var', 'a', 'b=c'], 'SIR-500'],
  ])('refuses the words %j', async (words, code) => {
    const ran = await sirocco(['validate', '--output', 'json', ...words]);
    expect([ran.code, (JSON.parse(ran.err) as { error: { code: string } }).error.code]).toEqual([2, code]);
  });
});
