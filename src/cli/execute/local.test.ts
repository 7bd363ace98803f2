import { describe, expect, it } from 'vitest';
import { now, sirocco } from '../cli.fixture.ts';
import { type FakeNomad, fakeNomad } from '../nomad.fixture.ts';
import { node, nodeIds, putWeb } from '../nomad-objects.fixture.ts';
import { cordon, putCordon } from '../runs.fixture.ts';

const [nodeId, otherId] = nodeIds;
const never = new Date(now + 86_400_000).toISOString();

/** Two nodes that really change their eligibility, nobody who acts, and a schedule that makes the first ineligible. */
function cluster(): FakeNomad {
  const nomad = fakeNomad();
  const shown = nodeIds.map(node);
  const show = (id: string, SchedulingEligibility: string) => {
    const n = nodeIds.findIndex(each => id.startsWith(each));
    shown[n] = { ...node(id, n), SchedulingEligibility, ModifyIndex: nomad.nextIndex() };
    nomad.answers.set(`/v1/node/${id}`, shown[n]);
  };
  nomad.answers.set('/v1/nodes', shown);
  for (const id of nodeIds) {
    show(id, 'eligible');
    nomad.answers.set(`/v1/node/${id}/eligibility`, {});
  }
  nomad.before = ({ method, path, body }) => {
    const id = /^\/v1\/node\/(.*)\/eligibility$/.exec(path)?.[1];
    if (method !== 'POST' || id === undefined || nomad.denied.includes(path)) return;
    show(id, (body as { Eligibility: string }).Eligibility);
  };
  nomad.put('sirocco', 'chaos/control/limits', { max_nodes_percent: '100' });
  nomad.put('sirocco', 'chaos/schedule/cordon', {
    fault: 'node-ineligible',
    target_node: 'client-0',
    duration: '10m',
    at: never,
  });
  return nomad;
}

/** A run of ten minutes ago that no controller has undone yet, on the second node. */
function putOther(nomad: FakeNomad, durationMs: number): string {
  const target = { kind: 'node', node: otherId, name: 'client-1' } as const;
  const call = { op: 'node-eligibility', node: otherId, eligible: false } as const;
  const { experiment } = putCordon(nomad);
  const injectedAt = now - 595_000;
  const { id } = putCordon(nomad, 'holding', {
    experiment: { ...experiment, method: [{ fault: 'node-ineligible', with: {}, durationMs }] },
    injectedAt,
    holdUntil: injectedAt + durationMs,
    intents: [cordon({ target, call })],
  });
  const path = `/v1/node/${otherId}/eligibility`;
  nomad.before({ method: 'POST', path, body: { Eligibility: 'ineligible' }, kind: 'node_eligibility' });
  return id;
}

const isEligible = (nomad: FakeNomad, id: string = nodeId) =>
  (nomad.answers.get(`/v1/node/${id}`) as { SchedulingEligibility: string }).SchedulingEligibility === 'eligible';

const line = 'execute cordon --namespace sirocco';
const stateOf = (nomad: FakeNomad) =>
  [...nomad.variables.values()].find(each => each.Path.startsWith('chaos/runs/sirocco_cordon_'))?.Items?.['state'];

/** Sends a signal as soon as the node is ineligible, and a second one at the first try to undo it. */
function interrupted(nomad: FakeNomad, times: number) {
  const listeners: (() => void)[] = [];
  const { before } = nomad;
  let sent = 0;
  nomad.before = request => {
    before(request);
    const isUndo = (request.body as { Eligibility?: string } | undefined)?.Eligibility === 'eligible';
    if (sent >= times || isEligible(nomad) || (sent === 1 && !isUndo)) return;
    sent += 1;
    for (const listener of listeners) listener();
  };
  return { nomad, onSignal: (signal: string, fn: () => void) => void (signal === 'SIGINT' && listeners.push(fn)) };
}

