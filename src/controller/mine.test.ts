import { describe, expect, it } from 'vitest';
import { catalogOf } from '../faults/catalog.ts';
import { faults } from '../faults/index.ts';
import { parseSpec } from '../spec/flat.ts';
import { aScene, denied, disableNode, haltPath, wideLimits } from './scene.fixture.ts';
import type { ControllerConfig } from './types.ts';
import { home, type Member, type World } from './world.fixture.ts';

const mine = 'default_own_abcdefghij';

/** A run of the command line that scales job `web` down for so long. */
function runOf(world: World, duration: string): Partial<ControllerConfig> {
  const items = { fault: 'job-scale', target_job: 'web', delta: '-1', duration, at: 'now' };
  const parsed = parseSpec('own', items, catalogOf(faults));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const request = { id: 'execute', createIndex: 0, spec: true };
  const only = {
    id: mine,
    namespace: 'default',
    schedule: 'own',
    tick: world.clock.wall,
    request,
    spec: parsed.spec,
  };
  return { name: 'cli', only };
}

/** A node made ineligible, for so long, by a controller that died two seconds later. */
function left(duration: string, items = {}) {
  const scene = aScene(faults, wideLimits);
  scene.world.schedule(home, 'n', disableNode({ duration, ...items }));
  scene.world.pass(2_000);
  const [run = ''] = scene.member.open().map(each => each.run.id);
  scene.member.crash();
  scene.world.nomad.breakLock();
  return { ...scene, run };
}

const stateOf = (member: Member, id: string) => member.open().find(({ run }) => run.id === id)?.state;

