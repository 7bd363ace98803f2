import { describe, expect, it } from 'vitest';
import { requestRunId } from '../base/ids.ts';
import { faults } from '../faults/index.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, denied, disableNode, haltPath, killWeb, noLeader, type Scene, wideLimits } from './scene.fixture.ts';
import { home } from './world.fixture.ts';

const requestPath = (id: string) => `chaos/requests/${id}`;
const never: Items = { ...killWeb, at: '2099-01-01T00:00:00Z' };
const runWeb: Items = { action: 'run', schedule: 'k' };

/** Writes a request; answers the run that it is to make. */
function ask({ nomad }: Scene, id: string, items: Items, namespace = 'default'): string {
  nomad.put(namespace, requestPath(id), items);
  return requestRunId(namespace, items['schedule'] ?? id, id, nomad.index);
}

const answer = ({ nomad }: Scene, id: string, namespace = 'default') =>
  nomad.items(namespace, `chaos/status/requests/${id}`);
const isThere = ({ nomad }: Scene, id: string, namespace = 'default') =>
  nomad.items(namespace, requestPath(id)) !== undefined;

describe('a request for a run', () => {
  it('is carried out, answered, and deleted, in that order', () => {
    const scene = aScene(faults);
    const { world, member } = scene;
    world.schedule('default', 'k', never);
    const run = ask(scene, 'r1', { ...runWeb, reason: 'to see' });
    world.pass(60_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(isThere(scene, 'r1')).toBe(false);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'done', run, verdict: 'passed', recovery: expect.any(String) });
    const of = (path: string) =>
      member.asked.find(({ call }) => 'path' in call && call.path === path && call.op !== 'read-variable');
    const [claim, told, gone] = [`chaos/runs/${run}`, 'chaos/status/requests/r1', requestPath('r1')].map(of);
    expect(claim?.at).toBeLessThan(told?.at ?? 0);
    expect(told?.at).toBeLessThan(gone?.at ?? 0);
    expect(member.notes('request')).toMatchObject([{ outcome: 'taken', run, message: 'to see' }]);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted', last_run: run, last_verdict: 'passed' });
  });

  it('may be for a suspended schedule, and spends none of its ticks', () => {
    const scene = aScene(faults);
    const { world, member } = scene;
    world.schedule('default', 'k', {
      ...killWeb,
      suspend: 'true',
      at: new Date(world.clock.wall - 60_000).toISOString(),
    });
    const run = ask(scene, 'r1', runWeb);
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ id: run, verdict: 'passed' }]);
    world.schedule('default', 'k', { ...killWeb, at: new Date(world.clock.wall + 1_000).toISOString() });
    world.pass(60_000);
    expect(member.ended()).toHaveLength(2);
  });

  it('passes through the gates as any run', () => {
    const scene = aScene(faults);
    scene.nomad.put('default', haltPath, { reason: 'enough' });
    scene.world.schedule('default', 'k', never);
    const run = ask(scene, 'r1', runWeb);
    scene.world.pass(10_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'done', run, reason: 'halted' });
    expect(scene.member.calls('alloc-signal')).toEqual([]);
  });

  it.each<[string, Items, Items]>([
    [
      'an unknown key',
      { ...runWeb, schedul: 'k' },
      { error_code: 'SIR-101', error_key: 'schedul', did_you_mean: 'schedule' },
    ],
    [
      'no such action',
      { ...runWeb, action: 'rum' },
      { error_code: 'SIR-104', error_key: 'action', did_you_mean: 'run' },
    ],
    ['nothing to run', { action: 'run' }, { error_code: 'SIR-103', error_key: 'schedule' }],
    ['two things to run', { ...runWeb, spec: '{}' }, { error_code: 'SIR-106' }],
    ['a key of another action', { ...runWeb, spec_hash: 'x' }, { error_code: 'SIR-113', error_key: 'spec_hash' }],
    ['two things to run, one of the library', { ...runWeb, experiment: 'x' }, { error_code: 'SIR-106' }],
    ['an unknown experiment', { action: 'run', experiment: 'x' }, { error_code: 'SIR-114' }],
    ['a parameter of nothing', { ...runWeb, param_count: '2' }, { error_code: 'SIR-101' }],
    ['a document that is none', { action: 'run', spec: 'method: [{fault: alloc-kil}]' }, { error_code: 'SIR-105' }],
    ['an unknown schedule', { ...runWeb, schedule: 'baad' }, { error_code: 'SIR-304', did_you_mean: 'bad' }],
    ['an invalid schedule', { ...runWeb, schedule: 'bad' }, { error_code: 'SIR-105', error_key: 'fault' }],
    ['no name of a schedule', { ...runWeb, schedule: 'K K' }, { error_code: 'SIR-108', error_key: 'schedule' }],
    ['an approval outside of home', { action: 'approve', run: 'x', spec_hash: 'y' }, { error_code: 'SIR-107' }],
    ['an unknown run', { action: 'abort', run: 'default_k_x' }, { error_code: 'SIR-303', error_key: 'run' }],
  ])('that holds %s is rejected in words, and nothing is done', (_, items, expected) => {
    const scene = aScene(faults);
    scene.world.schedule('default', 'k', never);
    scene.world.schedule('default', 'bad', { ...never, fault: 'alloc-kil' });
    scene.world.pass(1_000);
    ask(scene, 'r1', items);
    scene.world.pass(5_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'rejected', error: expect.any(String), ...expected });
    expect(isThere(scene, 'r1')).toBe(false);
    expect(scene.member.open()).toEqual([]);
    expect(scene.member.ended()).toEqual([]);
  });

  it('that comes while a run of the schedule is open is rejected, with the run that is open', () => {
    const scene = aScene(faults);
    scene.world.schedule(home, 'n', disableNode());
    scene.world.pass(2_000);
    ask(scene, 'r1', { action: 'run', schedule: 'n' }, home);
    scene.world.pass(2_000);
    expect(answer(scene, 'r1', home)).toMatchObject({ state: 'rejected', error_code: 'SIR-204' });
  });

  it('may bring its own spec, which needs no time and no schedule', () => {
    const scene = aScene(faults);
    const run = ask(scene, 'r1', { action: 'run', spec: 'target: {job: web}\nmethod: [{fault: alloc-kill}]\n' });
    scene.world.pass(60_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'done', run, verdict: 'passed' });
  });

  it('may name an experiment of its namespace, with parameters', () => {
    const scene = aScene(faults);
    const spec = 'target: {job: "{{ job }}"}\nparameters: {job: {help: what is hit}}\nmethod: [{fault: alloc-kill}]\n';
    scene.nomad.put('default', 'chaos/experiments/kill', { spec });
    const run = ask(scene, 'r1', { action: 'run', experiment: 'kill', param_job: 'web' });
    scene.world.pass(60_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'done', run, verdict: 'passed' });
  });

  it('that is found too late is rejected', () => {
    const scene = aScene(faults);
    const { world, member } = scene;
    member.crash();
    world.schedule('default', 'k', never);
    ask(scene, 'r1', runWeb);
    world.pass(400_000);
    const b = world.start({ name: 'b' });
    world.pass(5_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'rejected', error_code: 'SIR-203' });
    expect(b.calls('alloc-signal')).toEqual([]);
  });

  it('waits while the controller stops, for the next one', () => {
    const scene = aScene(faults);
    const { world, member } = scene;
    world.schedule(home, 'n', disableNode());
    world.schedule('default', 'k', never);
    world.pass(2_000);
    member.fate = ({ call }) => (call.op === 'node-eligibility' && call.eligible ? noLeader : undefined);
    member.happen({ kind: 'stop', mode: 'drain' });
    const run = ask(scene, 'r1', runWeb);
    world.pass(5_000);
    expect(isThere(scene, 'r1')).toBe(true);
    world.pass(25_000);
    world.start({ name: 'b' });
    world.pass(60_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'done', run });
  });

  it('whose claim may not be written is never answered, and harms nothing', () => {
    const scene = aScene(faults);
    scene.world.schedule('default', 'k', never);
    scene.member.fate = ({ call }) =>
      call.op === 'write-variable' && call.path.startsWith('chaos/runs/') ? denied : undefined;
    ask(scene, 'r1', runWeb);
    scene.world.pass(20_000);
    expect(answer(scene, 'r1')).toBeUndefined();
    expect(isThere(scene, 'r1')).toBe(true);
    expect(scene.member.calls('alloc-signal')).toEqual([]);
  });
});

