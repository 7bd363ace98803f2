/** What gates may ask of the calendar. They import nothing of this folder, so the controller hands it to them. */

import { memo } from '../base/memo.ts';
import { formatTime } from '../base/time.ts';
import type { Almanac } from '../safety/gate.ts';
import { cronSeries } from './cron.ts';
import type { Series } from './series.ts';
import { zoneOf } from './zone.ts';

const kept = 1_000;

/** Every tick since 1970, by `<zone> <expression>`: no name of a zone holds a blank. */
const seriesOf = memo(kept, (key: string): Series => {
  const blank = key.indexOf(' ');
  return cronSeries(key.slice(blank + 1), key.slice(0, blank), 0);
});

/** Cron expressions and clocks of zones; a RangeError for a zone that the runtime does not know. */
export const almanac: Almanac = {
  last: (cron, timezone, at) => seriesOf(`${timezone} ${cron}`).upTo(at),
  next: (cron, timezone, at) => seriesOf(`${timezone} ${cron}`).after(at),
  shown: localTime,
};

/** An instant as the clocks of a zone show it, in RFC 3339 with their offset; as `Z` where that is UTC itself. */
export function localTime(at: number, timezone: string): string {
  const offset = zoneOf(timezone).offset(Math.floor(at / 1000));
  if (timezone === 'UTC') return formatTime(at);
  const minutes = Math.abs(Math.round(offset / 60));
  const digits = (n: number) => String(n).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
  return formatTime(at + offset * 1000).replace('Z', zone);
}
