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
    ['half a document', 'version: 1\ntarget: {job: web}\n', 'SIR-103', 'the steps are missing'],
    [
      'half of one in JSON',
      '{"target": {"job": "web"}, "method": [{"fault": "alloc-kill"}]}',
      'SIR-103',
      'needs a time',
    ],
    ['flat keys in YAML', 'fault: alloc-kill\n', 'SIR-101', 'unknown key'],
    ['a list', '[1]', 'SIR-100', 'no object'],
    ['nothing', ' \n', 'SIR-100', 'empty'],
    ['broken JSON', '{"fault": ', 'SIR-100', 'is missing'],
    ['a number', '{"fault": "alloc-kill", "target_count": 3}', 'SIR-104', 'target_count: `3` is no text'],
  ])('says clearly that a file holds %s', async (_, text, code, words) => {
    const ran = await sirocco(['validate', '--output', 'json', file('odd.txt', text)]);
    expect(ran.code).toBe(2);
    const { error } = JSON.parse(ran.err) as { error: { code: string; message: string } };
    expect([error.code, error.message.includes(words)]).toEqual([code, true]);
  });

  const steps = `# a comment
target: {job: web, exclude: [{meta: {tier: gold}}], pick: {percent: 34}}
schedule: {cron: "0 10 * * MON-FRI", timezone: Europe/Paris}
method:
  - {fault: job-scale, with: {count: 2}, duration: 30s}
  - {pause: 90s}
  - parallel: [{fault: alloc-kill}, {fault: alloc-restart}]
`;

  it('prints what several steps mean as a document that means the same', async () => {
    const text = steps.replace(', exclude: [{meta: {tier: gold}}]', ', exclude: [{job: db-*}]');
    const ran = await sirocco(['validate', file('steps.yaml', text)]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatchInlineSnapshot(`
      "OK steps sha256:2e44a2644310a9d6ad3ae4ceeb5f85e41a80d13c3a882ae4c63ebd442024bfe6
      version: 1
      mode: run
      schedule:
        cron: 0 10 * * MON-FRI
        timezone: Europe/Paris
        jitter: 0s
        start_deadline: 5m
        concurrency: forbid
        probability: 1
        suspend: false
      target:
        job: web
        pick:
          percent: 34
          mode: random
        exclude:
          - job: db-*
        if_empty: fail
      method:
        - fault: job-scale
          with:
            count: "2"
          duration: 30s
        - pause: 1m30s
        - parallel:
            - fault: alloc-kill
              with:
                signal: SIGKILL
            - fault: alloc-restart
              with:
                all_tasks: "false"
      recovery:
        within: 5m
      accept_irreversible: false"
    `);
    const first = await hash([file('steps.yaml', text)]);
    const again = await hash([file('again.yml', ran.out.replace(/^OK.*\n/, ''))]);
    expect([again.code, again.spec_hash]).toEqual([0, first.spec_hash]);
    expect(await hash(['-'], JSON.stringify({ Path: 'chaos/schedule/x', Items: { spec: text } }))).toMatchObject({
      spec_hash: first.spec_hash,
      name: 'x',
    });
  });

  it('tells where in a file each problem is', async () => {
    const path = file(
      'bad.yaml',
      steps.replace('job-scale', 'job-scal').replace('{job: web,', '{job: web, jobs: api,'),
    );
    const ran = await sirocco(['validate', path]);
    expect([ran.code, ran.out]).toEqual([2, '']);
    const lines = ran.err.split('\n').filter(line => line.startsWith('error'));
    expect(lines.map(line => line.replace(path, 'bad.yaml').split(';')[0])).toEqual([
      'error bad.yaml:2:20: SIR-101 unknown key `target.jobs`',
      'error bad.yaml:5:13: SIR-105 method[0].fault: no fault is called `job-scal`',
    ]);
    const json = await sirocco(['validate', '--output', 'json', path]);
    expect(JSON.parse(json.err)).toMatchObject({
      error: { key: 'target.jobs', line: 2, column: 20, source: path, did_you_mean: 'target.job' },
    });
  });

  it('reads the experiment that a schedule names, and experiments themselves', async () => {
    const nomad = fakeNomad();
    const experiment = `parameters: {job: {type: string, help: what is hit}, count: {type: int, default: 1, max: 3}}
target: {job: "{{ job }}", pick: {count: "{{ count }}"}}
method: [{fault: alloc-kill}]
`;
    nomad.put('default', 'chaos/experiments/kill-some', { spec: experiment });
    const words = ['experiment=kill-some', 'param_job=web', 'every=1h'];
    const ran = await sirocco(['validate', ...words, 'param_count=2', '--output', 'json'], { nomad });
    expect(ran.json()).toMatchObject({ items: { fault: 'alloc-kill', target_job: 'web', target_count: '2' } });
    const bad = await sirocco(['validate', 'experiment=kill-some', 'param_count=4', 'param_jb=x', 'at=now'], { nomad });
    expect(bad.err).toContain('SIR-103 param_job: experiment kill-some needs it: what is hit');
    expect(bad.err).toContain('SIR-104 param_count: `4` is more than 3');
    const gone = await sirocco(['validate', 'experiment=kil-some', 'at=now'], { nomad });
    expect([gone.code, gone.err.includes('SIR-114')]).toEqual([2, true]);
    for (const input of [
      ['--experiment', file('e.yaml', experiment)],
      ['--var', 'chaos/experiments/kill-some'],
    ]) {
      const own = await sirocco(['validate', ...input], { nomad });
      expect([own.code, own.err]).toEqual([0, '']);
      expect(own.out).toContain('job        string  needed   what is hit');
    }
    const planned = await sirocco(['plan', '--var', 'chaos/experiments/kill-some'], { nomad });
    expect([planned.code, planned.err.includes('SIR-500')]).toEqual([2, true]);
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
