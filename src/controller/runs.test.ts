import { describe, expect, it } from 'vitest';
import { allocEvent } from '../cluster/nomad.fixture.ts';
import { faults } from '../faults/index.ts';
import { ambiguous, aScene, denied, disableNode, killWeb, killWebOften, noLeader, stopWeb } from './scene.fixture.ts';
import { type Asked, home, type Member } from './world.fixture.ts';

/** A call in a few words. */
function words({ call }: Asked): string {
  if (call.op === 'write-variable') return `write ${call.path} ${call.items['state'] ?? ''}`.trim();
  if (call.op === 'read-variable') return `read ${call.path}`;
  if (call.op === 'list-variables') return `list ${call.prefix}`;
  return 'job' in call ? `${call.op} ${call.job}` : call.op;
}

const states = (member: Member) => member.records().map(({ call }) => call.items['state']);
const record = 'chaos/runs/default_k_20261124T100013Z';
/** The record of a run that is due as the scene begins. */
const claimed = 'chaos/runs/default_k_20261124T100003Z';
const reads = ['list-job-allocs web', 'read-job web'];

describe('a run of one step without repetition', () => {
  it('makes exactly these calls, in this order, beside a living stream', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWebOften, every: '10s' });
    world.pass(100);
    member.happen({ kind: 'stream-open', key: 'jobs default' });
    world.pass(8_400);
    const before = member.asked.length;
    world.pass(1_400);
    /** The stream tells what became of the task that was hit. */
    const tell = () => {
      const alloc = nomad.allocs.get(member.calls('alloc-signal')[0]?.call.alloc ?? '');
      const batch = { Index: nomad.index, Events: [allocEvent(alloc, nomad.index)] };
      member.happen({ kind: 'stream-batch', key: 'jobs default', batch });
    };
    world.pass(110);
    tell();
    world.pass(1_300);
    nomad.settle();
    tell();
    world.pass(100);
    const calls = member.asked.slice(before).map(words);
    expect(calls.filter(each => each !== 'lock-renew')).toEqual([
      // Ahead, so that only the two writes are left between the tick and its call.
      'read chaos/control/halt',
      'read chaos/control/halt',
      ...reads,
      'list-job-deployments web',
      `write ${record} queued`,
      `write ${record} injecting`,
      'alloc-signal',
      ...reads,
      `write ${record} reverting`,
      'write chaos/status/k running',
      `write ${record} recovering`,
      ...reads,
      ...reads,
      `write ${record} reporting`,
      'write chaos/status/k running',
      `write ${record} done`,
    ]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed', recoveryMs: 1_193 }]);
  });

  it.each([
    ['that leaves nothing to undo', 'default', killWeb],
    ['that is undone by Nomad', 'default', stopWeb],
    ['that lasts', home, disableNode()],
  ])('%s writes its record at most twelve times, one after another', (_what, namespace, items) => {
    const { world, member } = aScene(faults);
    world.schedule(namespace, 'k', items);
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(member.records().length).toBeLessThanOrEqual(12);
    const at = member.records().map(each => each.at);
    expect(new Set(at).size).toBe(at.length);
    expect(states(member)[0]).toBe('queued');
    expect(states(member).at(-1)).toBe('done');
  });

  it('writes its intents before it sends them, and what undoes each with them', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'n', disableNode());
    world.pass(5_000);
    const written = member.records().find(({ call }) => call.items['state'] === 'injecting');
    const [sent] = member.calls('node-eligibility');
    expect(written?.at).toBeLessThan(sent?.at ?? 0);
    expect(JSON.parse(written?.call.items['undo'] ?? '')).toMatchObject({
      i: 0,
      fault: 'node-ineligible',
      op: 'node-eligibility',
      args: { eligible: true },
      state: 'pending',
    });
  });
});

describe('the write of a record', () => {
  it('that failed is tried again with growing waits, and nothing is sent meanwhile', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) =>
      call.op === 'write-variable' && call.path === claimed && states(member).length < 5 ? noLeader : undefined;
    world.schedule('default', 'k', killWeb);
    world.pass(30_000);
    const tries = member
      .records()
      .slice(0, 5)
      .map(each => each.at);
    const waits = tries.slice(1).map((each, i) => each - (tries[i] ?? 0));
    expect(waits).toEqual([201, 401, 801, 1_601]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('that was applied without an answer is known as our own', () => {
    const { world, nomad, member } = aScene(faults);
    const lost = new Set<string>();
    member.fate = ({ call }) => {
      if (call.op !== 'write-variable' || call.path !== claimed || lost.has(call.items['state'] ?? ''))
        return undefined;
      lost.add(call.items['state'] ?? '');
      nomad.answer(call);
      return ambiguous;
    };
    world.schedule('default', 'k', killWeb);
    world.pass(60_000);
    expect([...lost]).toEqual(['queued', 'injecting', 'reverting', 'recovering', 'reporting', 'done']);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('of a tick that another had claimed, and ended, leaves its schedule free', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', killWeb);
    world.pass(10_000);
    const done = nomad.items(home, claimed);
    const body = (done?.['body'] ?? '').replaceAll('"k"', '"l"');
    expect(done).toMatchObject({ state: 'done' });
    world.schedule('default', 'l', { ...killWeb, at: new Date(world.clock.wall + 5_000).toISOString() });
    nomad.put(home, 'chaos/runs/default_l_20261124T100018Z', { ...done, term: '1', body });
    world.pass(30_000);
    expect(member.calls('alloc-signal')).toHaveLength(1);
    expect(member.open()).toEqual([]);
    expect(world.status('default', 'l')).toMatchObject({ state: 'done' });
  });

  it('that may not be made is told, and harms nothing', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'write-variable' && call.path === claimed ? denied : undefined);
    world.schedule('default', 'k', killWeb);
    world.pass(60_000);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.notes('denied')[0]).toMatchObject({ what: `write ${home}:${claimed}` });
  });
});

describe('a record', () => {
  it('that somebody deleted is written anew, since its undo is still owed', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode());
    world.pass(3_000);
    const [path] = nomad.paths(home, 'chaos/runs/');
    if (path !== undefined) nomad.remove(home, path);
    world.pass(60_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(nomad.items(home, path ?? '')).toMatchObject({ state: 'done' });
  });

  it("that another's late write changed is read again, and goes on from there", () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode());
    world.pass(3_000);
    const [path] = nomad.paths(home, 'chaos/runs/');
    const items = nomad.items(home, path ?? '');
    if (path !== undefined && items !== undefined) nomad.put(home, path, { ...items, term: '1' });
    world.pass(60_000);
    expect(member.notes('trouble')).toMatchObject([{ message: expect.stringContaining('by another controller') }]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });
});
