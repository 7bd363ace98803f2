import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import type { Items } from './puppet.fixture.ts';
import { ambiguous, aScene, denied, haltPath } from './scene.fixture.ts';
import { home, type Member } from './world.fixture.ts';

const stopJob = (over: Items = {}): Items => ({
  fault: 'job-stop',
  target_job: 'web',
  at: 'now',
  duration: '20s',
  recover_within: '30s',
  ...over,
});

const ops = new Set(['job-tag', 'job-stop', 'job-revert', 'job-untag']);
const callsOf = (member: Member) => member.asked.map(({ call }) => call.op).filter(op => ops.has(op));
const intentsOf = (member: Member) => JSON.parse(member.records().at(-1)?.call.items['body'] ?? '{}').intents;

describe('calls in order', () => {
  it('leave one after another, and are undone the other way round', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 's', stopJob());
    world.pass(10_000);
    expect(callsOf(member)).toEqual(['job-tag', 'job-stop']);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
    expect(nomad.book.versions('web').map(each => [each.Version, each.Stop, each.VersionTag?.Name])).toEqual([
      [1, true, expect.stringMatching(/^sirocco-/)],
      [0, false, expect.stringMatching(/^sirocco-/)],
    ]);
    world.pass(60_000);
    // The stopped version had the tag too: one untag for each that bears it.
    expect(callsOf(member)).toEqual(['job-tag', 'job-stop', 'job-revert', 'job-untag', 'job-untag']);
    expect(nomad.book.versions('web').map(each => [each.Version, each.Stop, each.VersionTag?.Name])).toEqual([
      [2, false, undefined],
      [1, true, undefined],
      [0, false, undefined],
    ]);
    expect(nomad.allocsOf('web').filter(each => each.ClientStatus === 'running')).toHaveLength(4);
    expect(intentsOf(member)).toMatchObject([
      { undoState: 'undone', after: { tag: null } },
      { order: 1, undoState: 'undone', after: { version: 2, stop: false } },
    ]);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('wait for the answer of those before them', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'job-tag' ? { after: 1_500 } : undefined);
    world.schedule('default', 's', stopJob());
    world.pass(1_000);
    expect(callsOf(member)).toEqual(['job-tag']);
    world.pass(3_000);
    const at = (op: 'job-tag' | 'job-stop') => member.calls(op)[0]?.at ?? Number.NaN;
    expect(at('job-stop') - at('job-tag')).toBeGreaterThanOrEqual(1_500);
  });

  it('are withheld when one before them was refused', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'job-tag' ? denied : undefined);
    world.schedule('default', 's', stopJob());
    world.pass(60_000);
    expect(callsOf(member)).toEqual(['job-tag']);
    expect(member.notes('injection')).toMatchObject([
      { outcome: 'refused' },
      { outcome: 'withheld', message: 'what comes before it was not done: Permission denied' },
    ]);
    expect(nomad.jobs.get('web')?.Stop).toBe(false);
    expect(member.ended()).toMatchObject([{ verdict: 'failed', reason: 'injection_refused' }]);
  });

  it('are withheld when one before them stays without an answer, which is undone', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = asked => {
      if (asked.call.op !== 'job-tag') return undefined;
      nomad.answer(asked.call);
      return ambiguous;
    };
    world.schedule('default', 's', stopJob());
    world.pass(200_000);
    expect(member.calls('job-stop')).toEqual([]);
    expect(member.notes('injection').map(each => each.outcome)).toEqual(['unknown', 'withheld']);
    expect(nomad.book.versions('web').some(each => each.VersionTag !== undefined)).toBe(false);
    expect(member.open()).toEqual([]);
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'withheld' }]);
  });

  it('are withheld by a halt that comes between, and what was done is undone', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'job-tag' ? { after: 1_500 } : undefined);
    world.schedule('default', 's', stopJob());
    world.pass(1_000);
    nomad.put(home, haltPath, { reason: 'enough' });
    world.pass(60_000);
    expect(callsOf(member)).toEqual(['job-tag', 'job-untag']);
    expect(member.ended()).toMatchObject([{ verdict: 'aborted', reason: 'halted' }]);
  });
});

