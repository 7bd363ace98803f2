import { describe, expect, it } from 'vitest';
import { summaryText } from '../../lifecycle/history.ts';
import { aRun } from '../../lifecycle/run.fixture.ts';
import { now, sirocco } from '../cli.fixture.ts';
import { fakeNomad } from '../nomad.fixture.ts';
import { doneKill, putCordon, putRun } from '../runs.fixture.ts';

function someRuns() {
  const nomad = fakeNomad();
  putRun(nomad, 'done', {
    intents: [doneKill()],
    injectedAt: now - 595_000,
    doneAt: now - 590_000,
    verdict: 'passed',
    recoveryMs: 1_800,
    excluded: [{ id: '0123456789', name: 'web.app[2]', why: 'not running: pending' }],
  });
  putCordon(nomad, 'reverting', {
    claimedAt: now - 500_000,
    revertingAt: now - 400_000,
    stuck: { since: now - 340_000, reason: "the node can't be seen" },
  });
  nomad.put('sirocco', 'chaos/runs/default_newer_20261124T080000Z', {
    v: '9',
    state: 'holding',
    undo: '{"i":0,"fault":"job-freeze","target":"web","op":"thaw","args":{"n":1},"state":"pending"}\nnonsense',
    body: '{"shape":"unknown"}',
  });
  nomad.put('sirocco', 'chaos/runs/default_torn_20261124T070000Z', {
    v: '1',
    state: 'done',
    body: 'x',
    body_encoding: 'deflate',
  });
  nomad.put('sirocco', 'chaos/runs/_', { v: '1' });
  return nomad;
}

