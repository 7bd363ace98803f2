import { describe, expect, it } from 'vitest';
import { sirocco } from '../cli.fixture.ts';
import { fakeNomad } from '../nomad.fixture.ts';

function someSchedules() {
  const nomad = fakeNomad();
  nomad.put('sirocco', 'chaos/control/leader', { holder: 'ctl-1' });
  nomad.put('default', 'chaos/schedule/_', { v: '1' });
  for (const name of ['web-kill', 'bad', 'fresh', 'edited']) nomad.put('default', `chaos/schedule/${name}`, {});
  const { ModifyIndex } = nomad.put('default', 'chaos/schedule/web-kill', {});
  const index = String(ModifyIndex);
  nomad.put('default', 'chaos/status/web-kill', {
    state: 'accepted',
    observed_index: index,
    next_run: '2026-11-24T11:00:00Z',
    last_verdict: 'passed',
    last_recovery: '1.8s',
    last_run: 'default_web-kill_20261124T090000Z',
    updated_at: '2026-11-24T09:00:10Z',
  });
  nomad.put('default', 'chaos/status/bad', {
    state: 'rejected',
    observed_index: index,
    error: 'fault: no fault is called `kill`',
    error_code: 'SIR-105',
    error_key: 'fault',
    did_you_mean: 'alloc-kill',
  });
  nomad.put('default', 'chaos/status/gone', { state: 'done', observed_index: index, missed: '2' });
  nomad.put('default', 'chaos/status/edited', { state: 'suspended', observed_index: '1' });
  nomad.put('default', 'chaos/status/requests/abc', { state: 'done' });
  return nomad;
}

describe('status', () => {
  it('shows leader, halts and every schedule, also those without an answer or a spec', async () => {
    const nomad = someSchedules();
    nomad.put('sirocco', 'chaos/control/halt', { reason: 'deploy', by: 'bo', until: '2026-11-24T10:30:00Z' });
    nomad.put('default', 'chaos/control/halt', { reason: 'past', until: '2026-11-24T09:30:00Z' });
    const ran = await sirocco('status', { nomad });
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatchInlineSnapshot(`
      "Leader: ctl-1, since 2026-11-24T09:00:11Z (term 11)
      HALTED everywhere by bo until 2026-11-24T10:30:00Z: deploy
      Halt that is over, in namespace default until 2026-11-24T09:30:00Z: past

      NAMESPACE  NAME      STATE                     NEXT RUN              LAST VERDICT  REASON  RECOVERY  MISSED
      default    bad       rejected                  -                     -             -       -         -
      default    edited    suspended, changed since  -                     -             -       -         -
      default    fresh     unanswered                -                     -             -       -         -
      default    gone      done, deleted             -                     -             -       -         2
      default    web-kill  accepted                  2026-11-24T11:00:00Z  passed        -       1.8s      -

      default/bad: SIR-105 fault: no fault is called \`kill\`"
    `);
  });

  it("prints one in full, in the Variable's own words", async () => {
    const nomad = someSchedules();
    expect((await sirocco('status bad', { nomad })).out).toMatchInlineSnapshot(`
      "name            bad
      namespace       default
      state           rejected
      observed_index  17
      error           fault: no fault is called \`kill\`
      error_code      SIR-105
      error_key       fault
      did_you_mean    alloc-kill"
    `);
    expect((await sirocco('status web-kill --output json', { nomad })).json()).toMatchObject({
      namespace: 'default',
      name: 'web-kill',
      state: 'accepted',
      last_recovery: '1.8s',
    });
    expect((await sirocco('status fresh', { nomad })).out).toContain('no controller has answered it yet');
  });

  it('prints all as one JSON value', async () => {
    const ran = await sirocco('status --namespace default --output json', { nomad: someSchedules() });
    expect(ran.json()).toMatchObject({ leader: { holder: 'ctl-1' }, halts: [] });
    const { schedules } = ran.json() as { schedules: { name: string }[] };
    expect(schedules.map(each => each.name)).toEqual(['bad', 'edited', 'fresh', 'gone', 'web-kill']);
  });

  it('names the nearest schedule where there is none of that name', async () => {
    const ran = await sirocco('status webkil --output json', { nomad: someSchedules() });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'SIR-304', did_you_mean: 'web-kill' } });
  });

  it('says that there is nothing yet', async () => {
    const ran = await sirocco('status');
    expect([ran.code, ran.out]).toMatchInlineSnapshot(`
      [
        0,
        "Leader: none yet: no controller has run in this home

      no schedule is written in these namespaces",
      ]
    `);
  });

  it('says which right is missing instead of showing nothing', async () => {
    const nomad = someSchedules();
    nomad.denied.push('default chaos/status/');
    const ran = await sirocco('status', { nomad });
    expect([ran.code, ran.out]).toEqual([8, '']);
    expect(ran.err).toContain('chaos/status/_: 403');
  });
});
