import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../spec/experiment.ts';
import type { When } from './series.ts';
import { type TickAnchor, type Ticks, ticks as ticksOf } from './ticks.ts';

const second = 1000;
const minute = 60 * second;
const none = Number.NEGATIVE_INFINITY;
const written = 1_000_000 * minute;

const run = (tick: number) => `default_web_${tick}`;

/** Without what chance adds, where it adds nothing. */
function ticks(of: Schedule, anchor: Omit<TickAnchor, 'run'>): Omit<Ticks, 'dueAt' | 'skipped'> {
  const { dueAt, skipped, ...owed } = ticksOf(of, { ...anchor, run });
  expect([dueAt, skipped]).toEqual([owed.due, 0]);
  return owed;
}

function schedule(when: When, startDeadlineMs = 5 * minute, suspend = false): Schedule {
  return { when, startDeadlineMs, suspend };
}

const everyMinute = schedule({ kind: 'every', everyMs: minute });

describe('what a schedule owes', () => {
  it('is nothing before its first tick, one period after it was written', () => {
    expect(ticks(everyMinute, { modifyTime: written, handled: none, now: written + 59_999 })).toEqual({
      due: undefined,
      missed: 0,
      spentUntil: none,
      next: written + minute,
    });
  });

  it('is the tick when its time has come, and only once', () => {
    const due = written + minute;
    expect(ticks(everyMinute, { modifyTime: written, handled: none, now: due })).toEqual({
      due,
      missed: 0,
      spentUntil: none,
      next: due + minute,
    });
    expect(ticks(everyMinute, { modifyTime: written, handled: due, now: due })).toEqual({
      due: undefined,
      missed: 0,
      spentUntil: due,
      next: due + minute,
    });
  });

  it('after a sleep is the newest tick alone, the others being missed', () => {
    const now = written + 30 * minute + 10;
    expect(ticks(everyMinute, { modifyTime: written, handled: written + 10 * minute, now })).toEqual({
      due: written + 30 * minute,
      missed: 19,
      spentUntil: written + 29 * minute,
      next: written + 31 * minute,
    });
  });

  it('is nothing past the start deadline: the tick is missed', () => {
    const hourly = schedule({ kind: 'every', everyMs: 60 * minute });
    const tick = written + 60 * minute;
    expect(ticks(hourly, { modifyTime: written, handled: none, now: tick + 5 * minute }).due).toBe(tick);
    expect(ticks(hourly, { modifyTime: written, handled: none, now: tick + 5 * minute + 1 })).toEqual({
      due: undefined,
      missed: 1,
      spentUntil: tick,
      next: tick + 60 * minute,
    });
    expect(ticks(hourly, { modifyTime: written, handled: tick, now: tick + 6 * minute }).missed).toBe(0);
  });

  it.each<[string, When, number]>([
    ['at a time', { kind: 'at', at: written + minute }, written + minute],
    ['at a time before it was written', { kind: 'at', at: written - minute }, written - minute],
    ['now', { kind: 'at-now' }, written],
  ])('once, %s, is one tick', (_, when, tick) => {
    const once = schedule(when);
    expect(ticks(once, { modifyTime: written, handled: none, now: tick - 1 })).toMatchObject({
      due: undefined,
      next: tick,
    });
    expect(ticks(once, { modifyTime: written, handled: none, now: tick + minute })).toEqual({
      due: tick,
      missed: 0,
      spentUntil: none,
      next: undefined,
    });
    expect(ticks(once, { modifyTime: written, handled: tick, now: tick + minute })).toEqual({
      due: undefined,
      missed: 0,
      spentUntil: tick,
      next: undefined,
    });
    expect(ticks(once, { modifyTime: written, handled: none, now: tick + 6 * minute })).toEqual({
      due: undefined,
      missed: 1,
      spentUntil: tick,
      next: undefined,
    });
  });

  it('is nothing while it is suspended', () => {
    const resting = schedule({ kind: 'every', everyMs: minute }, 5 * minute, true);
    expect(ticks(resting, { modifyTime: written, handled: none, now: written + 99 * minute })).toEqual({
      due: undefined,
      missed: 0,
      spentUntil: none,
      next: undefined,
    });
  });
});

