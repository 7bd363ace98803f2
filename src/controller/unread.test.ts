import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { ambiguous, anEmptyScene, aScene, disableNode, killWeb, killWebOften } from './scene.fixture.ts';
import { type Asked, home, type Member } from './world.fixture.ts';

const old = 'default_old_20261101T000000Z';
const record = `chaos/runs/${old}`;
const done = { v: '1', state: 'done', undo: '', body: '{}', term: '3' };

const fails = ({ call }: Asked) => (call.op === 'read-variable' && call.path === record ? ambiguous : undefined);

/** A cordon of thirty seconds in force, whose controller dies, beside an old record that can't be read. */
function takenOver() {
  const scene = aScene(faults);
  const { world, nomad, member: a } = scene;
  world.schedule(home, 'n', disableNode({ duration: '30s' }));
  world.pass(5_000);
  nomad.put(home, record, done);
  a.crash();
  const b = world.start({ name: 'b' });
  b.fate = fails;
  return { ...scene, b };
}

const isEligible = ({ nomad, node }: ReturnType<typeof takenOver>) =>
  nomad.nodes.get(node)?.SchedulingEligibility === 'eligible';

describe('a record that can not be read at a takeover', () => {
  it('keeps nobody from undoing what the others hold', () => {
    const scene = takenOver();
    scene.world.pass(60_000);
    expect(isEligible(scene)).toBe(true);
    expect(scene.b.ended()).toMatchObject([{ schedule: 'n' }]);
  });

  it('is shown as stuck, once, with the line that shows it, and is read again and again', () => {
    const { world, b } = takenOver();
    world.pass(600_000);
    expect(b.notes('stuck')).toMatchObject([
      {
        run: old,
        reason: expect.stringContaining('no answer in time'),
        byHand: `nomad var get -namespace ${home} ${record}`,
      },
    ]);
    expect(b.summary()).toMatchObject({
      leading: true,
      stuckRuns: 1,
      open: [{ run: old, state: 'unread', stuck: true }],
    });
    const reads = b.calls('read-variable').filter(({ call }) => call.path === record);
    const at = reads.map(each => each.at);
    expect(Math.max(...at.slice(1).map((each, i) => each - (at[i] ?? 0)))).toBeLessThanOrEqual(5_010);
    expect(reads.length).toBeLessThan(160);
  });

  it('lets nothing new begin until it is read, and then everything', () => {
    const { world, nomad, b } = takenOver();
    world.schedule('default', 'k', killWebOften);
    world.schedule('default', 'j', { ...killWeb, at: '2099-01-01T00:00:00Z' });
    nomad.put('default', 'chaos/requests/r1', { action: 'run', schedule: 'j' });
    world.pass(120_000);
    expect(b.records().filter(({ call }) => call.cas === 0)).toEqual([]);
    expect(nomad.items('default', 'chaos/status/requests/r1')).toBeUndefined();
    b.fate = () => undefined;
    world.pass(60_000);
    expect(b.summary()).toMatchObject({ stuckRuns: 0 });
    expect(b.ended().map(each => each.id)).toContain(old);
    expect(b.calls('alloc-signal').length).toBeGreaterThanOrEqual(2);
    expect(nomad.items('default', 'chaos/status/requests/r1')).toMatchObject({ state: 'done', verdict: 'passed' });
  });

  it('lets nothing begin that was claimed before either', () => {
    const { world, nomad, member: a } = aScene(faults);
    a.fate = ({ call }) => (call.op === 'write-variable' && call.items['state'] === 'injecting' ? 'never' : undefined);
    world.schedule('default', 'k', killWeb);
    world.pass(2_000);
    nomad.put(home, record, done);
    a.crash();
    const b = world.start({ name: 'b' });
    b.fate = fails;
    world.pass(120_000);
    expect(b.open()).toMatchObject([{ state: 'admitted' }]);
    b.fate = () => undefined;
    world.pass(60_000);
    expect(b.calls('alloc-signal')).toHaveLength(1);
    expect(b.ended()).toContainEqual(expect.objectContaining({ schedule: 'k', verdict: 'passed' }));
  });

  it('is forgotten when somebody deletes it', () => {
    const { world, nomad, b } = takenOver();
    world.pass(60_000);
    nomad.remove(home, record);
    b.fate = () => undefined;
    world.schedule('default', 'k', killWeb);
    world.pass(60_000);
    expect(b.summary().stuckRuns).toBe(0);
    expect(b.calls('alloc-signal')).toHaveLength(1);
  });

  it('is named by nobody as unknown: whoever asks about its run waits', () => {
    const { world, nomad, b } = takenOver();
    nomad.put(home, 'chaos/requests/a1', { action: 'abort', run: old });
    world.pass(60_000);
    expect(nomad.items(home, 'chaos/status/requests/a1')).toBeUndefined();
    b.fate = () => undefined;
    world.pass(10_000);
    expect(nomad.items(home, 'chaos/status/requests/a1')).toMatchObject({
      state: 'done',
      message: 'it was over already',
    });
  });

  it.each<[string, string, (member: Member) => void]>([
    ['its own run', old, member => expect(member.exits).toEqual([])],
    ['another', `${home}_n_20261124T100003Z`, member => expect(member.exits).toHaveLength(1)],
  ])('does not let a session that undoes %s say more than it knows', (_what, run, check) => {
    const { world, nomad, member: a } = aScene(faults);
    nomad.put(home, record, done);
    a.crash();
    const b = world.start({ name: 'cli', undoOnly: [run] });
    b.fate = fails;
    world.pass(120_000);
    check(b);
    expect(b.summary().open.filter(each => each.run === run)).toHaveLength(run === old ? 1 : 0);
  });

  it('of thousands that are only slow is no trouble', () => {
    const { world, nomad } = anEmptyScene(faults);
    nomad.put(home, record, done);
    const b = world.start();
    b.fate = ({ call }) => (call.op === 'read-variable' && call.path === record ? { after: 2_000 } : undefined);
    world.pass(20_000);
    expect(b.notes('stuck')).toEqual([]);
    expect(b.summary()).toMatchObject({ leading: true });
  });
});

describe('the record of an open run that somebody else wrote', () => {
  it('and that can not be read, keeps it from its end and not from its undo', () => {
    const { world, nomad, node, member } = aScene(faults);
    world.schedule(home, 'n', disableNode({ duration: '30s' }));
    world.pass(5_000);
    const [path = ''] = nomad.paths(home, 'chaos/runs/');
    nomad.put(home, path, { ...nomad.items(home, path), term: '1' });
    member.fate = ({ call }) => (call.op === 'read-variable' && call.path === path ? ambiguous : undefined);
    world.pass(60_000);
    expect(nomad.nodes.get(node)?.SchedulingEligibility).toBe('eligible');
    expect(member.summary()).toMatchObject({ stuckRuns: 1, open: [{ stuck: true }] });
    expect(member.notes('stuck')).toMatchObject([{ reason: expect.stringContaining("can't be read") }]);
    expect(world.status(home, 'n')).toMatchObject({ state: 'running', reason: 'stuck' });
    member.fate = () => undefined;
    world.pass(60_000);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
    expect(member.summary().stuckRuns).toBe(0);
  });
});
