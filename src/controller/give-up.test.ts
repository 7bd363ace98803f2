import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, denied, disableNode, noLeader, type Scene } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const drain: Items = { fault: 'node-drain', target_node: 'n1', every: '10m', duration: '30s' };
const answer = ({ nomad }: Scene, id = 'g1', namespace = home) => nomad.items(namespace, `chaos/status/requests/${id}`);

function giveUp({ nomad }: Scene, run: string, over: Items = {}, namespace = home): void {
  nomad.put(namespace, 'chaos/requests/g1', { action: 'give-up', run, reason: 'it was scaled in', ...over });
}

/** A fault on a node that is purged while it is in force. */
function gone(items: Items = disableNode()) {
  const scene = aScene(faults);
  const { world, nomad, node, member } = scene;
  world.schedule(home, 'n', items);
  world.pass(items['every'] === undefined ? 5_000 : 605_000);
  nomad.nodes.delete(node);
  world.pass(120_000);
  const run = member.open()[0]?.run.id ?? '';
  return { ...scene, run };
}

const bodyOf = ({ nomad }: Scene, run: string) => JSON.parse(nomad.items(home, `chaos/runs/${run}`)?.['body'] ?? '{}');

describe('a run whose node is gone', () => {
  it('is stuck, and says how it can be given up', () => {
    const { member, run } = gone();
    expect(member.open()).toMatchObject([{ state: 'reverting', run: { stuck: { reason: expect.any(String) } } }]);
    expect(member.open()[0]?.run.stuck?.reason).toContain(`sirocco undo ${run} --gone`);
  });

  it.each([
    ['ineligible', disableNode()],
    ['drained', drain],
  ])('that was made %s ends when an operator gives it up, and never passes', (_what, items) => {
    const scene = gone(items);
    const { world, nomad, member, run } = scene;
    giveUp(scene, run);
    world.pass(5_000);
    expect(answer(scene)).toMatchObject({ state: 'done', run, message: expect.stringContaining('given up') });
    expect(member.ended()).toMatchObject([{ id: run, verdict: 'failed', reason: 'given_up' }]);
    const record = nomad.items(home, `chaos/runs/${run}`);
    expect(record).toMatchObject({ state: 'done' });
    expect(JSON.parse(record?.['undo'] ?? '{}')).toMatchObject({ state: 'given-up' });
    expect(bodyOf(scene, run).intents).toMatchObject([
      { undoState: 'given-up', undoMessage: expect.stringContaining('request g1 of sirocco: it was scaled in') },
    ]);
    expect(member.notes('undo').at(-1)).toMatchObject({ outcome: 'given-up' });
    expect(member.summary()).toMatchObject({ stuckRuns: 0, open: [] });
    if (items === drain) {
      nomad.addNode(2);
      world.pass(600_000);
      expect(member.records().filter(({ call }) => call.cas === 0)).toHaveLength(2);
    }
  });

  it('is given up by the next leader too, when the record was written and nobody told', () => {
    const scene = gone();
    const { world, member: a, nomad, run } = scene;
    a.fate = ({ call }) => {
      const isEnd = call.op === 'write-variable' && call.items['state'] === 'reporting';
      return isEnd || (call.op === 'write-variable' && call.path.includes('/status/')) ? 'never' : undefined;
    };
    giveUp(scene, run);
    world.pass(5_000);
    expect(nomad.items(home, `chaos/runs/${run}`)?.['undo']).toContain('given-up');
    expect(answer(scene)).toBeUndefined();
    a.crash();
    const b = world.start({ name: 'b' });
    world.pass(60_000);
    expect(b.ended()).toMatchObject([{ id: run, verdict: 'failed', reason: 'given_up' }]);
    expect(answer(scene)).toMatchObject({ state: 'done', run });
  });

  it('stays given up through the window in which an earlier leader may still have written', () => {
    const scene = gone();
    const { world, member: a, run } = scene;
    a.crash();
    const b = world.start({ name: 'b' });
    world.pass(13_000);
    giveUp(scene, run);
    world.pass(60_000);
    expect(b.ended()).toMatchObject([{ verdict: 'failed', reason: 'given_up' }]);
  });
});

