/** What is due later, ordered by time and then by when it was asked for: equal runs fire in equal order. */

import { popHeap, pushHeap } from './heap.ts';

export interface Timer {
  readonly at: number;
  readonly order: number;
  fire: (() => void) | undefined;
}

export interface TimerQueue {
  readonly heap: Timer[];
  order: number;
}

export function createTimers(): TimerQueue {
  return { heap: [], order: 0 };
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Calls `fire` once the clock reaches `at` (wall milliseconds). */
export function addTimer(queue: TimerQueue, at: number, fire: () => void): Timer {
  queue.order += 1;
  const timer: Timer = { at, order: queue.order, fire };
  pushHeap(queue.heap, timer, before);
  return timer;
}

/** A cancelled timer stays in the heap, without effect, until it comes up. */
export function cancelTimer(timer: Timer | undefined): void {
  if (timer !== undefined) timer.fire = undefined;
}

/** The earliest timer that still has an effect. */
export function firstTimer(queue: TimerQueue): Timer | undefined {
  for (;;) {
    const first = queue.heap[0];
    if (first === undefined || first.fire !== undefined) return first;
    popHeap(queue.heap, before);
  }
}

/** Takes the earliest timer off the queue if it is due. */
export function takeDue(queue: TimerQueue, now: number): Timer | undefined {
  const first = firstTimer(queue);
  if (first === undefined || first.at > now) return undefined;
  return popHeap(queue.heap, before);
}
