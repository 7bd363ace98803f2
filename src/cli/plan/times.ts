/** When a planned schedule would run, in words and as items. */

import { formatDuration } from '../../base/duration.ts';
import { localTime } from '../../schedule/almanac.ts';
import type { Schedule } from '../../spec/experiment.ts';
import { timeText } from '../times.ts';

/** What the times are counted by, where that is not plain from them. */
export function timesTitle({ when }: Schedule): string {
  return when.kind === 'cron' ? `Next runs, cron ${when.cron} in timezone ${when.timezone}` : 'Next runs';
}

/** One line for each time; then what chance adds. */
export function timesLines(schedule: Schedule, ticks: readonly number[]): readonly string[] {
  if (ticks.length === 0) return [];
  const { when, jitterMs, probability } = schedule;
  const zone = when.kind === 'cron' && when.timezone !== 'UTC' ? when.timezone : undefined;
  return [
    ...ticks.map(tick => (zone === undefined ? timeText(tick) : `${timeText(tick)} (${localTime(tick, zone)})`)),
    ...(jitterMs === undefined ? [] : [`each up to ${formatDuration(jitterMs)} later, by chance`]),
    ...(probability === undefined ? [] : [`each with a probability of ${probability}`]),
  ];
}

/** The keys of the schedule that the times rest on. */
export function timesItems({ when, jitterMs, probability, concurrency }: Schedule): object {
  return {
    ...(when.kind === 'cron' ? { cron: when.cron, timezone: when.timezone } : {}),
    ...(jitterMs === undefined ? {} : { start_jitter: formatDuration(jitterMs) }),
    ...(probability === undefined ? {} : { probability }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}