describe('a request to give up', () => {
  const rejected = (scene: ReturnType<typeof gone>, expected: object) => {
    scene.world.pass(5_000);
    expect(answer(scene)).toMatchObject({ state: 'rejected', ...expected });
    expect(scene.member.open()).toHaveLength(1);
  };

  it('is refused in words where the node came back just now', () => {
    const scene = gone();
    scene.nomad.addNode(1);
    scene.member.fate = ({ call }) => (call.op === 'node-eligibility' ? noLeader : undefined);
    giveUp(scene, scene.run);
    scene.world.pass(100);
    expect(answer(scene)).toMatchObject({ state: 'rejected', error: expect.stringContaining('still there') });
  });

  it('waits while it can not be read whether the node is there', () => {
    const scene = gone();
    scene.member.fate = ({ call }) => (call.op === 'read-node' ? noLeader : undefined);
    giveUp(scene, scene.run);
    scene.world.pass(10_000);
    expect(answer(scene)).toBeUndefined();
    scene.member.fate = () => undefined;
    scene.world.pass(5_000);
    expect(answer(scene)).toMatchObject({ state: 'done' });
  });

  it('is refused where nodes may not be read: a denial is no proof', () => {
    const scene = gone();
    scene.member.fate = ({ call }) => (call.op === 'read-node' ? denied : undefined);
    giveUp(scene, scene.run);
    rejected(scene, { error_code: 'SIR-401' });
  });

  it('is refused outside of home, and without a reason', () => {
    const scene = gone();
    giveUp(scene, scene.run, {}, 'default');
    scene.world.pass(2_000);
    expect(answer(scene, 'g1', 'default')).toMatchObject({ state: 'rejected', error_code: 'SIR-107' });
    giveUp(scene, scene.run, { reason: '' });
    rejected(scene, { error_code: 'SIR-103', error_key: 'reason' });
  });

  it('is refused for a run that is in order', () => {
    const scene = aScene(faults);
    const { world, member } = scene;
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(5_000);
    giveUp(scene, member.open()[0]?.run.id ?? '');
    world.pass(5_000);
    expect(answer(scene)).toMatchObject({
      state: 'rejected',
      error_code: 'SIR-307',
      error: expect.stringContaining('holding'),
    });
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
  });

  it('is refused for what could be put back, and only was not yet', () => {
    const scene = aScene(faults);
    const { world, member } = scene;
    member.fate = ({ call }) => (call.op === 'node-eligibility' && call.eligible ? denied : undefined);
    world.schedule(home, 'n', disableNode());
    world.pass(120_000);
    giveUp(scene, member.open()[0]?.run.id ?? '');
    world.pass(5_000);
    expect(answer(scene)).toMatchObject({ state: 'rejected', error_code: 'SIR-307' });
    expect(member.open()).toMatchObject([{ state: 'reverting', run: { stuck: {} } }]);
  });

  it('gives up the nodes that are gone, and goes on with the others', () => {
    const scene = aScene(faults);
    const { world, nomad, node, member } = scene;
    const second = nomad.addNode(2);
    const isCut = { now: false };
    member.fate = ({ call }) =>
      isCut.now && call.op === 'node-eligibility' && call.node === second && call.eligible ? denied : undefined;
    world.schedule(home, 'n', disableNode({ target_node: 'n*', target_mode: 'all' }));
    world.pass(5_000);
    expect(member.open()).toMatchObject([{ state: 'holding', run: { intents: [{}, {}] } }]);
    isCut.now = true;
    nomad.nodes.delete(node);
    world.pass(90_000);
    const run = member.open()[0]?.run.id ?? '';
    giveUp(scene, run);
    world.pass(5_000);
    expect(answer(scene)).toMatchObject({ state: 'done', message: expect.stringContaining('1 of 2') });
    const states = (each: Member) =>
      each
        .open()[0]
        ?.run.intents.map(({ undoState }) => undoState)
        .sort();
    expect(states(member)).toEqual(['given-up', 'pending']);
    isCut.now = false;
    world.pass(30_000);
    expect(nomad.nodes.get(second)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toMatchObject([{ id: run, verdict: 'failed', reason: 'given_up' }]);
  });

  it('of a record of another release changes its frozen lines', () => {
    const scene = gone();
    const { world, nomad, member: a, run } = scene;
    a.crash();
    const path = `chaos/runs/${run}`;
    const items = nomad.items(home, path) ?? {};
    nomad.put(home, path, { ...items, v: '2' });
    const b = world.start({ name: 'b' });
    world.pass(60_000);
    giveUp(scene, run);
    world.pass(30_000);
    expect(answer(scene)).toMatchObject({ state: 'done' });
    expect(JSON.parse(nomad.items(home, path)?.['undo'] ?? '{}')).toMatchObject({ state: 'given-up' });
    expect(b.open()).toEqual([]);
    expect(b.summary().stuckRuns).toBe(0);
  });
});

describe('a session of an operator that gives up what is gone', () => {
  it('ends the run as a request would', () => {
    const scene = gone();
    const { world, nomad, member: a, run } = scene;
    a.crash();
    const b = world.start({ name: 'cli', undoOnly: [run], gone: 'sirocco undo --gone: it was scaled in' });
    world.pass(60_000);
    expect(b.exits).toHaveLength(1);
    expect(nomad.items(home, `chaos/runs/${run}`)).toMatchObject({ state: 'done' });
    expect(bodyOf(scene, run)).toMatchObject({ verdict: 'failed', reason: 'given_up' });
  });

  it('gives up nothing that is still there', () => {
    const { world, nomad, node, member: a } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(5_000);
    const run = a.open()[0]?.run.id ?? '';
    a.crash();
    world.start({ name: 'cli', undoOnly: [run], gone: 'x' });
    world.pass(60_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(JSON.parse(nomad.items(home, `chaos/runs/${run}`)?.['body'] ?? '{}')).toMatchObject({
      verdict: 'aborted',
      intents: [{ undoState: 'undone' }],
    });
  });
});