describe('a session of the command line that leads', () => {
  it('undoes at its end what a controller left in force, while its own run goes on', () => {
    const { world, nomad, node, run } = left('60s');
    const cli = world.start(runOf(world, '1h'));
    world.pass(50_000);
    expect([stateOf(cli, run), stateOf(cli, mine)]).toEqual(['holding', 'holding']);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
    world.pass(12_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(stateOf(cli, mine)).toBe('holding');
    world.pass(60_000);
    expect(cli.ended()).toMatchObject([{ id: run, verdict: 'passed' }]);
  });

  it.each([
    ['10m', 'ineligible', 'holding'],
    // Its end comes while what was asked for is watched for late calls.
    ['20s', 'eligible', 'done'],
  ])('that undoes one run ends no other early: one of %s', (duration, eligibility, state) => {
    const { world, nomad, node, member } = aScene(faults, wideLimits);
    const other = nomad.addNode(2);
    world.schedule(home, 'n', disableNode({ duration }));
    world.schedule(home, 'm', disableNode({ duration: '10m', target_node: 'n2' }));
    world.pass(2_000);
    const idOf = (schedule: string) => member.open().find(({ run }) => run.schedule === schedule)?.run.id ?? '';
    const [run, wanted] = [idOf('n'), idOf('m')];
    member.crash();
    nomad.breakLock();
    const undo = world.start({ name: 'undo', undoOnly: [wanted] });
    world.pass(1_000);
    expect([nomad.nodes.get(node), nomad.nodes.get(other)].map(each => each?.SchedulingEligibility)).toEqual([
      'ineligible',
      'eligible',
    ]);
    world.pass(60_000);
    expect(undo.exits).toEqual(['released the lock']);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe(eligibility);
    expect(nomad.items(home, `chaos/runs/${run}`)).toMatchObject({ state });
    expect(nomad.items(home, `chaos/runs/${wanted}`)).toMatchObject({ state: 'done' });
  });

  it('undoes what is overdue before it gives the lock back', () => {
    const { world, nomad, node, run } = left('10s');
    world.pass(60_000);
    const undo = world.start({ name: 'undo', undoOnly: ['nothing-of-that-name'] });
    world.pass(1_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    // A call that its last holder sent may still come.
    expect(undo.exits).toEqual([]);
    world.pass(25_000);
    expect(undo.exits).toEqual(['released the lock']);
    expect(nomad.items(home, `chaos/runs/${run}`)).toMatchObject({ state: expect.not.stringMatching('reverting') });
  });

  it('does not wait for ever for what can not be undone', () => {
    const { world } = left('10s');
    world.pass(60_000);
    const undo = world.start({ name: 'undo', undoOnly: ['nothing-of-that-name'] });
    undo.fate = ({ call }) => (call.op === 'node-eligibility' ? denied : undefined);
    world.pass(40_000);
    expect(undo.exits).toEqual([]);
    world.pass(60_000);
    expect(undo.exits).toEqual(['released the lock']);
  });

  it('drains its own run alone when it is told to stop', () => {
    const { world, nomad, node, run } = left('10m');
    const cli = world.start(runOf(world, '1h'));
    world.pass(30_000);
    expect(stateOf(cli, mine)).toBe('holding');
    cli.happen({ kind: 'stop', mode: 'drain' });
    world.pass(30_000);
    expect(cli.exits).toEqual(['released the lock']);
    expect(nomad.items(home, `chaos/runs/${run}`)).toMatchObject({ state: 'holding' });
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
    expect(JSON.parse(nomad.items(home, `chaos/runs/${mine}`)?.['body'] ?? '{}')).toMatchObject({
      verdict: 'aborted',
      reason: 'controller_stopped',
    });
  });

  it('begins nothing of what others claimed', () => {
    const { world, nomad, member } = aScene(faults, wideLimits);
    // Claimed, and never gone on with.
    member.fate = ({ call }) =>
      call.op === 'write-variable' && call.items['state'] === 'injecting' ? 'never' : undefined;
    world.schedule('default', 'k', { fault: 'alloc-kill', target_job: 'web', at: 'now' });
    world.pass(1_000);
    member.crash();
    nomad.breakLock();
    const cli = world.start(runOf(world, '10s'));
    world.pass(40_000);
    expect(cli.calls('alloc-signal')).toEqual([]);
    expect(cli.calls('job-scale').length).toBeGreaterThan(0);
  });

  it('goes into no further step of what others began, and undoes the present one', () => {
    const { world, nomad, node, member } = aScene(faults, wideLimits);
    const spec = {
      schedule: { at: 'now' },
      target: { node: 'n1' },
      method: [
        { fault: 'node-ineligible', duration: '30s' },
        { pause: '1s' },
        { fault: 'node-ineligible', duration: '30s' },
      ],
    };
    world.schedule(home, 'steps', { spec: JSON.stringify(spec) });
    world.pass(3_000);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
    member.crash();
    nomad.breakLock();
    const cli = world.start(runOf(world, '1h'));
    world.pass(200_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(cli.calls('node-eligibility').filter(({ call }) => !call.eligible)).toEqual([]);
    cli.crash();
    nomad.breakLock();
    const next = world.start({ name: 'b' });
    world.pass(40_000);
    expect(next.calls('node-eligibility').filter(({ call }) => !call.eligible)).toHaveLength(1);
  });

  it('hears a halt of home and a request to end what others began', () => {
    const { world, nomad, node, run } = left('10m');
    const cli = world.start(runOf(world, '1h'));
    world.pass(25_000);
    nomad.put(home, 'chaos/requests/enough', { action: 'abort', run });
    world.pass(5_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(nomad.items(home, 'chaos/status/requests/enough')).toMatchObject({ state: 'done' });
    expect(stateOf(cli, mine)).toBe('holding');
    nomad.put(home, haltPath, { reason: 'all of it' });
    world.pass(30_000);
    expect(cli.notes('verdict').map(each => [each.run, each.verdict, each.reason])).toEqual([
      [run, 'aborted', 'aborted_by_request'],
      [mine, 'aborted', 'halted'],
    ]);
    expect(cli.exits).toEqual(['released the lock']);
  });

  it('ends though a run that somebody asked for is still open', () => {
    const { world, nomad, member } = aScene(faults, wideLimits);
    nomad.put(home, 'chaos/requests/long', {
      action: 'run',
      spec: JSON.stringify({ target: { node: 'n1' }, method: [{ fault: 'node-ineligible', duration: '1h' }] }),
    });
    world.pass(3_000);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
    member.crash();
    nomad.breakLock();
    const cli = world.start(runOf(world, '10s'));
    world.pass(120_000);
    expect(cli.exits).toEqual(['released the lock']);
  });
});
