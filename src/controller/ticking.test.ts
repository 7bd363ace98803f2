import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { isSkipped, jitterOf } from '../schedule/draw.ts';
import { seriesOf } from '../schedule/series.ts';
import type { Schedule } from '../spec/experiment.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, disableNode, killWeb, killWebOften, wideLimits } from './scene.fixture.ts';
import { home, type Member, type World } from './world.fixture.ts';

const claims = (member: Member) => member.records().filter(({ call }) => call.items['state'] === 'queued');
const claimed = (member: Member) => claims(member).map(({ call }) => call.path.slice('chaos/runs/'.length));
const outcomes = (member: Member) => member.notes('tick').map(each => each.outcome);
const often = (over: Items): Items => {
  const { at: _, ...lasting } = disableNode();
  return { ...lasting, every: '20s', ...over };
};
const node = (member: Member) => member.calls('node-eligibility').map(({ call }) => call.eligible);

/** When each tick of a schedule that was written now comes due, and whether it starts. */
function expected(world: World, namespace: string, name: string, schedule: Partial<Schedule>, count: number) {
  const modifyTime = world.clock.wall;
  const when = { kind: 'every', everyMs: 20_000 } as const;
  const all: Schedule = { when, startDeadlineMs: 300_000, suspend: false, ...schedule };
  return Array.from({ length: count }, (_, n) => {
    const tick = modifyTime + (n + 1) * 20_000;
    const run = () => `${namespace}_${name}_${new Date(tick).toISOString().replaceAll(/[-:]|\.000/g, '')}`;
    return {
      tick,
      run: run(),
      dueAt: tick + jitterOf(all, seriesOf(when, modifyTime), tick, run),
      skipped: isSkipped(all, tick, run),
    };
  });
}

describe('cron', () => {
  it('claims its ticks by the calendar of its zone, and says when the next is due', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...killWebOften, every: '', cron: '*/2 * * * *', timezone: 'Europe/Paris' });
    world.pass(1_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'rejected', error_key: 'every' });
    const { every: _, ...kill } = killWebOften;
    world.schedule('default', 'k', { ...kill, cron: '*/2 * * * *', timezone: 'Europe/Paris' });
    world.pass(2_000);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted', next_run: '2026-11-24T10:02:00Z' });
    world.pass(300_000);
    expect(claimed(member)).toEqual(['default_k_20261124T100200Z', 'default_k_20261124T100400Z']);
    expect(world.status('default', 'k')).toMatchObject({ state: 'accepted', next_run: '2026-11-24T10:06:00Z' });
  });
});

describe('a schedule with a jitter', () => {
  it('claims its ticks by their own names at their drawn times, and tells of those', () => {
    const { world, member } = aScene(faults);
    const ticks = expected(world, 'default', 'k', { jitterMs: 15_000 }, 5);
    world.schedule('default', 'k', { ...killWebOften, start_jitter: '15s' });
    world.pass(2_000);
    expect(world.status('default', 'k')?.['next_run']).toBe(new Date(ticks[0]?.dueAt ?? 0).toISOString());
    const begun = world.clock.wall - world.clock.mono;
    world.pass(118_000);
    expect(claimed(member)).toEqual(ticks.map(each => each.run));
    const late = claims(member).map(({ at }, i) => begun + at - (ticks[i]?.dueAt ?? 0));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThan(10);
    const delays = member.notes('injection').map(each => each.dueDelayMs ?? Number.NaN);
    expect(delays.length).toBeGreaterThan(0);
    expect(Math.max(...delays)).toBeLessThan(1_000);
  });

  it('draws the same again after a takeover, and claims no tick twice', () => {
    const { world, nomad, member: a } = aScene(faults);
    const ticks = expected(world, 'default', 'k', { jitterMs: 15_000 }, 4);
    const second = ticks[1];
    world.schedule('default', 'k', { ...killWebOften, start_jitter: '15s' });
    world.pass((second?.tick ?? 0) - world.clock.wall + 1);
    a.crash();
    nomad.breakLock();
    const b = world.start({ name: 'b' });
    world.pass((ticks[3]?.dueAt ?? 0) - world.clock.wall + 500);
    expect(claimed(a)).toEqual([ticks[0]?.run]);
    expect(claimed(b)).toEqual(ticks.slice(1).map(each => each.run));
    expect(outcomes(b).filter(each => each === 'missed')).toEqual([]);
  });

  it('gives the run its start deadline from the drawn time', () => {
    const { world, member } = aScene(faults);
    const [first] = expected(world, 'default', 'k', { jitterMs: 15_000 }, 1);
    world.schedule('default', 'k', { ...killWebOften, start_jitter: '15s', start_deadline: '10s' });
    world.pass((first?.dueAt ?? 0) - world.clock.wall + 50);
    const runs = [...member.open().map(each => each.run), ...member.ended()];
    expect(runs.map(each => each.tick)).toEqual([first?.tick]);
    expect(JSON.parse(claims(member)[0]?.call.items['body'] ?? '{}')).toMatchObject({
      tick: first?.tick,
      startDeadline: (first?.dueAt ?? 0) + 10_000,
    });
  });
});

