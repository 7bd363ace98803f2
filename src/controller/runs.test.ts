import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { ambiguous, aScene, denied, disableNode, killWeb, noLeader, stopWeb } from './scene.fixture.ts';
import { type Asked, home, type Member } from './world.fixture.ts';

/** A call in a few words. */
function words({ call }: Asked): string {
  if (call.op === 'write-variable') return `write ${call.path} ${call.items['state'] ?? ''}`.trim();
  if (call.op === 'read-variable') return `read ${call.path}`;
  if (call.op === 'list-variables') return `list ${call.prefix}`;
  return 'job' in call ? `${call.op} ${call.job}` : call.op;
}

const states = (member: Member) => member.records().map(({ call }) => call.items['state']);
const record = 'chaos/runs/default_k_20261124T100003Z';
const reads = ['list-job-allocs web', 'read-job web'];

describe('a run of one step without repetition', () => {
  it('makes exactly these calls, in this order', () => {
    const { world, member } = aScene(faults);
    const before = member.asked.length;
    world.schedule('default', 'k', killWeb);
    world.pass(2_900);
    expect(member.asked.slice(before).map(words)).toEqual([
      'read chaos/schedule/k',
      'list chaos/schedule/',
      `write ${record} queued`,
      'read chaos/status/k',
      ...reads,
      'list-job-deployments web',
      'write chaos/status/k running',
      `write ${record} injecting`,
      'read chaos/control/halt',
      'read chaos/control/halt',
      ...reads,
      'alloc-signal',
      ...reads,
      `write ${record} reverting`,
      `write ${record} recovering`,
      ...reads,
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
      call.op === 'write-variable' && call.path === record && states(member).length < 5 ? noLeader : undefined;
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
      if (call.op !== 'write-variable' || call.path !== record || lost.has(call.items['state'] ?? '')) return undefined;
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

  it('of a tick that another had claimed takes up what is there', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWeb, at: new Date(world.clock.wall + 5_000).toISOString() });
    nomad.put(home, 'chaos/runs/default_k_20261124T100008Z', { v: '1', state: 'done', undo: '', body: '{}' });
    world.pass(30_000);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.open()).toEqual([]);
    expect(world.status('default', 'k')).toMatchObject({ state: 'done' });
  });

  it('that may not be made is told, and harms nothing', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'write-variable' && call.path === record ? denied : undefined);
    world.schedule('default', 'k', killWeb);
    world.pass(60_000);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.notes('denied')[0]).toMatchObject({ what: `write ${home}:${record}` });
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
