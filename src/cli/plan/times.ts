/** When a planned schedule would run, in words and as items. */

import { formatDuration } from '../../base/duration.ts';
import { zoneOf } from '../../schedule/zone.ts';
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
    ...ticks.map(tick => (zone === undefined ? timeText(tick) : `${timeText(tick)} (${localText(tick, zone)})`)),
    ...(jitterMs === undefined ? [] : [`each up to ${formatDuration(jitterMs)} later, by chance`]),
    ...(probability === undefined ? [] : [`each with a probability of ${probability}`]),
  ];
}

/** As in RFC 3339, with the offset of the zone. */
function localText(tick: number, zone: string): string {
  const offset = zoneOf(zone).offset(Math.floor(tick / 1000));
  const minutes = Math.abs(Math.round(offset / 60));
  const digits = (n: number) => String(n).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  const local = timeText(tick + offset * 1000).replace('Z', '');
  return `${local}${sign}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
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
