/** A monotonic clock that goes on while the machine sleeps. */

import type { Clock } from '../world/types.ts';

/** What the wall clock may gain on the monotonic one by being set right in small steps. */
const toleranceMs = 1_000;

/**
 * The system's monotonic clock stands still while a laptop or a paused virtual machine sleeps; leases and deadlines must
 * not. So when the wall clock has gained more than a second on it since the last look, the gain is added. A wall clock
 * that was set forward looks the same: then a lease ends early, which harms nobody. One that was set back changes nothing.
 * `onSleep` is told the milliseconds gained.
 */
export function awakeClock(clock: Clock, onSleep: (ms: number) => void): Clock {
  let slept = 0;
  let lastMono = clock.mono();
  let lastWall = clock.wall();
  return {
    wall: () => clock.wall(),
    mono: () => {
      const mono = clock.mono();
      const wall = clock.wall();
      const gained = wall - lastWall - (mono - lastMono);
      lastMono = mono;
      lastWall = wall;
      if (gained > toleranceMs) {
        slept += gained;
        onSleep(gained);
      }
      return mono + slept;
    },
  };
}