describe('a wall clock that jumps', () => {
  it('back a little names no tick twice', () => {
    const tick = written + 10 * minute;
    const back = { modifyTime: written, handled: tick, now: tick - 50 };
    expect(ticks(everyMinute, back)).toEqual({ due: undefined, missed: 0, spentUntil: tick, next: tick + minute });
    expect(ticks(everyMinute, { ...back, now: tick }).due).toBeUndefined();
  });

  it('back by more than the start deadline does not silence the schedule until then', () => {
    const inAYear = written + 525_600 * minute;
    const now = written + 10 * minute + 1;
    expect(ticks(everyMinute, { modifyTime: written, handled: inAYear, now })).toEqual({
      due: written + 10 * minute,
      missed: 0,
      spentUntil: inAYear,
      next: written + 11 * minute,
    });
  });

  it('back to before a single time that was handled does not bring it again', () => {
    const at = written + 60 * minute;
    expect(ticks(schedule({ kind: 'at', at }), { modifyTime: written, handled: at, now: written })).toMatchObject({
      due: undefined,
      next: undefined,
    });
  });

  it('forward by years costs no more than a look', () => {
    const often = schedule({ kind: 'every', everyMs: second });
    const now = written + 10 * 365 * 1440 * minute;
    expect(ticks(often, { modifyTime: written, handled: none, now })).toMatchObject({
      due: now,
      missed: 315_359_999,
      spentUntil: now - second,
    });
  });
});

const anyWhen: fc.Arbitrary<When> = fc.oneof(
  fc.integer({ min: 0, max: 2e9 }).map(at => ({ kind: 'at', at: written + at }) as const),
  fc.constant({ kind: 'at-now' } as const),
  fc.integer({ min: second, max: 1e8 }).map(everyMs => ({ kind: 'every', everyMs }) as const),
);

describe('over any life with sleeps', () => {
  const life = fc.record({
    when: anyWhen,
    deadline: fc.integer({ min: second, max: 1e7 }),
    sleeps: fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2e8 })), {
      minLength: 1,
      maxLength: 40,
    }),
  });

  it('each tick is started or missed, exactly once, in order, and none starts late', () => {
    fc.assert(
      fc.property(life, ({ when, deadline, sleeps }) => {
        const plan = schedule(when, deadline);
        let [now, handled, started, missed] = [written, none, 0, 0];
        for (const sleep of sleeps) {
          now += sleep;
          const owed = ticks(plan, { modifyTime: written, handled, now });
          missed += owed.missed;
          expect(owed.spentUntil).toBeGreaterThanOrEqual(handled);
          if (owed.due !== undefined) {
            started += 1;
            expect(owed.due).toBeGreaterThan(owed.spentUntil);
            expect(owed.due).toBeLessThanOrEqual(now);
            expect(now - owed.due).toBeLessThanOrEqual(deadline);
          }
          if (owed.next !== undefined) expect(owed.next).toBeGreaterThan(now);
          handled = owed.due ?? owed.spentUntil;
          const again = ticks(plan, { modifyTime: written, handled, now });
          expect([again.due, again.missed]).toEqual([undefined, 0]);
        }
        expect(started + missed).toBe(ticksUntil(when, now));
      }),
    );
  });

  it('a clock that only goes back and forth a little starts no tick twice', () => {
    const steps = fc.array(fc.integer({ min: -4000, max: 4500 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(anyWhen, steps, (when, moves) => {
        const plan = schedule(when, 5 * minute);
        const seen = new Set<number>();
        let [now, handled] = [written, none];
        for (const move of moves) {
          now += move;
          const owed = ticks(plan, { modifyTime: written, handled, now });
          if (owed.due !== undefined) expect(seen.has(owed.due)).toBe(false);
          if (owed.due !== undefined) seen.add(owed.due);
          handled = owed.due ?? owed.spentUntil;
        }
      }),
    );
  });
});

function ticksUntil(when: When, now: number): number {
  if (when.kind === 'every') return Math.floor((now - written) / when.everyMs);
  return (when.kind === 'at' ? when.at : written) <= now ? 1 : 0;
}
