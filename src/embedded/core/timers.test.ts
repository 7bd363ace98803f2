import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTimer, cancelTimer, createTimers, firstTimer, takeDue } from './timers.ts';

describe('the timer queue', () => {
  it('gives timers by time, and those of one time in the order in which they were asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), times => {
        const queue = createTimers();
        for (const at of times) addTimer(queue, at, () => undefined);
        const taken = [];
        for (let timer = takeDue(queue, 100); timer !== undefined; timer = takeDue(queue, 100)) taken.push(timer);
        const expected = times
          .map((at, order) => ({ at, order: order + 1 }))
          .sort((a, b) => a.at - b.at || a.order - b.order);
        expect(taken.map(({ at, order }) => ({ at, order }))).toEqual(expected);
      }),
    );
  });

  it('gives none that is cancelled, and none before its time', () => {
    const queue = createTimers();
    const cancelled = addTimer(queue, 1, () => undefined);
    addTimer(queue, 5, () => undefined);
    cancelTimer(cancelled);
    expect(firstTimer(queue)?.at).toBe(5);
    expect(takeDue(queue, 4)).toBeUndefined();
    expect(takeDue(queue, 5)?.at).toBe(5);
    expect(firstTimer(queue)).toBeUndefined();
  });
});
