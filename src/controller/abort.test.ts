import { describe, expect, it } from 'vitest';
import { requestRunId } from '../base/ids.ts';
import { faults } from '../faults/index.ts';
import { aScene, disableNode, killWeb, killWebOften } from './scene.fixture.ts';
import { type Asked, home } from './world.fixture.ts';

const lists = ({ call }: Asked, namespace: string) =>
  call.op === 'list-variables' && call.prefix === 'chaos/schedule/' && call.namespace === namespace;

describe('a run whose schedule is not in the list', () => {
  it('goes on while the list is older than its claim: the schedule was written just before the request', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = asked => (lists(asked, 'default') ? { after: 1_500 } : undefined);
    nomad.put('default', 'chaos/schedule/k', { ...killWeb, at: '2099-01-01T00:00:00Z' });
    nomad.put('default', 'chaos/requests/r1', { action: 'run', schedule: 'k' });
    const id = requestRunId('default', 'k', 'r1', nomad.index);
    world.pass(30_000);
    expect(member.ended()).toMatchObject([{ id, verdict: 'passed' }]);
  });

  it('goes on where a new leader may not list schedules, which looks as if there were none', () => {
    const { world, node, nomad, member: a } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '2m' }));
    world.pass(5_000);
    a.crash();
    const b = world.start({ name: 'b' });
    b.fate = asked => (lists(asked, home) ? { kind: 'ok', index: nomad.index, value: [] } : undefined);
    world.pass(60_000);
    expect(b.open()).toMatchObject([{ state: 'holding', run: { intents: [{ state: 'done' }] } }]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('ineligible');
  });

  it('is undone at once where the list is newer than its claim', () => {
    const { world, node, nomad, member: a } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '10m' }));
    world.pass(5_000);
    a.crash();
    nomad.remove(home, 'chaos/schedule/n');
    const b = world.start({ name: 'b' });
    world.pass(20_000);
    expect(b.open()).toMatchObject([{ state: 'reverting', run: { abort: { reason: 'spec_deleted' } } }]);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
  });

  it('is undone at once where the list once named it, and its claim came later', () => {
    const { world, nomad, member } = aScene(faults);
    const held: Asked[] = [];
    world.schedule('default', 'k', { ...killWebOften, target_count: '1' });
    world.pass(19_990);
    // Deleted, and claimed all the same: the list that tells was answered before the claim was.
    member.fate = asked => {
      const isClaim = asked.call.op === 'write-variable' && asked.call.path.startsWith('chaos/runs/');
      if (!isClaim || held.length > 0) return undefined;
      held.push(asked);
      nomad.remove('default', 'chaos/schedule/k');
      return { after: 50 };
    };
    world.pass(5_000);
    expect(held).toHaveLength(1);
    expect(member.calls('alloc-signal')).toEqual([]);
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'spec_deleted' }]);
  });
});
