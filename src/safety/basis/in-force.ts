/** Which of the periods that limits name are in force at an instant, and until when. Milliseconds since the epoch throughout. */

import { formatDuration } from '../../base/duration.ts';
import { glob } from '../../base/glob.ts';
import type { Almanac } from '../gate.ts';
import type { Limits } from '../limits.ts';
import type { Blackout, Period } from './period.ts';

/** Whether a period is one of a namespace. */
export function isOfNamespace({ namespaces }: Period, namespace: string): boolean {
  return namespaces === undefined || namespaces.some(pattern => glob(pattern)(namespace));
}

/** Whether it is one of a fault. */
export function isOfFault({ faults }: Period, fault: string): boolean {
  return faults === undefined || faults.some(pattern => glob(pattern)(fault));
}

/** When the occurrence that holds an instant is over; undefined: none holds it. All of a period are equally long, so the last to begin tells. */
export function endOf(almanac: Almanac, { cron, timezone, durationMs }: Period, at: number): number | undefined {
  const begin = almanac.last(cron, timezone, at);
  return begin === undefined || begin + durationMs <= at ? undefined : begin + durationMs;
}

/** As many occurrences as are looked through for a gap between them. */
const mostLooked = 64;

/** When none of some periods is in force any more; undefined: no end of it is in sight. */
export function endOfAll(almanac: Almanac, periods: readonly Period[], at: number): number | undefined {
  let end = at;
  for (let n = 0; n < mostLooked; n += 1) {
    const ends = periods.flatMap(period => endOf(almanac, period, end) ?? []);
    if (ends.length === 0) return end;
    end = Math.max(...ends);
  }
  return undefined;
}

/** The period that begins first after an instant, and when. */
export function nextOf<P extends Period>(
  almanac: Almanac,
  periods: readonly P[],
  at: number,
): { readonly period: P; readonly begin: number } | undefined {
  const begins = periods.flatMap(period => {
    const begin = almanac.next(period.cron, period.timezone, at);
    return begin === undefined ? [] : [{ period, begin }];
  });
  return begins.reduce<(typeof begins)[number] | undefined>(
    (first, each) => (first === undefined || each.begin < first.begin ? each : first),
    undefined,
  );
}

/** What a period is asked about. */
export interface Asking {
  readonly limits: Pick<Limits, 'blackouts'>;
  readonly almanac: Almanac;
  readonly namespace: string;
  readonly fault: string;
  readonly now: number;
}

/** The blackouts in force for a fault in a namespace. */
export function blackoutsInForce({ limits, almanac, namespace, fault, now }: Asking): readonly Blackout[] {
  return blackoutsOf(limits, namespace, fault).filter(each => endOf(almanac, each, now) !== undefined);
}

/** All that concern a fault in a namespace, whenever they are. */
export function blackoutsOf(limits: Pick<Limits, 'blackouts'>, namespace: string, fault: string): readonly Blackout[] {
  return limits.blackouts.filter(each => isOfNamespace(each, namespace) && isOfFault(each, fault));
}

/** A period in words: its place, its time and its reason. */
export function periodWords({ place, cron, durationMs, timezone, reason }: Period): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${place} (${cron} for ${formatDuration(durationMs)}, ${timezone}${why})`;
}

/** Until when a blackout lasts, in its zone. */
export function blackoutWords(almanac: Almanac, blackout: Blackout, now: number): string {
  const end = endOf(almanac, blackout, now);
  const until = end === undefined ? '' : ` until ${almanac.shown(end, blackout.timezone)}`;
  return `blackout${until}: ${periodWords(blackout)}`;
}
