import { describe, expect, it } from 'vitest';
import type { EventWhen, Schedule } from '../spec/experiment.ts';
import { isSkipped, jitterOf } from './draw.ts';
import { type TickAnchor, ticks } from './ticks.ts';

const second = 1_000;
const minute = 60 * second;
const written = 1_000_000 * minute;
const run = (tick: number) => `default_web_${tick}`;

const onDeployment: EventWhen = { kind: 'on', on: 'deployment-started', delayMs: 0, minIntervalMs: 5 * minute };
const schedule = (when: Partial<EventWhen> = {}, over: Partial<Schedule> = {}): Schedule => ({
  when: { ...onDeployment, ...when },
  startDeadlineMs: 5 * minute,
  suspend: false,
  ...over,
});
const anchor = (over: Partial<TickAnchor>): TickAnchor => ({
  modifyTime: written,
  handled: Number.NEGATIVE_INFINITY,
  now: written + minute,
  run,
  ...over,
});
const nothing = { due: undefined, dueAt: undefined, missed: 0, skipped: 0, tooSoon: 0, next: undefined };

describe('a schedule that events start', () => {
  it('owes nothing while none happened, nor for those from before it was written', () => {
    expect(ticks(schedule(), anchor({}))).toMatchObject(nothing);
    expect(ticks(schedule(), anchor({ heard: [written - 1, written] }))).toMatchObject(nothing);
  });

  it('owes a start for the first that nobody started yet, and names it by its own time and the delay', () => {
    const heard = [written + second, written + 2 * second];
    expect(ticks(schedule(), anchor({ heard }))).toMatchObject({ ...nothing, due: heard[0], dueAt: heard[0] });
    const later = schedule({ delayMs: 30 * second });
    const due = written + 31 * second;
    expect(ticks(later, anchor({ heard }))).toMatchObject({ ...nothing, due, dueAt: due });
    expect(ticks(later, anchor({ heard, now: due - 1 }))).toMatchObject({ ...nothing, next: due });
  });

  it('leaves out, and counts, what is too soon after the last start', () => {
    const first = written + second;
    const heard = [first, first + 1, first + minute, first + 5 * minute];
    const started = { handled: first, last: first, heard };
    const spent = { ...nothing, tooSoon: 2, spentUntil: first + minute };
    expect(ticks(schedule(), anchor({ ...started, now: first + 2 * minute }))).toMatchObject({
      ...spent,
      next: first + 5 * minute,
    });
    const now = first + 5 * minute;
    expect(ticks(schedule(), anchor({ ...started, now }))).toMatchObject({ ...spent, due: now, dueAt: now });
  });

  it('counts as missed what is too old, however many, and starts what is not', () => {
    const heard = [written + second, written + 2 * second, written + 8 * minute];
    const now = written + 9 * minute;
    expect(ticks(schedule(), anchor({ heard, now }))).toMatchObject({
      ...nothing,
      missed: 2,
      spentUntil: heard[1],
      due: heard[2],
      dueAt: heard[2],
    });
  });

  it('draws its jitter and its chance from the name of the run', () => {
    const heard = Array.from({ length: 40 }, (_, n) => written + (n + 1) * minute);
    const chancy = schedule({ minIntervalMs: 1 }, { probability: 0.5, jitterMs: 30 * second });
    for (const at of heard) {
      const now = at + minute - 1;
      const isOut = isSkipped(chancy, at, run);
      const dueAt = at + jitterOf(chancy, undefined, at, run);
      const found = ticks(chancy, anchor({ heard: [at], now }));
      expect(found).toMatchObject(isOut ? { ...nothing, skipped: 1, spentUntil: at } : { ...nothing, due: at, dueAt });
    }
  });

  it('owes nothing while it is suspended', () => {
    const rests = schedule({}, { suspend: true });
    expect(ticks(rests, anchor({ heard: [written + second] }))).toMatchObject({ due: undefined, next: undefined });
  });
});
