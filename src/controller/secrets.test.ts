import { describe, expect, it } from 'vitest';
import { catalogOf } from '../faults/catalog.ts';
import { faults } from '../faults/index.ts';
import type { ProbeEffect } from '../lifecycle/effects.ts';
import { probes } from '../probes/index.ts';
import type { HttpCall, ProbeAnswer } from '../probes/probe.ts';
import { probesOf } from '../probes/reading.ts';
import { ambiguous, aScene, denied, wideLimits } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const catalog = catalogOf(faults, probesOf(probes));
const path = 'chaos/secrets/shop';
const token = 'S3CRET-ONE';
const up: ProbeAnswer = { kind: 'http', status: 200, latencyMs: 12, body: '', truncated: false };

/** A node kept ineligible for two minutes, while a probe asks with a secret. */
const document = (header = '{{ secret.shop.token }}', expected = '') => `
target: {node: n1}
schedule: {at: now}
steady_state:
  - name: it answers
    during: true
    http: {url: "http://shop.test/", headers: {x-token: "${header}"}}
    ${expected}
method: [{fault: node-ineligible, duration: 2m}]
recovery: {within: 20s}
`;

interface Sent {
  readonly at: number;
  readonly token: string | undefined;
}

function scene(items: Readonly<Record<string, string>> | undefined = { token }) {
  const made = aScene(faults, wideLimits, { catalog });
  const { world, nomad, member } = made;
  const sent: Sent[] = [];
  let answer: (effect: ProbeEffect) => ProbeAnswer = () => up;
  member.probe = effect => {
    sent.push({ at: world.clock.mono, token: (effect.call as HttpCall).headers['x-token'] });
    return answer(effect);
  };
  if (items !== undefined) nomad.put(home, path, items);
  return {
    ...made,
    sent,
    answer: (how: typeof answer) => {
      answer = how;
    },
    begin: (spec = document()) => {
      world.schedule(home, 'it', { spec });
      world.pass(3_000);
    },
    reads: () => member.calls('read-variable').filter(({ call }) => call.path === path).length,
    held: () => [...member.controller.core.secrets.values()].length,
  };
}

/** All that leaves the fold, but for the questions themselves. */
function told({ controller, asked, notes, summary, ended }: Member): string {
  const all = [...notes('state'), ...notes('verdict'), ...notes('trouble'), ...notes('denied'), ...notes('spec')];
  const { specs, runs, finished } = controller.core;
  const kept = [...specs.values(), ...[...runs.values()].map(({ standing }) => standing), ...finished.values()];
  return JSON.stringify([asked.map(({ call }) => call), all, summary(), ended(), kept]);
}

const last = (member: Member) => member.records().at(-1)?.call.items['body'] ?? '';

