import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTick } from '../base/time.ts';
import { faults } from '../faults/index.ts';
import type { Items } from './puppet.fixture.ts';
import { aScene, killWeb, killWebOften } from './scene.fixture.ts';
import type { Member, World } from './world.fixture.ts';

const second = 1_000;
const minute = 60 * second;

const { every: _, ...kill } = killWebOften;
const kinds: readonly Items[] = [
  { ...kill, every: '20s' },
  { ...kill, every: '45s', start_jitter: '30s' },
  { ...kill, cron: '* * * * *' },
  { ...kill, cron: '*/20 * * * * *', timezone: 'Australia/Lord_Howe', start_deadline: '30s' },
];

const claims = (member: Member) => member.records().filter(({ call }) => call.items['state'] === 'queued');
const claimed = (member: Member) => claims(member).map(({ call }) => call.path.slice('chaos/runs/'.length));
const count = (member: Member, outcome: string) => member.notes('tick').filter(each => each.outcome === outcome).length;
const tickOf = (run: string) => parseTick(run.slice(run.lastIndexOf('_') + 1)) ?? Number.NaN;

/** How many ticks are later than one instant and not later than another. */
function named(items: Items, written: number, to: number): number {
  if (items['every'] !== undefined) return Math.floor((to - written) / (Number.parseInt(items['every'], 10) * second));
  const period = items['cron'] === '* * * * *' ? minute : 20 * second;
  return Math.floor(to / period) - Math.floor(written / period);
}

describe('the sleep of a machine', () => {
  it.each<[string, (world: World, ms: number) => void]>([
    ['that its clocks count', (world, ms) => world.freeze(ms)],
    [
      'that its monotonic clock knows nothing of',
      (world, ms) => {
        world.clock.wall += ms;
      },
    ],
  ])('%s starts the newest tick alone, and misses the others', (_what, sleep) => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...kill, cron: '* * * * *' });
    world.pass(90 * second);
    expect(claimed(member)).toEqual(['default_k_20261124T100100Z']);
    sleep(world, 8 * 3600 * second);
    world.pass(20 * second);
    expect(claimed(member)).toEqual(['default_k_20261124T100100Z', 'default_k_20261124T180100Z']);
    expect(count(member, 'missed')).toBe(479);
    world.pass(60 * second);
    expect(claimed(member)).toHaveLength(3);
    expect(world.status('default', 'k')?.['missed']).toBe('479');
  });

  it('past the start deadline starts nothing late', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...kill, cron: '0 11 * * *', start_deadline: '10m' });
    world.pass(5 * second);
    world.freeze(71 * minute);
    world.pass(minute);
    expect([claimed(member), count(member, 'missed')]).toEqual([[], 1]);
  });

  it('over a jittered tick starts it as soon as it is awake, if the drawn time is not long past', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...kill, cron: '0 11 * * *', start_jitter: '20m', start_deadline: '30m' });
    world.pass(5 * second);
    world.freeze(81 * minute);
    world.pass(20 * second);
    expect(claimed(member)).toEqual(['default_k_20261124T110000Z']);
    expect(count(member, 'missed')).toBe(0);
  });

  it('of any length loses no tick: each is started, missed or forbidden', () => {
    const spans = fc.array(
      fc.record({ pass: fc.integer({ min: 0, max: 3 * minute }), sleep: fc.integer({ min: 0, max: 20 * minute }) }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.boolean(), spans, (items, isCounted, life) => {
        const { world, member } = aScene(faults);
        const written = world.clock.wall;
        world.schedule('default', 'k', items);
        for (const { pass, sleep } of life) {
          world.pass(pass);
          if (isCounted) world.freeze(sleep);
          else world.clock.wall += sleep;
        }
        world.pass(minute);
        const runs = claimed(member);
        expect(new Set(runs).size).toBe(runs.length);
        const all = runs.length + count(member, 'missed') + count(member, 'forbidden');
        const until = named(items, written, world.clock.wall);
        // The newest may have its drawn time still to come.
        expect([until, until - (items['start_jitter'] === undefined ? 0 : 1)]).toContain(all);
      }),
      { numRuns: 20, seed: 20261124 },
    );
  });
});

