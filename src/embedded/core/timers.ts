/** What is due later, ordered by time and then by when it was asked for: equal runs fire in equal order. */

export interface Timer {
  readonly at: number;
  readonly order: number;
  fire: (() => void) | undefined;
}

export interface TimerQueue {
  heap: Timer[];
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
  const { heap } = queue;
  let hole = heap.length;
  heap.push(timer);
  while (hole > 0) {
    const up = (hole - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || !before(timer, parent)) break;
    heap[hole] = parent;
    hole = up;
  }
  heap[hole] = timer;
  return timer;
}

/** A cancelled timer stays in the heap, without effect, until it comes up. */
export function cancelTimer(timer: Timer | undefined): void {
  if (timer !== undefined) timer.fire = undefined;
}

function removeFirst(queue: TimerQueue): void {
  const { heap } = queue;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    let least = heap[child];
    if (least === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && before(right, least)) {
      least = right;
      child += 1;
    }
    if (!before(least, last)) break;
    heap[hole] = least;
    hole = child;
  }
  heap[hole] = last;
}

/** The earliest timer that still has an effect. */
export function firstTimer(queue: TimerQueue): Timer | undefined {
  for (;;) {
    const first = queue.heap[0];
    if (first === undefined || first.fire !== undefined) return first;
    removeFirst(queue);
  }
}

/** Takes the earliest timer off the queue if it is due. */
export function takeDue(queue: TimerQueue, now: number): Timer | undefined {
  const first = firstTimer(queue);
  if (first === undefined || first.at > now) return undefined;
  removeFirst(queue);
  return first;
}