describe('a secret in a probe', () => {
  it('is put in, read now and then, told nowhere, and forgotten with the run', () => {
    const { world, member, sent, reads, held, begin } = scene();
    begin();
    expect(held()).toBe(1);
    world.pass(160_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(sent.length).toBeGreaterThan(60);
    expect(new Set(sent.map(each => each.token))).toEqual(new Set([token]));
    expect(reads()).toBeGreaterThan(3);
    expect(reads()).toBeLessThan(8);
    expect(held()).toBe(0);
    expect(told(member)).toContain('{{ secret.shop.token }}');
    expect(told(member)).not.toContain(token);
  });

  it('that is changed is in use within half a minute', () => {
    const { world, nomad, sent, begin } = scene();
    begin();
    world.pass(10_000);
    nomad.put(home, path, { token: 'S3CRET-TWO' });
    const changed = world.clock.mono;
    world.pass(40_000);
    const late = sent.filter(each => each.token === token && each.at > changed);
    expect(late.length).toBeGreaterThan(0);
    expect(Math.max(...late.map(({ at }) => at)) - changed).toBeLessThanOrEqual(31_000);
    expect(sent.at(-1)?.token).toBe('S3CRET-TWO');
  });

  it('that is no longer accepted is read again at once, and not with each question', () => {
    const { world, nomad, sent, begin, answer, reads } = scene();
    begin();
    world.pass(10_000);
    nomad.put(home, path, { token: 'S3CRET-TWO' });
    const changed = world.clock.mono;
    answer(({ call }) => ((call as HttpCall).headers['x-token'] === token ? { ...up, status: 401 } : up));
    world.pass(3_000);
    expect(sent.filter(each => each.token === token && each.at > changed).length).toBeLessThanOrEqual(2);
    answer(() => ({ ...up, status: 403 }));
    const before = reads();
    world.pass(30_000);
    expect(reads() - before).toBeLessThanOrEqual(7);
  });

  it('is read anew for each run, in the namespace of its schedule', () => {
    const { world, nomad, member, sent, begin } = scene();
    begin();
    const kill = { fault: 'alloc-kill', target_job: 'web', expect_http: 'http://shop.test/{{ secret.shop.token }}' };
    nomad.put('default', path, { token: 'S3CRET-of-default' });
    const urls: string[] = [];
    member.probe = ({ call }) => {
      if ('url' in call) urls.push(call.url);
      return up;
    };
    world.schedule('default', 'first', { ...kill, at: 'now' });
    world.pass(10_000);
    nomad.put('default', path, { token: 'S3CRET-later' });
    world.schedule('default', 'second', { ...kill, at: 'now' });
    world.pass(10_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }, { verdict: 'passed' }]);
    const asked = [...new Set(urls)].filter(each => each !== 'http://shop.test/');
    expect(asked).toEqual(['http://shop.test/S3CRET-of-default', 'http://shop.test/S3CRET-later']);
    expect(new Set(sent.map(each => each.token))).toEqual(new Set([token]));
  });

  it.each<[string, Readonly<Record<string, string>> | undefined, string]>([
    ['no Variable', undefined, 'there is no Variable chaos/secrets/shop in namespace sirocco'],
    [
      'no such key',
      { tokn: 'S3CRET-ONE', user: 'S3CRET-TWO' },
      'has no key token; did you mean tokn? (its keys: tokn,',
    ],
    ['a value too short to be hidden', { token: '1234' }, 'has fewer than 8 characters'],
    ['a value that can’t be in a header', { token: 'S3CRET-ONE\r\nx: y' }, 'can’t stand in the header x-token'],
  ])('that has %s ends the run before any harm, in words', (_, items, words) => {
    const { world, member, sent, begin } = scene(items);
    if (items === undefined) world.nomad.remove(home, path);
    begin();
    world.pass(5_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'not_steady' }]);
    expect(last(member)).toContain(words);
    expect(sent).toEqual([]);
    expect(told(member)).not.toMatch(/S3CRET|"1234"/);
  });

  it('that is denied names the line of the policy', () => {
    const { world, member, begin } = scene();
    member.fate = ({ call }) => ('path' in call && call.path === path ? denied : undefined);
    begin();
    world.pass(5_000);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'not_steady' }]);
    const message = JSON.parse(last(member)).message;
    expect(message).toContain(
      'it answers: chaos/secrets/shop is denied: in sirocco the policy lacks path "chaos/secrets/*" { capabilities = ["read"] }, see sirocco policy',
    );
    expect(member.notes('denied')).toMatchObject([{ what: `read sirocco:${path}` }]);
  });

  it('that is missing for a while is looked for with each question, and used once it is there', () => {
    const { world, nomad, member, begin } = scene();
    begin();
    world.pass(5_000);
    nomad.remove(home, path);
    world.pass(40_000);
    nomad.put(home, path, { token });
    world.pass(2_500);
    const { samples = {} } = member.open()[0]?.run ?? {};
    expect(samples['during it answers']).toMatchObject({ last: { ok: true } });
    expect(samples['during it answers']?.failures).toBeGreaterThan(5);
    expect(samples['during it answers']?.firstFailure?.text).toContain('there is no Variable');
  });

  it('that can’t be read for a moment is used for a minute all the same', () => {
    const { world, member, sent, begin } = scene();
    begin();
    world.pass(5_000);
    member.fate = ({ call }) => ('path' in call && call.path === path ? ambiguous : undefined);
    world.pass(45_000);
    const failuresOf = () => member.open()[0]?.run.samples?.['during it answers']?.failures;
    expect(failuresOf()).toBe(0);
    const asked = sent.length;
    world.pass(20_000);
    expect(failuresOf()).toBeGreaterThan(2);
    expect(sent.length - asked).toBeLessThan(16);
    expect(member.notes('trouble').filter(({ what }) => what.includes(path))).toHaveLength(1);
  });

  it('that the answer repeats is not told, and changes no verdict', () => {
    const { world, member, begin, answer } = scene({ token: '1234567890' });
    const body = JSON.stringify({ you: 'sent 1234567890', n: 1234567890 });
    answer(() => ({ ...up, body }));
    begin(document('{{ secret.shop.token }}', 'expect: {body: {json: n, value: "> 5"}}'));
    world.pass(10_000);
    const { samples = {} } = member.open()[0]?.run ?? {};
    expect(samples['during it answers']).toMatchObject({ last: { ok: true } });
    expect(JSON.stringify(samples)).not.toMatch(/12345/);
    answer(() => ({ ...up, body: JSON.stringify({ n: 'no 1234567890' }) }));
    world.pass(3_000);
    expect(told(member)).not.toMatch(/1234567890/);
  });

  it('is forgotten when the lock is lost', () => {
    const { world, nomad, member, held, begin } = scene();
    begin();
    expect(held()).toBe(1);
    nomad.breakLock();
    member.fate = ({ call }) => (call.op === 'lock-acquire' ? 'never' : undefined);
    world.pass(4_000);
    expect(held()).toBe(0);
  });
});