describe('runs', () => {
  it('lists all records, the newest first, also those that it can not read', async () => {
    const ran = await sirocco('runs', { nomad: someRuns() });
    expect(ran.code).toBe(0);
    expect(ran.out).toMatchInlineSnapshot(`
      "RUN                                STATE             VERDICT  REASON         FAULT            TARGETS  STARTED               RECOVERY
      sirocco_cordon_20261124T095000Z    reverting, stuck  -        -              node-ineligible  1        2026-11-24T09:51:40Z  -
      default_web-kill_20261124T100000Z  done              passed   -              alloc-kill       1        2026-11-24T09:50:00Z  1.8s
      default_torn_20261124T070000Z      done              -        can't be read  -                -        2026-11-24T09:00:14Z  -
      default_newer_20261124T080000Z     holding           -        can't be read  -                -        2026-11-24T09:00:13Z  -"
    `);
  });

  it('lists only what is not over, or of one namespace', async () => {
    const ids = async (flags: string) =>
      ((await sirocco(`runs --output json ${flags}`, { nomad: someRuns() })).json() as { id: string }[]).map(
        each => each.id,
      );
    expect(await ids('--open')).toEqual(['sirocco_cordon_20261124T095000Z', 'default_newer_20261124T080000Z']);
    expect(await ids('--namespace sirocco')).toEqual(['sirocco_cordon_20261124T095000Z']);
    expect(await ids('--namespace default --open')).toEqual(['default_newer_20261124T080000Z']);
  });

  it('shows a run that is over', async () => {
    const ran = await sirocco('runs default_web-kill_20261124T100000Z', { nomad: someRuns() });
    expect(ran.out).toMatchInlineSnapshot(`
      "Run       default_web-kill_20261124T100000Z
      State     done
      Verdict   passed
      Schedule  web-kill in namespace default
      Fault     alloc-kill
      Due       2026-11-24T09:50:00Z
      Claimed   2026-11-24T09:50:00Z
      Injected  2026-11-24T09:50:05Z
      Done      2026-11-24T09:50:10Z
      Recovery  1.8s
      Seed      seed
      Spec      sha256:00
      Term      42

      Calls
        0 alloc-signal on allocation 0a6b4e7c of web/app task server: done
            sent 2026-11-24T09:50:05Z, answered 2026-11-24T09:50:05.020Z
            seen: task server was sent SIGKILL and ended (exit code 137)

      Left out
        web.app[2] (01234567): not running: pending"
    `);
  });

  it('shows a stuck run with the line that undoes it by hand', async () => {
    const ran = await sirocco('runs sirocco_cordon_20261124T095000Z', { nomad: someRuns() });
    expect(ran.out).toContain('reverting, stuck');
    expect(ran.out).toContain('Undo by hand\n  nomad node eligibility -enable aaaaaaaa-0000-4000-8000-000000000001');
  });

  it('shows of a record of a newer release what is left to undo', async () => {
    const ran = await sirocco('runs default_newer_20261124T080000Z', { nomad: someRuns() });
    expect(ran.out).toMatchInlineSnapshot(`
      "Run         default_newer_20261124T080000Z
      State       holding
      Version     9
      Unreadable  its version is 9, this release reads 1
      Written     2026-11-24T09:00:13Z

      To undo
        job-freeze on web: thaw {"n":1}: pending"
    `);
  });

  it("prints the Variable's own keys as JSON, with body and undo read", async () => {
    const ran = await sirocco('runs sirocco_cordon_20261124T095000Z --output json', { nomad: someRuns() });
    expect(ran.json()).toMatchObject({
      id: 'sirocco_cordon_20261124T095000Z',
      v: 1,
      term: 42,
      state: 'reverting',
      spec_hash: 'sha256:00',
      seed: 'seed',
      undo: [{ i: 0, fault: 'node-ineligible', op: 'node-eligibility', args: { eligible: true }, state: 'pending' }],
      body: { schedule: 'cordon', stuck: { reason: "the node can't be seen" } },
    });
  });

  it('unpacks a long record', async () => {
    const nomad = fakeNomad();
    const run = putRun(nomad, 'done', {
      intents: Array.from({ length: 60 }, (_, n) => doneKill({ n })),
      verdict: 'passed',
    });
    expect(nomad.items('sirocco', `chaos/runs/${run.id}`)).toHaveProperty('body_encoding');
    const ran = await sirocco(`runs ${run.id}`, { nomad });
    expect(ran.out.match(/alloc-signal/g)).toHaveLength(60);
  });

  it('names the nearest run where there is none of that id', async () => {
    const ran = await sirocco('runs sirocco_cordon --output json', { nomad: someRuns() });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.err)).toMatchObject({
      error: { code: 'SIR-303', did_you_mean: 'sirocco_cordon_20261124T095000Z' },
    });
  });

  it('tells an empty list from a denied one', async () => {
    expect(await sirocco('runs')).toMatchObject({ code: 0, out: 'no run is on record' });
    const nomad = someRuns();
    nomad.denied.push('sirocco chaos/runs/');
    expect(await sirocco('runs', { nomad })).toMatchObject({ code: 8, out: '' });
  });

  it('lets nothing that others wrote reach the terminal as a command', async () => {
    const nomad = fakeNomad();
    const run = putRun(nomad, 'done', { verdict: 'failed', message: 'a\u001b[2Jb\nc' });
    expect((await sirocco(`runs ${run.id}`, { nomad })).out).toContain('Message   a [2Jb c\n');
  });

  it('shows old ones, of which only a summary is kept, with --all, and by their ids', async () => {
    const nomad = someRuns();
    const message = 'it took too long';
    const old = aRun({
      id: 'default_web-kill_20261001T100000Z',
      verdict: 'deviated',
      message,
      doneAt: now - 9e9,
      tick: now - 9e9,
    });
    const twice = aRun({ id: 'default_web-kill_20261124T100000Z' });
    const items = { v: '1', [old.id]: summaryText(old), [twice.id]: summaryText(twice), torn: '{' };
    nomad.put('sirocco', 'chaos/history/202608-1', items);
    const ids = async (flags: string) =>
      ((await sirocco(`runs --output json ${flags}`, { nomad })).json() as { id: string }[]).map(each => each.id);
    const plain = await ids('');
    expect(await ids('--all')).toEqual([...plain, old.id]);
    expect(await ids('--all --open')).toEqual(await ids('--open'));
    expect(await ids('--all --namespace sirocco')).toEqual(await ids('--namespace sirocco'));
    expect((await sirocco('runs --all', { nomad })).out.split('\n').at(-1)).toMatch(
      /^default_web-kill_20261001T100000Z +done +deviated/,
    );
    const shown = await sirocco(`runs ${old.id}`, { nomad });
    expect([shown.code, shown.out]).toEqual([
      0,
      expect.stringMatching(/State +done; its record made room.*\n.*deviated\n(.*\n)*Message +it took too long/),
    ]);
  });
});