describe('undoing in order', () => {
  it('does not untag while the job is not proved to run again', () => {
    const { world, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'job-revert' ? denied : undefined);
    world.schedule('default', 's', stopJob({ duration: '5s' }));
    world.pass(90_000);
    expect(member.calls('job-revert').length).toBeGreaterThan(3);
    expect(member.calls('job-untag')).toEqual([]);
    expect(member.notes('stuck')).toMatchObject([{ byHand: expect.stringContaining('nomad job revert') }]);
  });

  it('goes on to what comes before as soon as that is proved, also where it was stuck', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = ({ call }) => (call.op === 'job-revert' ? denied : undefined);
    world.schedule('default', 's', stopJob({ duration: '5s' }));
    world.pass(90_000);
    member.fate = () => undefined;
    world.pass(20_000);
    expect(callsOf(member).slice(-3)).toEqual(['job-revert', 'job-untag', 'job-untag']);
    expect(nomad.jobs.get('web')?.Stop).toBe(false);
    expect(member.ended()).toMatchObject([{ verdict: 'passed' }]);
  });

  it('untags what somebody else stopped again, and leaves it stopped', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 's', stopJob());
    world.pass(10_000);
    nomad.book.deploy('web');
    nomad.book.halt('web');
    world.pass(60_000);
    expect(member.calls('job-revert')).toEqual([]);
    expect(nomad.jobs.get('web')?.Stop).toBe(true);
    expect(nomad.book.versions('web').some(each => each.VersionTag !== undefined)).toBe(false);
    expect(intentsOf(member)).toMatchObject([{ undoState: 'undone' }, { undoState: 'superseded' }]);
  });

  it('brings back what a deploy had brought between the choice and the stop', () => {
    const { world, nomad, member } = aScene(faults);
    member.fate = ({ call }) => {
      if (call.op === 'job-stop') nomad.book.deploy('web', { Meta: { release: '2' } } as object);
      return undefined;
    };
    world.schedule('default', 's', stopJob({ duration: '5s' }));
    world.pass(60_000);
    expect(member.calls('job-revert').map(({ call }) => [call.version, call.prior])).toEqual([[1, 2]]);
    expect(nomad.jobs.get('web')).toMatchObject({ Stop: false, Version: 3, Meta: { release: '2' } });
    expect(nomad.book.versions('web').some(each => each.VersionTag !== undefined)).toBe(false);
  });

  it('ends where the job was purged meanwhile', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 's', stopJob());
    world.pass(10_000);
    nomad.book.purge('web');
    world.pass(90_000);
    expect(callsOf(member)).toEqual(['job-tag', 'job-stop']);
    expect(intentsOf(member)).toMatchObject([{ undoState: 'superseded' }, { undoState: 'superseded' }]);
    expect(member.open()).toEqual([]);
  });

  it('is done by whoever takes over, of a stop that was never answered', () => {
    const { world, nomad, member: a } = aScene(faults);
    a.fate = asked => {
      if (asked.call.op !== 'job-stop') return undefined;
      nomad.answer(asked.call);
      return 'never';
    };
    world.schedule('default', 's', stopJob());
    world.pass(5_000);
    expect(nomad.jobs.get('web')?.Stop).toBe(true);
    a.crash();
    const b = world.start({ name: 'b' });
    world.pass(200_000);
    expect(callsOf(b)).toEqual(['job-revert', 'job-untag', 'job-untag']);
    expect(nomad.jobs.get('web')?.Stop).toBe(false);
    expect(b.open()).toEqual([]);
    expect(b.ended()).toMatchObject([{ verdict: 'failed' }]);
  });
});