describe('a run without a controller', () => {
  it('is undone first when its time is over, and exits 5', async () => {
    const nomad = cluster();
    const ran = await sirocco(`${line} --timeout 30s`, { nomad });
    expect([ran.code, isEligible(nomad), stateOf(nomad)]).toEqual([5, true, 'done']);
    expect(ran.out).toMatch(/^sirocco_cordon_\w+: aborted \(controller_stopped: /);
    expect(ran.err).toContain('was not over within 30s');
    expect(ran.err).not.toContain('goes on');
    expect(nomad.asked).toContain('PUT /v1/var/chaos/control/leader?lock-release=');
  });

  it('is undone at the first Ctrl-C', async () => {
    const nomad = cluster();
    const ran = await sirocco(line, interrupted(nomad, 1));
    expect([ran.code, isEligible(nomad), stateOf(nomad)]).toEqual([4, true, 'done']);
  });

  it('is left at the second Ctrl-C, and only what helps then is named', async () => {
    const nomad = cluster();
    const show = nomad.before;
    nomad.before = request => {
      // The undo finds no ear.
      if ((request.body as { Eligibility?: string } | undefined)?.Eligibility !== 'eligible') show(request);
    };
    const ran = await sirocco(line, interrupted(nomad, 2));
    expect([ran.code, isEligible(nomad)]).toEqual([130, false]);
    expect(ran.err).toMatch(/nobody goes on with it: sirocco undo sirocco_cordon_\w+ undoes it$/);
    expect(ran.err).not.toContain('sirocco abort');
  });

  it('exits 6 with the line by hand where it can not be undone', async () => {
    const nomad = cluster();
    const show = nomad.before;
    nomad.before = request => {
      const isUndo = (request.body as { Eligibility?: string } | undefined)?.Eligibility === 'eligible';
      if (isUndo) nomad.denied.push(request.path);
      show(request);
    };
    const ran = await sirocco(`${line} --timeout 30s`, { nomad });
    expect([ran.code, isEligible(nomad)]).toEqual([6, false]);
    expect(ran.err).toContain(`nomad node eligibility -enable ${nodeId}`);
    expect(ran.err).toContain('SIR-301');
  });

  it('begins nothing where it does not get the lock in time', async () => {
    const nomad = cluster();
    const { send } = nomad;
    nomad.send = request =>
      request.query?.['lock-acquire'] === undefined
        ? send(request)
        : Promise.resolve({ kind: 'refused', reason: 'conflict', status: 409, message: 'held' });
    const ran = await sirocco(`${line} --timeout 10s`, { nomad });
    expect([ran.code, stateOf(nomad)]).toEqual([3, undefined]);
    expect(ran.err).toContain('SIR-404');
    expect(ran.err).toContain('nothing was begun');
  });

  it('says which limit refused it, the numbers, and the line that raises it', async () => {
    const nomad = cluster();
    putWeb(nomad);
    nomad.put('default', 'chaos/schedule/kill', {
      fault: 'alloc-kill',
      target_job: 'web',
      target_count: '3',
      at: never,
    });
    const ran = await sirocco('execute kill', { nomad });
    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/: refused \(max_group_percent: .*50.*nomad var put /s);
  });

  it('says why it hit nothing', async () => {
    const nomad = cluster();
    nomad.put('sirocco', 'chaos/schedule/cordon', { fault: 'node-ineligible', target_node: 'gone', at: never });
    const ran = await sirocco(line, { nomad });
    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/: refused \(no_target: .+\)$/);
  });

  it.each([
    ['12m', true, false],
    ['1h', false, true],
  ])('undoes meanwhile what others left once its time is over: ten minutes of %s', async (duration, isOver, isTold) => {
    const nomad = cluster();
    const other = putOther(nomad, duration === '12m' ? 720_000 : 3_600_000);
    const ran = await sirocco('execute fault=node-ineligible target_node=client-0 duration=3m --namespace sirocco', {
      nomad,
    });
    expect([ran.code, isEligible(nomad), isEligible(nomad, otherId)]).toEqual([0, true, isOver]);
    expect(ran.err).toContain(`${other} is in force too; it is undone when its time is over`);
    expect(ran.err.includes(`${other}: node client-1 (bbbbbbbb): undone`)).toBe(isOver);
    expect(ran.err.includes(`${other} is still in force, until 2026-11-24T10:50:05`)).toBe(isTold);
  });
});
