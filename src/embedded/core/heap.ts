/** A binary heap in an array: its first item comes before all others. */

export type Before<T> = (a: T, b: T) => boolean;

export function pushHeap<T>(heap: T[], item: T, before: Before<T>): void {
  let hole = heap.length;
  heap.push(item);
  while (hole > 0) {
    const up = (hole - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || !before(item, parent)) break;
    heap[hole] = parent;
    hole = up;
  }
  heap[hole] = item;
}

/** Takes the first item off. */
export function popHeap<T>(heap: T[], before: Before<T>): T | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
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
  return first;
}
