/** Names of time zones, as the runtime's own table of them has them. */

import { memo } from '../base/memo.ts';
import { nearest } from '../base/nearest.ts';
import { misread, type Reading, read } from '../base/reading.ts';

export const timezoneAllowed = 'UTC, or a time zone such as Europe/Paris or America/New_York';

/** Reads the name of a zone; letters in the wrong case are put right. Never throws. */
export function readTimezone(value: unknown): Reading<string> {
  if (typeof value !== 'string' || value.length > 64) return misread(value, 'a time zone', timezoneAllowed);
  const { name } = resolved(value);
  return name === undefined ? misread(value, 'a time zone', timezoneAllowed, meant(value)) : read(name);
}

/** To look one up costs as much as to read a whole spec. */
const resolved = memo(1_000, (text: string): { readonly name: string | undefined } => {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions();
    // Of two names of one zone, the one that was written stays.
    return { name: timeZone.toLowerCase() === text.toLowerCase() ? timeZone : text };
  } catch {
    return { name: undefined }; // a RangeError says that there is no such zone
  }
});

function meant(text: string): string | undefined {
  const bare = text.trim();
  if (/^(?:z|gmt|utc|local)$/i.test(bare)) return 'UTC';
  const names = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const city = bare.replaceAll(/\s+/g, '_').toLowerCase();
  return names.find(each => each.toLowerCase().endsWith(`/${city}`)) ?? nearest(bare, names);
}
