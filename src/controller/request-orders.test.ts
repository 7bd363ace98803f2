import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { aScene, disableNode, killWeb, noLeader, type Scene, wideLimits } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const answer = ({ nomad }: Scene, id: string, namespace: string) =>
  nomad.items(namespace, `chaos/status/requests/${id}`);

function openRun(member: Member): { readonly id: string; readonly specHash: string } {
  const [standing] = member.open();
  return { id: standing?.run.id ?? '', specHash: standing?.run.specHash ?? '' };
}

describe('a request to abort', () => {
  it('ends a run in order, and is answered when its record holds it', () => {
    const scene = aScene(faults);
    const { world, nomad, node, member } = scene;
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(2_000);
    const { id: run } = openRun(member);
    nomad.put(home, 'chaos/requests/a1', { action: 'abort', run, reason: 'enough' });
    world.pass(10_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'aborted_by_request' }]);
    expect(answer(scene, 'a1', home)).toMatchObject({ state: 'done', run });
    expect(nomad.paths(home, 'chaos/requests/')).toEqual(['chaos/requests/_']);
    expect(nomad.items(home, `chaos/runs/${run}`)?.['body']).toContain('request a1 of sirocco asked for it: enough');
  });

  it('outlives the controller that was asked', () => {
    const scene = aScene(faults);
    const { world, nomad, node, member } = scene;
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(2_000);
    const { id: run } = openRun(member);
    member.fate = ({ call }) =>
      call.op === 'write-variable' && call.path.startsWith('chaos/runs/') ? noLeader : undefined;
    nomad.put(home, 'chaos/requests/a1', { action: 'abort', run });
    world.pass(3_000);
    expect(answer(scene, 'a1', home)).toBeUndefined();
    member.crash();
    world.start({ name: 'b' });
    world.pass(60_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(answer(scene, 'a1', home)).toMatchObject({ state: 'done', run, message: 'it is undone' });
    expect(nomad.items(home, `chaos/runs/${run}`)?.['body']).toContain('"reason":"aborted_by_request"');
  });

  it('may not name a run of another namespace, save from home', () => {
    const scene = aScene(faults);
    const { world, nomad, member } = scene;
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(2_000);
    const { id: run } = openRun(member);
    nomad.put('default', 'chaos/requests/a1', { action: 'abort', run });
    world.pass(3_000);
    expect(answer(scene, 'a1', 'default')).toMatchObject({ state: 'rejected', error_code: 'SIR-107' });
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
  });

  it('of a run that is over says so', () => {
    const scene = aScene(faults);
    const { world, nomad, member } = scene;
    world.schedule('default', 'k', killWeb);
    world.pass(60_000);
    const run = member.ended()[0]?.id ?? '';
    nomad.put('default', 'chaos/requests/a1', { action: 'abort', run });
    world.pass(2_000);
    expect(answer(scene, 'a1', 'default')).toMatchObject({
      state: 'done',
      verdict: 'passed',
      message: 'it was over already',
    });
  });
});

