/** Named deadlines on the monotonic clock: one a key, the earliest first. A binary heap with stale entries left to surface. */

export interface Deadlines {
  /** Sets or replaces the deadline of a key. */
  set(key: string, at: number): void;
  /** Sets the deadline of a key unless it has an earlier one. */
  sooner(key: string, at: number): void;
  clear(key: string): void;
  /** Keys whose time has come, earliest first; each is cleared. */
  due(now: number): readonly string[];
  next(): number | undefined;
  readonly size: number;
}

interface Entry {
  readonly key: string;
  readonly at: number;
}

export function createDeadlines(): Deadlines {
  const heap: Entry[] = [];
  const current = new Map<string, Entry>();

  const swap = (i: number, j: number) => {
    const [a, b] = [heap[i], heap[j]];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  };
  const at = (i: number) => heap[i]?.at ?? Number.POSITIVE_INFINITY;
  const up = (start: number) => {
    for (let i = start; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (at(parent) <= at(i)) return;
      swap(i, parent);
      i = parent;
    }
  };
  const down = (start: number) => {
    for (let i = start; ; ) {
      const left = 2 * i + 1;
      const least = at(left + 1) < at(left) ? left + 1 : left;
      if (at(least) >= at(i)) return;
      swap(i, least);
      i = least;
    }
  };
  const pop = () => {
    const top = heap[0];
    const last = heap.pop();
    if (top !== undefined && last !== undefined && heap.length > 0) {
      heap[0] = last;
      down(0);
    }
    return top;
  };
  /** Drops entries that were replaced or cleared. */
  const settle = () => {
    for (let top = heap[0]; top !== undefined && current.get(top.key) !== top; top = heap[0]) pop();
  };

  return {
    set(key, when) {
      if (current.get(key)?.at === when) return;
      const entry = { key, at: when };
      current.set(key, entry);
      heap.push(entry);
      up(heap.length - 1);
    },
    sooner(key, when) {
      if ((current.get(key)?.at ?? Number.POSITIVE_INFINITY) > when) this.set(key, when);
    },
    clear(key) {
      current.delete(key);
    },
    due(now) {
      const keys: string[] = [];
      for (settle(); at(0) <= now; settle()) {
        const top = pop();
        if (top === undefined) break;
        current.delete(top.key);
        keys.push(top.key);
      }
      return keys;
    },
    next() {
      settle();
      return heap[0]?.at;
    },
    get size() {
      return current.size;
    },
  };
}
