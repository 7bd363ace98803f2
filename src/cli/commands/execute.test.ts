import { describe, expect, it } from 'vitest';
import { now, sirocco } from '../cli.fixture.ts';
import { type FakeNomad, fakeNomad } from '../nomad.fixture.ts';

/** A controller that holds the lock, and answers each request in its namespace as it is told. */
function answered(answers: readonly Readonly<Record<string, string>>[]): FakeNomad {
  const nomad = fakeNomad();
  void nomad.send({
    method: 'PUT',
    path: '/v1/var/chaos/control/leader',
    namespace: 'sirocco',
    query: { 'lock-acquire': '' },
    body: { Items: { holder: 'ctl-1' }, Lock: { TTL: '10s' } },
    kind: 'lock_acquire',
  });
  const left = [...answers];
  nomad.before = ({ method, path }) => {
    const id = /^\/v1\/var\/chaos\/status\/requests\/(.*)$/.exec(path)?.[1];
    const next = left.length > 1 ? left.shift() : left[0];
    if (method === 'GET' && id !== undefined && next !== undefined)
      nomad.put('default', `chaos/status/requests/${id}`, next);
  };
  return nomad;
}

const run = 'default_web-kill_abcdefghij';
const over = { state: 'done', run };
const requests = (nomad: FakeNomad) =>
  [...nomad.variables.values()].filter(each => each.Path.startsWith('chaos/requests/')).map(each => each.Items);

describe('execute', () => {
  it.each([
    ['passed', 0],
    ['deviated', 1],
    ['refused', 3],
    ['aborted', 4],
    ['failed', 5],
  ])('exits by the verdict: %s is %d', async (verdict, code) => {
    const ran = await sirocco('execute web-kill', { nomad: answered([{ ...over, verdict }]) });
    expect([ran.code, ran.out, ran.err]).toEqual([code, `${run}: ${verdict}`, '']);
  });

  it('asks for a schedule by its name, and waits for the end', async () => {
    const running = { state: 'running', run, phase: 'holding' };
    const nomad = answered([running, running, { ...over, verdict: 'passed', recovery: '1.8s' }]);
    const ran = await sirocco(['execute', 'web-kill', '--reason', 'to see', '--output', 'json'], { nomad });
    expect(requests(nomad)).toEqual([{ action: 'run', schedule: 'web-kill', reason: 'to see' }]);
    expect(ran.json()).toMatchObject({
      run,
      verdict: 'passed',
      recovery: '1.8s',
      request: expect.stringMatching(/^run-/),
    });
  });

  it('makes a document of keys, which needs no time', async () => {
    const nomad = answered([{ ...over, verdict: 'passed' }]);
    const ran = await sirocco('execute fault=alloc-kill target_job=web target_count=2 signal=SIGTERM', { nomad });
    expect(ran.code).toBe(0);
    expect(JSON.parse(requests(nomad)[0]?.['spec'] ?? '')).toEqual({
      schedule: { at: 'now' },
      target: { job: 'web', pick: { count: '2' } },
      method: [{ fault: 'alloc-kill', with: { signal: 'SIGTERM' } }],
    });
  });

  it('tells what is wrong with keys before it writes anything', async () => {
    const nomad = answered([]);
    const ran = await sirocco('execute fault=alloc-kil target_job=web', { nomad });
    expect([ran.code, requests(nomad)]).toEqual([2, []]);
    expect(ran.err).toContain('SIR-105');
  });

  it('exits as the error of a rejected request says, with its words', async () => {
    const nomad = answered([
      {
        state: 'rejected',
        error: 'schedule: no schedule web is written',
        error_code: 'SIR-304',
        did_you_mean: 'web-kill',
      },
    ]);
    const ran = await sirocco('execute web --output json', { nomad });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'SIR-304', did_you_mean: 'web-kill' } });
  });

  it('takes its request back where nobody answers within fifteen seconds', async () => {
    const nomad = answered([]);
    const ran = await sirocco('execute web-kill', { nomad });
    expect([ran.code, requests(nomad)]).toEqual([3, []]);
    expect(ran.err).toContain('no controller answered within 15 s; the request was taken back');
  });

  it('says what it wrote where the answer may not be read', async () => {
    const nomad = answered([]);
    nomad.denied.push('default chaos/status/');
    const ran = await sirocco('execute web-kill', { nomad });
    expect(ran.code).toBe(8);
    expect(ran.err).toContain('nomad var get -namespace default chaos/status/requests/run-');
  });

  it('only writes with --no-wait', async () => {
    const nomad = answered([]);
    const ran = await sirocco('execute web-kill --no-wait', { nomad });
    expect([ran.code, requests(nomad)]).toEqual([0, [{ action: 'run', schedule: 'web-kill' }]]);
  });

  it('says that it goes on when its time is over', async () => {
    const ran = await sirocco('execute web-kill --timeout 5s', {
      nomad: answered([{ state: 'running', run, phase: 'holding' }]),
    });
    expect([ran.code, ran.err]).toMatchObject([
      5,
      expect.stringContaining(`${run} was not over in time: it is holding`),
    ]);
  });

  it('asks for the end at the first Ctrl-C, and leaves it at the second', async () => {
    const nomad = answered([{ state: 'running', run, phase: 'holding' }]);
    const listeners: (() => void)[] = [];
    const { before } = nomad;
    let reads = 0;
    nomad.before = request => {
      before(request);
      if (!request.path.startsWith('/v1/var/chaos/status/requests/run-')) return;
      reads += 1;
      if (reads === 2 || reads === 5) for (const listener of listeners) listener();
    };
    const ran = await sirocco('execute web-kill', {
      nomad,
      onSignal: (signal, fn) => signal === 'SIGINT' && listeners.push(fn),
    });
    expect(ran.code).toBe(130);
    expect(requests(nomad)).toContainEqual({ action: 'abort', run, reason: 'interrupted at the terminal' });
    expect(ran.err).toContain(`asked for the end of ${run}`);
    expect(ran.err).toContain(`sirocco undo ${run}`);
  });

  it('carries a run out itself where no controller acts, through all gates', async () => {
    const nomad = fakeNomad();
    nomad.put('default', 'chaos/schedule/web-kill', {
      fault: 'alloc-kill',
      target_job: 'web',
      at: new Date(now + 86_400_000).toISOString(),
    });
    nomad.put('sirocco', 'chaos/control/halt', { reason: 'not now' });
    const ran = await sirocco('execute web-kill', { nomad });
    expect(ran.err).toContain('no controller acts: this command carries out default_web-kill_');
    expect([ran.code, ran.out]).toMatchObject([
      4,
      expect.stringMatching(/aborted \(halted: halted in sirocco: not now\)$/),
    ]);
    expect(nomad.asked).toContain('PUT /v1/var/chaos/control/leader?lock-release=');
  });
});