describe('a run that needs an approval', () => {
  const limits = { ...wideLimits, require_approval: 'alloc-*' };
  const approve = ({ nomad }: Scene, id: string, items: Readonly<Record<string, string>>) =>
    nomad.put(home, `chaos/requests/${id}`, { action: 'approve', ...items });

  function waiting() {
    const scene = aScene(faults, limits);
    scene.world.schedule('default', 'k', killWeb);
    scene.world.pass(4_000);
    const [standing] = scene.member.open();
    const run = standing?.run;
    if (run === undefined) throw new Error('it does not wait');
    return { ...scene, run, targets: run.waiting?.targets ?? '' };
  }

  it('waits where everyone can see it, with what it has chosen', () => {
    const { world, nomad, member, run } = waiting();
    expect(member.open()).toMatchObject([{ state: 'limited', run: { waiting: { reason: 'approval' } } }]);
    expect(nomad.items(home, `chaos/runs/${run.id}`)).toMatchObject({
      state: 'limited',
      body: expect.stringContaining('alloc-signal'),
    });
    expect(world.status('default', 'k')).toMatchObject({
      state: 'running',
      reason: 'waiting_for_approval',
      run: run.id,
      message: expect.stringContaining(`sirocco approve ${run.id}`),
    });
    expect(member.calls('alloc-signal')).toEqual([]);
  });

  it('goes on when it is approved', () => {
    const scene = waiting();
    const { world, member, run, targets } = scene;
    approve(scene, 'ok', { run: run.id, spec_hash: run.specHash, targets });
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(answer(scene, 'ok', home)).toMatchObject({ state: 'done', run: run.id });
    expect(member.calls('alloc-signal')).toHaveLength(1);
  });

  it('waits no longer than its start deadline', () => {
    const { world, member } = waiting();
    world.pass(301_000);
    expect(member.ended()).toMatchObject([{ verdict: 'refused', reason: 'start_deadline' }]);
    expect(member.calls('alloc-signal')).toEqual([]);
  });

  it.each([
    ['another spec', { spec_hash: 'sha256:other' }, { error_code: 'SIR-205', error_key: 'spec_hash' }],
    ['other targets', { targets: 'other' }, { error_code: 'SIR-205', error_key: 'targets' }],
  ])('is not let go by an approval of %s', (_, over, expected) => {
    const scene = waiting();
    approve(scene, 'ok', { run: scene.run.id, spec_hash: scene.run.specHash, ...over });
    scene.world.pass(3_000);
    expect(answer(scene, 'ok', home)).toMatchObject({ state: 'rejected', ...expected });
    expect(scene.member.open()).toMatchObject([{ state: 'limited' }]);
  });

  it('chooses anew when what it had chosen is gone', () => {
    const { world, nomad, member, run, targets } = waiting();
    const [intent] = run.intents;
    if (intent?.target.kind === 'allocation') nomad.stop(intent.target.alloc);
    world.pass(40_000);
    const now = member.open()[0]?.run;
    expect(member.open()).toMatchObject([{ state: 'limited' }]);
    expect(now?.waiting?.targets).not.toBe(targets);
    expect(JSON.parse(nomad.items(home, `chaos/runs/${run.id}`)?.['body'] ?? '{}')).toMatchObject({
      waiting: { targets: now?.waiting?.targets },
    });
  });

  it('waits again, and says so, when its targets change after the approval', () => {
    const scene = waiting();
    const { world, nomad, member, run } = scene;
    const isBlocked = { now: true };
    // Approved, and held up by a read: meanwhile its target goes.
    member.fate = ({ call }) => (isBlocked.now && call.op === 'list-job-allocs' ? noLeader : undefined);
    world.pass(20_000);
    approve(scene, 'ok', { run: run.id, spec_hash: run.specHash });
    world.pass(1_000);
    const [intent] = run.intents;
    if (intent?.target.kind === 'allocation') nomad.stop(intent.target.alloc);
    isBlocked.now = false;
    world.pass(30_000);
    expect(member.open()).toMatchObject([
      {
        state: 'limited',
        run: { approval: { request: 'ok' }, waiting: { message: expect.stringContaining('was for other targets') } },
      },
    ]);
    expect(member.calls('alloc-signal')).toEqual([]);
    const now = member.open()[0]?.run;
    approve(scene, 'again', { run: run.id, spec_hash: run.specHash, targets: now?.waiting?.targets ?? '' });
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('keeps its approval through a takeover', () => {
    const scene = waiting();
    const { world, nomad, member, run } = scene;
    member.fate = ({ call }) => {
      const isHarm = call.op === 'write-variable' && call.items['state'] === 'injecting';
      return isHarm || call.op === 'list-job-allocs' ? 'never' : undefined;
    };
    world.pass(20_000);
    approve(scene, 'ok', { run: run.id, spec_hash: run.specHash });
    world.pass(2_000);
    expect(JSON.parse(nomad.items(home, `chaos/runs/${run.id}`)?.['body'] ?? '{}')).toMatchObject({
      approval: { request: 'ok' },
    });
    member.crash();
    const b = world.start({ name: 'b' });
    world.pass(100_000);
    expect(b.ended()).toMatchObject([{ id: run.id, verdict: 'passed' }]);
  });

  it('is taken up waiting by the next controller, and looks before it chooses anew', () => {
    const { world, member, run } = waiting();
    member.crash();
    const b = world.start({ name: 'b' });
    world.pass(30_000);
    expect(b.open()).toMatchObject([
      { state: 'limited', run: { id: run.id, waiting: { targets: run.waiting?.targets } } },
    ]);
    expect(b.calls('alloc-signal')).toEqual([]);
  });

  it('is reserved for: another run does not take its place meanwhile', () => {
    const { world, member } = waiting();
    world.schedule('default', 'other', killWeb);
    world.pass(10_000);
    expect(member.open().map(({ run, state }) => [run.schedule, state])).toContainEqual(['k', 'limited']);
    expect(member.calls('alloc-signal')).toEqual([]);
  });
});