describe('a wall clock that jumps', () => {
  it('back an hour does not silence a schedule, nor start what it started', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...kill, cron: '*/10 * * * *' });
    world.pass(61 * minute);
    expect(claims(member)).toHaveLength(6);
    world.clock.wall -= 60 * minute;
    world.pass(59 * minute);
    expect(claims(member)).toHaveLength(6);
    world.pass(10 * minute + 5 * second);
    expect(claimed(member).at(-1)).toBe('default_k_20261124T111000Z');
    expect(claims(member)).toHaveLength(7);
  });

  it('back a little starts no tick twice, and goes on with the next', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...kill, cron: '* * * * *' });
    world.pass(60 * second);
    expect(claims(member)).toHaveLength(1);
    world.clock.wall -= 30 * second;
    world.pass(85 * second);
    expect(claimed(member)).toEqual(['default_k_20261124T100100Z']);
    world.pass(10 * second);
    expect(claimed(member)).toEqual(['default_k_20261124T100100Z', 'default_k_20261124T100200Z']);
  });

  it('back before a single time that was started does not bring it again', () => {
    const { world, member } = aScene(faults);
    const at = new Date(world.clock.wall + 10 * second).toISOString();
    world.schedule('default', 'k', { ...killWeb, at });
    world.pass(30 * second);
    world.clock.wall -= 10 * minute;
    world.pass(15 * minute);
    expect(claims(member)).toHaveLength(1);
  });

  it('there and back again starts nothing of the time that never came', () => {
    const { world, member } = aScene(faults);
    world.schedule('default', 'k', { ...kill, cron: '0 * * * *' });
    world.pass(5 * second);
    world.clock.wall += 100 * 24 * 3600 * second;
    world.pass(10 * second);
    const ahead = claims(member).length;
    expect(ahead).toBeLessThanOrEqual(1);
    world.clock.wall -= 100 * 24 * 3600 * second;
    world.pass(61 * minute);
    expect(claimed(member).slice(ahead)).toEqual(['default_k_20261124T110000Z']);
  });

  it('anywhere, again and again, starts no tick twice, none early and none late', () => {
    const jump = fc.oneof(
      fc.integer({ min: -45 * second, max: 45 * second }),
      fc.integer({ min: -90 * minute, max: 90 * minute }),
    );
    const spans = fc.array(fc.record({ pass: fc.integer({ min: 0, max: 3 * minute }), jump }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), spans, (items, life) => {
        const { world, member } = aScene(faults);
        world.pass(120 * minute);
        const offsets: { readonly from: number; readonly by: number }[] = [];
        const shift = () => offsets.push({ from: world.clock.mono, by: world.clock.wall - world.clock.mono });
        shift();
        world.schedule('default', 'k', items);
        for (const { pass, jump: by } of life) {
          world.pass(pass);
          world.clock.wall += by;
          shift();
        }
        world.pass(2 * minute);
        const runs = claimed(member);
        expect(new Set(runs).size).toBe(runs.length);
        const deadline = items['start_deadline'] === undefined ? 5 * minute : 30 * second;
        const jitter = items['start_jitter'] === undefined ? 0 : 30 * second;
        for (const { at, call } of claims(member)) {
          const wall = at + (offsets.findLast(each => each.from <= at)?.by ?? 0);
          const tick = tickOf(call.path);
          expect(tick).toBeLessThanOrEqual(wall);
          expect(wall - tick).toBeLessThanOrEqual(deadline + jitter);
        }
        expect(member.summary().leading).toBe(true);
      }),
      { numRuns: 20, seed: 20261124 },
    );
  });
});
