import { describe, expect, it } from 'vitest';
import { awakeClock } from './awake-clock.ts';
import { fakeTime } from './fake-time.ts';

function setUp() {
  const time = fakeTime();
  const gains: number[] = [];
  const clock = awakeClock(time, ms => gains.push(ms));
  return { time, gains, clock, begin: clock.mono() };
}

describe('awake clock', () => {
  it('follows the monotonic clock while the machine is awake', () => {
    const { time, gains, clock, begin } = setUp();
    time.advance(60_000);
    expect(clock.mono() - begin).toBe(60_000);
    expect(gains).toEqual([]);
  });

  it('adds the time that the machine slept, once, and tells it', () => {
    const { time, gains, clock, begin } = setUp();
    time.advance(500);
    time.sleep(7_200_000);
    expect(clock.mono() - begin).toBe(7_200_500);
    time.advance(10);
    expect(clock.mono() - begin).toBe(7_200_510);
    expect(gains).toEqual([7_200_000]);
  });

  it('leaves a wall clock alone that is set right by less than a second at a time', () => {
    const { time, gains, clock, begin } = setUp();
    for (let i = 0; i < 10; i += 1) {
      time.sleep(900);
      clock.mono();
    }
    expect(clock.mono()).toBe(begin);
    expect(gains).toEqual([]);
  });

  it('never goes back when the wall clock is set back', () => {
    const { time, clock, begin } = setUp();
    time.sleep(-3_600_000);
    expect(clock.mono()).toBe(begin);
    time.advance(5);
    expect(clock.mono() - begin).toBe(5);
  });
});
