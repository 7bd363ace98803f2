import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../spec/experiment.ts';
import { isSkipped } from './draw.ts';
import { type TickAnchor, ticks } from './ticks.ts';

const minute = 60_000;
const none = Number.NEGATIVE_INFINITY;
const modifyTime = 1_000_000 * minute;
const run = (tick: number) => `default_web_${tick}`;
const everyTen: Schedule = { when: { kind: 'every', everyMs: 10 * minute }, startDeadlineMs: minute, suspend: false };
const look = (schedule: Schedule, handled: number, now: number, over: Partial<TickAnchor> = {}) =>
  ticks(schedule, { modifyTime, handled, now, run, ...over });

describe('a schedule with a jitter', () => {
  const jittered: Schedule = { ...everyTen, jitterMs: 5 * minute };
  const tick = modifyTime + 10 * minute;
  const due = look(jittered, none, modifyTime).next ?? 0;

  it('starts a tick later than the tick, by what the id of its run says', () => {
    expect(due).toBeGreaterThan(tick);
    expect(due).toBeLessThan(tick + 5 * minute);
    expect(look(jittered, none, due - 1)).toMatchObject({ due: undefined, missed: 0, next: due });
    expect(look(jittered, none, due)).toMatchObject({ due: tick, dueAt: due, missed: 0 });
    expect(look(jittered, none, due, { run: each => `other_${each}` }).dueAt).not.toBe(due);
  });

  it('counts its start deadline from there', () => {
    expect(look(jittered, none, due + minute)).toMatchObject({ due: tick, missed: 0 });
    expect(look(jittered, none, due + minute + 1)).toMatchObject({ due: undefined, missed: 1, spentUntil: tick });
  });

  it('still starts the tick before, while the newest is to come', () => {
    const late: Schedule = { ...everyTen, startDeadlineMs: 60 * minute, jitterMs: 9 * minute };
    const second = modifyTime + 20 * minute;
    const secondDue = look(late, tick, second).next ?? 0;
    expect(secondDue).toBeGreaterThan(second);
    expect(look(late, none, secondDue - 1)).toMatchObject({ due: tick, missed: 0, next: secondDue });
    expect(look(late, none, secondDue)).toMatchObject({ due: second, missed: 1, spentUntil: tick });
  });

  it('never lets a tick come due as late as the next, however large the jitter', () => {
    const kinds: Schedule['when'][] = [
      { kind: 'every', everyMs: 10 * minute },
      { kind: 'cron', cron: '*/7 * * * *', timezone: 'Europe/Paris' },
    ];
    for (const when of kinds) {
      const wild: Schedule = { ...everyTen, when, jitterMs: 24 * 60 * minute };
      let [now, last] = [modifyTime, none];
      for (let i = 0; i < 50; i += 1) {
        now = look(wild, last, now).next ?? 0;
        const found = look(wild, last, now);
        expect(found).toMatchObject({ missed: 0, dueAt: now });
        expect(found.due).toBeGreaterThan(last);
        last = found.due ?? 0;
      }
    }
  });

  it('is late by all of it now and then for a single time', () => {
    const once: Schedule = { ...jittered, when: { kind: 'at', at: tick } };
    expect(look(once, none, tick)).toMatchObject({ due: undefined, next: due });
    expect(look(once, none, due)).toMatchObject({ due: tick, next: undefined });
  });
});

describe('a schedule with a probability', () => {
  const seldom: Schedule = { ...everyTen, probability: 0.3 };

  it('leaves out what the id of the run says, and counts it', () => {
    let [started, skipped, handled] = [0, 0, none];
    for (let n = 1; n <= 1_000; n += 1) {
      const tick = modifyTime + n * 10 * minute;
      const found = look(seldom, handled, tick);
      expect(found.due === undefined).toBe(isSkipped(seldom, tick, run));
      expect(found.skipped).toBe(found.due === undefined ? 1 : 0);
      expect(look(seldom, handled, tick + 100)).toEqual({ ...found });
      handled = found.due ?? found.spentUntil;
      expect(handled).toBe(tick);
      if (found.due === undefined) skipped += 1;
      else started += 1;
    }
    expect(started).toBeGreaterThan(250);
    expect(started).toBeLessThan(350);
    expect(started + skipped).toBe(1_000);
  });

  it.each([
    [0, 0],
    [1, 20],
  ])('of %d starts %d of 20', (probability, times) => {
    const of: Schedule = { ...everyTen, probability };
    const starts = Array.from({ length: 20 }, (_, n) => look(of, none, modifyTime + (n + 1) * 10 * minute).due);
    expect(starts.filter(each => each !== undefined)).toHaveLength(times);
  });

  it('misses of what nobody started only what was to be started', () => {
    const now = modifyTime + 10 * minute * 800 + 2 * minute;
    const found = look(seldom, none, now);
    const expected = Array.from({ length: 800 }, (_, n) => modifyTime + (n + 1) * 10 * minute).filter(
      tick => !isSkipped(seldom, tick, run),
    );
    expect(found).toMatchObject({ missed: expected.length, skipped: 800 - expected.length });
    const decades = look(seldom, none, modifyTime + 10 * minute * 1_000_000 + 2 * minute);
    expect(decades.missed + decades.skipped).toBe(1_000_000);
    expect(decades.missed / 1_000_000).toBeCloseTo(0.3, 2);
  });
});

describe('over any life with sleeps, jitter and chance', () => {
  const when = fc.oneof(
    fc.integer({ min: 1_000, max: 40 * minute }).map((everyMs): Schedule['when'] => ({ kind: 'every', everyMs })),
    fc.constantFrom<Schedule['when']>(
      { kind: 'cron', cron: '*/13 * * * *', timezone: 'America/New_York' },
      { kind: 'at', at: modifyTime + 30 * minute },
    ),
  );
  const life = fc.record({
    when,
    jitterMs: fc.integer({ min: 0, max: 60 * minute }),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    startDeadlineMs: fc.integer({ min: 1_000, max: 20 * minute }),
    sleeps: fc.array(fc.integer({ min: 0, max: 50 * minute }), { minLength: 1, maxLength: 40 }),
  });

  it('each tick is started, missed or left out, exactly once, in order, and none starts early or late', () => {
    fc.assert(
      fc.property(life, ({ sleeps, ...given }) => {
        const schedule: Schedule = { ...given, suspend: false };
        let [now, handled, all] = [modifyTime, none, 0];
        for (const sleep of sleeps) {
          now += sleep;
          const found = look(schedule, handled, now);
          all += found.missed + found.skipped + (found.due === undefined ? 0 : 1);
          if (found.due !== undefined && found.dueAt !== undefined) {
            expect(found.due).toBeGreaterThan(handled);
            expect(found.dueAt).toBeLessThanOrEqual(now);
            expect(now - found.dueAt).toBeLessThanOrEqual(schedule.startDeadlineMs);
          }
          if (found.next !== undefined) expect(found.next).toBeGreaterThan(now);
          handled = found.due ?? found.spentUntil;
          expect(look(schedule, handled, now)).toMatchObject({ due: undefined, missed: 0, skipped: 0 });
        }
        // Whatever is still to come: without chance and jitter all that is due by then was counted.
        const plain = look({ ...schedule, jitterMs: 0, probability: 1, startDeadlineMs: 1 }, none, now);
        const named = plain.missed + (plain.due === undefined ? 0 : 1);
        expect(all === named || all === named - 1).toBe(true);
      }),
    );
  });
});
