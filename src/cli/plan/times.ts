/** When a planned schedule would run, in words and as items. */

import { formatDuration } from '../../base/duration.ts';
import { localTime } from '../../schedule/almanac.ts';
import type { EventWhen, Schedule } from '../../spec/experiment.ts';
import { timeItems } from '../spec/normal-form.ts';
import { timeText } from '../times.ts';

/** What the times are counted by, where that is not plain from them. */
export function timesTitle({ when }: Schedule): string {
  return when.kind === 'cron' ? `Next runs, cron ${when.cron} in timezone ${when.timezone}` : 'Next runs';
}

/** One line for each time; then what chance adds. */
export function timesLines(schedule: Schedule, ticks: readonly number[]): readonly string[] {
  const { when } = schedule;
  if (when.kind === 'on' && !schedule.suspend) return [eventLine(when), ...chanceLines(schedule)];
  if (ticks.length === 0) return [];
  const zone = when.kind === 'cron' && when.timezone !== 'UTC' ? when.timezone : undefined;
  return [
    ...ticks.map(tick => (zone === undefined ? timeText(tick) : `${timeText(tick)} (${localTime(tick, zone)})`)),
    ...chanceLines(schedule),
  ];
}

function chanceLines({ jitterMs, probability }: Schedule): readonly string[] {
  return [
    ...(jitterMs === undefined ? [] : [`each up to ${formatDuration(jitterMs)} later, by chance`]),
    ...(probability === undefined ? [] : [`each with a probability of ${probability}`]),
  ];
}

function eventLine({ on, delayMs, minIntervalMs }: EventWhen): string {
  const later = delayMs === 0 ? '' : `, ${formatDuration(delayMs)} later`;
  return `on ${on}${later}, at most once in ${formatDuration(minIntervalMs)}`;
}

/** The keys of the schedule that the times rest on. */
export function timesItems({ when, jitterMs, probability, concurrency }: Schedule): object {
  return {
    ...(when.kind === 'cron' || when.kind === 'on' ? timeItems({ when }) : {}),
    ...(jitterMs === undefined ? {} : { start_jitter: formatDuration(jitterMs) }),
    ...(probability === undefined ? {} : { probability }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}