describe('more than twenty requests', () => {
  it('are handled twenty at a time, orders about runs first', () => {
    const scene = aScene(faults, { ...wideLimits, max_concurrent_runs: '0' });
    const { world, member } = scene;
    world.schedule('default', 'k', { ...never, concurrency: 'allow', start_deadline: '30s' });
    member.fate = ({ call }) =>
      call.op === 'read-variable' && call.path === 'chaos/schedule/k' ? { after: 2_000 } : undefined;
    for (let n = 0; n < 30; n += 1) ask(scene, `r${n}`, runWeb);
    ask(scene, 'late', { action: 'abort', run: 'none' });
    world.pass(1_000);
    const reads = () => member.calls('read-variable').filter(({ call }) => call.path === 'chaos/schedule/k');
    expect(answer(scene, 'late')).toMatchObject({ state: 'rejected' });
    expect(reads().length).toBeLessThanOrEqual(21);
    world.pass(120_000);
    for (let n = 0; n < 30; n += 1) expect(answer(scene, `r${n}`)?.['state']).toMatch(/done|rejected/);
    expect(scene.nomad.paths('default', 'chaos/requests/')).toEqual(['chaos/requests/_']);
  });
});

describe('the answer to a request', () => {
  it('is deleted after seven days', () => {
    const scene = aScene(faults);
    ask(scene, 'r1', { action: 'nothing' });
    scene.world.pass(5_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'rejected' });
    scene.member.crash();
    scene.world.freeze(6.9 * 86_400_000);
    scene.nomad.breakLock();
    scene.world.start({ name: 'b' });
    scene.world.pass(120_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'rejected' });
    scene.world.pass(3 * 3_600_000);
    expect(answer(scene, 'r1')).toBeUndefined();
  });

  it('to a request that was mended is that of the mended one', () => {
    const scene = aScene(faults);
    const { world, member, nomad } = scene;
    world.schedule('default', 'k', never);
    member.fate = ({ call }) => (call.op === 'delete-variable' ? denied : undefined);
    ask(scene, 'r1', { ...runWeb, action: 'walk' });
    world.pass(3_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'rejected' });
    nomad.put('default', requestPath('r1'), runWeb);
    member.fate = () => undefined;
    world.pass(60_000);
    expect(answer(scene, 'r1')).toMatchObject({ state: 'done', verdict: 'passed' });
    expect(isThere(scene, 'r1')).toBe(false);
  });
});
