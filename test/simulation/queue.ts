/** What is to happen, in virtual time: earliest first, and in the order of asking where two are at the same instant. */

export interface Queue {
  at(time: number, what: () => void): void;
  /** Tells the next one's time and runs it; answers that time, or undefined when nothing is left before `until`. */
  next(until: number, tell: (time: number) => void): number | undefined;
}

interface Item {
  readonly time: number;
  readonly order: number;
  readonly what: () => void;
}

const earlier = (a: Item, b: Item) => a.time < b.time || (a.time === b.time && a.order < b.order);

export function createQueue(): Queue {
  const heap: Item[] = [];
  let order = 0;
  const item = (i: number): Item | undefined => heap[i];
  const less = (i: number, j: number) => {
    const [a, b] = [item(i), item(j)];
    return a !== undefined && b !== undefined && earlier(a, b);
  };
  const swap = (i: number, j: number) => {
    const [a, b] = [item(i), item(j)];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  };
  return {
    at(time, what) {
      order += 1;
      heap.push({ time, order, what });
      for (let i = heap.length - 1; i > 0 && less(i, (i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1);
    },
    next(until, tell) {
      const top = heap[0];
      if (top === undefined || top.time > until) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        for (let i = 0; ; ) {
          const [left, right] = [2 * i + 1, 2 * i + 2];
          const least = less(right, left) ? right : left;
          if (!less(least, i)) break;
          swap(i, least);
          i = least;
        }
      }
      tell(top.time);
      top.what();
      return top.time;
    },
  };
}
