import { describe, expect, it } from 'vitest';
import { createWorld } from './real.ts';

const world = createWorld({ level: 'error', sink: { write: () => {} } });

describe('real world', () => {
  it('has a wall clock in milliseconds since the epoch and a monotonic one that does not go back', () => {
    expect(world.wall()).toBeGreaterThan(Date.UTC(2026, 0, 1));
    const first = world.mono();
    expect(world.mono()).toBeGreaterThanOrEqual(first);
  });

  it('calls once after the delay, and not at all when cancelled', async () => {
    const calls: string[] = [];
    const cancel = world.after(0, () => calls.push('cancelled'));
    cancel();
    await new Promise<void>(resolve => {
      world.after(-5, () => calls.push('past'));
      world.after(2, resolve);
    });
    expect(calls).toEqual(['past']);
  });

  it('does not fire at once for a delay longer than a timer can hold', async () => {
    let fired = false;
    const cancel = world.after(Number.MAX_SAFE_INTEGER, () => {
      fired = true;
    });
    await new Promise<void>(resolve => world.after(5, resolve));
    cancel();
    expect(fired).toBe(false);
  });

  it('draws other bytes each time', () => {
    expect(world.bytes(16)).toHaveLength(16);
    expect(world.bytes(16)).not.toEqual(world.bytes(16));
  });
});