describe('a schedule with a probability', () => {
  it('leaves no record of what it leaves out, counts it, and does the same after a takeover', () => {
    const { world, nomad, member: a } = aScene(faults);
    const ticks = expected(world, 'default', 'k', { probability: 0.5 }, 12);
    const started = ticks.filter(each => !each.skipped).map(each => each.run);
    expect(started.length).toBeGreaterThan(2);
    expect(started.length).toBeLessThan(10);
    world.schedule('default', 'k', { ...killWebOften, probability: '0.5' });
    const firstSkip = ticks.findIndex(each => each.skipped);
    world.pass((ticks[firstSkip]?.tick ?? 0) - world.clock.wall + 2_000);
    a.crash();
    nomad.breakLock();
    const b = world.start({ name: 'b' });
    world.pass((ticks[11]?.tick ?? 0) - world.clock.wall + 5_000);
    expect([...claimed(a), ...claimed(b)]).toEqual(started);
    expect(outcomes(a)).toContain('skipped');
    expect([...outcomes(a), ...outcomes(b)]).not.toContain('missed');
    expect(world.status('default', 'k')?.['missed']).toBeUndefined();
  });
});

describe('while a run of a schedule is open', () => {
  it('allow starts the next beside it, as far as limits let it', () => {
    const { world, member } = aScene(faults, { ...wideLimits, max_runs_per_job: '5' });
    world.schedule(home, 'n', often({ duration: '50s', concurrency: 'allow' }));
    world.pass(43_000);
    expect(claims(member)).toHaveLength(2);
    expect(outcomes(member)).not.toContain('forbidden');
  });

  it('a tick that it left out is left out by the next leader too', () => {
    const { world, nomad, member } = aScene(faults);
    world.schedule(home, 'n', often({ duration: '70s', every: '60s' }));
    world.pass(135_000);
    expect(claims(member)).toHaveLength(1);
    expect(outcomes(member)).toEqual(['forbidden']);
    expect(member.ended()).toHaveLength(1);
    member.crash();
    nomad.breakLock();
    const next = world.start({ name: 'b' });
    world.pass(40_000);
    expect(claims(next)).toEqual([]);
    world.pass(20_000);
    expect(claims(next)).toHaveLength(1);
  });

  it('replace undoes it first, says why, and then starts the next', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'n', often({ duration: '50s', concurrency: 'replace' }));
    world.pass(19_900);
    expect(member.open()).toEqual([]);
    world.pass(30_000);
    const [first, second] = claimed(member);
    expect(member.ended()).toMatchObject([{ id: first, verdict: 'aborted', reason: 'replaced' }]);
    expect(member.open()).toMatchObject([{ state: 'holding', run: { id: second } }]);
    expect(node(member)).toEqual([false, true, false]);
    expect(outcomes(member)).not.toContain('missed');
    world.pass(40_000);
    expect(claims(member)).toHaveLength(4);
    expect(member.open()).toHaveLength(1);
  });

  it('replace waits for what is not undone yet, and misses the tick past its start deadline', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'n', often({ duration: '30s', concurrency: 'replace', start_deadline: '8s' }));
    let isStubborn = true;
    member.fate = ({ call }) =>
      isStubborn && call.op === 'node-eligibility' && call.eligible
        ? { kind: 'refused', reason: 'error', message: 'not now' }
        : undefined;
    world.pass(52_000);
    expect(claims(member)).toHaveLength(1);
    expect(member.open()).toMatchObject([{ state: 'reverting', run: { abort: { reason: 'replaced' } } }]);
    expect(outcomes(member)).toEqual(['missed']);
    isStubborn = false;
    world.pass(25_000);
    expect(claims(member)).toHaveLength(2);
    expect(outcomes(member)).toEqual(['missed']);
  });

  it('replace goes on where a new leader finds the tick due and the old run open', () => {
    const { world, nomad, member: a } = aScene(faults);
    world.schedule(home, 'n', often({ duration: '2m', concurrency: 'replace' }));
    world.pass(30_000);
    a.crash();
    nomad.breakLock();
    world.pass(12_000);
    const b = world.start({ name: 'b' });
    world.pass(30_000);
    expect(b.ended()[0]).toMatchObject({ id: claimed(a)[0], verdict: 'aborted', reason: 'replaced' });
    expect(new Set([...claimed(a), ...claimed(b)]).size).toBe(claims(a).length + claims(b).length);
    expect(node(b)[0]).toBe(true);
  });

  it('a tick that is left out replaces nothing', () => {
    const { world, member } = aScene(faults);
    world.schedule(home, 'n', often({ duration: '50s', concurrency: 'replace', probability: '1' }));
    world.pass(25_000);
    world.schedule(home, 'n', often({ duration: '50s', concurrency: 'replace', probability: '0' }));
    world.pass(30_000);
    expect(outcomes(member)).toEqual(['skipped']);
    expect(member.open()).toMatchObject([{ state: 'holding' }]);
  });
});

describe('a schedule that is far away', () => {
  it('starts on its millisecond', () => {
    const { world, member } = aScene(faults);
    const due = world.clock.wall + 24 * 3_600_000;
    world.schedule('default', 'k', { ...killWeb, at: new Date(due).toISOString() });
    world.pass(due - world.clock.wall - 1);
    expect(claims(member)).toEqual([]);
    world.pass(1);
    expect(claims(member)).toHaveLength(1);
  });
});
