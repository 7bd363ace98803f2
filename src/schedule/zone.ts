/** What the clocks of a zone show, and when they are changed. Whole seconds since the epoch throughout. */

import { memo } from '../base/memo.ts';

/** Clocks are set from one offset to another at an instant. */
export interface Change {
  readonly at: number;
  /** What is added to UTC. */
  readonly before: number;
  readonly after: number;
}

export interface Zone {
  /** What is added to UTC at an instant. */
  offset(at: number): number;
  /** Changes later than `from` and not later than `to`, in order. */
  changes(from: number, to: number): readonly Change[];
}

/** The runtime's own table of zones; a RangeError for a name that is not in it. Those asked for last are remembered. */
export const zoneOf: (name: string) => Zone = memo(1_000, name => (name === 'UTC' ? utc : makeZone(name)));

const utc: Zone = { offset: () => 0, changes: () => [] };

/** Twelve days; no zone changes its clocks and takes it back within half of one. */
const blockSeconds = 2 ** 20;
const blocksKept = 1_000;

interface Block {
  readonly first: number;
  readonly changes: readonly Change[];
}

function makeZone(name: string): Zone {
  const look = offsetReader(name);
  const block = memo(blocksKept, (n: number): Block => {
    const start = n * blockSeconds;
    const [middle, end] = [start + blockSeconds / 2, start + blockSeconds];
    const [first, half, last] = [look(start), look(middle), look(end)];
    const changes = [
      ...(first === half ? [] : [changeIn(look, start, middle)]),
      ...(half === last ? [] : [changeIn(look, middle, end)]),
    ];
    return { first, changes };
  });
  const blockOf = (at: number) => Math.floor(at / blockSeconds);

  return {
    offset(at) {
      const { first, changes } = block(blockOf(at));
      return changes.findLast(each => each.at <= at)?.after ?? first;
    },
    changes(from, to) {
      const found: Change[] = [];
      for (let n = blockOf(from); n <= blockOf(to); n += 1) {
        const { changes } = block(n);
        for (const each of changes) if (each.at > from && each.at <= to) found.push(each);
      }
      return found;
    },
  };
}

/** The one change between two instants whose offsets differ. */
function changeIn(look: (at: number) => number, from: number, to: number): Change {
  const before = look(from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (look(middle) === before) low = middle;
    else high = middle;
  }
  return { at: high, before, after: look(high) };
}

function offsetReader(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return at => {
    const parts = new Map(format.formatToParts(at * 1000).map(each => [each.type, Number(each.value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const [year, month, day] = [part('year'), part('month') - 1, part('day')];
    return Date.UTC(year, month, day, part('hour'), part('minute'), part('second')) / 1000 - at;
  };
}
