/** When a schedule is due next. */

import type { Schedule } from '../spec/experiment.ts';
import { seriesOf } from './series.ts';

/** Where the looking starts; both in milliseconds since the epoch. */
export interface Anchor {
  /** Of the schedule's Variable: `every` counts from it, `at=now` is it. */
  readonly modifyTime: number;
  /** Only ticks later than this. */
  readonly after: number;
}

/** The first tick later than `anchor.after`; undefined when there is none or none is known, as for an event, or the schedule is suspended. */
export function nextTick(schedule: Schedule, anchor: Anchor): number | undefined {
  const { when, suspend } = schedule;
  return suspend || when.kind === 'on' ? undefined : seriesOf(when, anchor.modifyTime).after(anchor.after);
}

/** The next ticks, at most `n` of them, earliest first. */
export function nextTicks(schedule: Schedule, anchor: Anchor, n: number): readonly number[] {
  const found: number[] = [];
  let after = anchor.after;
  while (found.length < n) {
    const tick = nextTick(schedule, { ...anchor, after });
    if (tick === undefined) break;
    found.push(tick);
    after = tick;
  }
  return found;
}
