/** Instants in tables. */

import { formatTime } from '../base/time.ts';

/** An instant, or `-` where there is none or it can't be one. */
export function timeText(ms: number | undefined): string {
  return ms !== undefined && ms >= 0 && ms < 253_402_300_800_000 ? formatTime(ms) : '-';
}
