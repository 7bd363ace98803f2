/** Durations as people write them (`200ms`, `30s`, `5m`, `2h`, `1h30m`), in milliseconds inside. */

import { misread, type Reading, read } from './reading.ts';

const units = [
  { word: 'h', ms: 3_600_000 },
  { word: 'm', ms: 60_000 },
  { word: 's', ms: 1000 },
  { word: 'ms', ms: 1 },
] as const;

/** Ten years: longer is a slip of the pen, and sums of instants stay exact. */
export const longestDuration = 87_600 * 3_600_000;

const shape =
  /^(?:(\d{1,9}(?:\.\d{1,9})?)h)?(?:(\d{1,9}(?:\.\d{1,9})?)m(?!s))?(?:(\d{1,12}(?:\.\d{1,9})?)s)?(?:(\d{1,15})ms)?$/;
const allowedWords = 'a duration such as 200ms, 30s, 5m, 2h or 1h30m';

/**
 * Reads a duration into whole milliseconds: numbers with `h`, `m`, `s`, `ms`, biggest first, each at most once;
 * a fraction (`1.5s`) is fine where it comes out whole. Never throws.
 */
export function parseDuration(text: string): Reading<number> {
  const parts = text === '' ? null : shape.exec(text);
  if (parts === null) return misread(text, 'a duration', allowedWords, meant(text));
  let ms = 0;
  for (const [i, unit] of units.entries()) ms += scaled(parts[i + 1], unit.ms);
  const rounded = Math.round(ms);
  if (Math.abs(ms - rounded) > 1e-6)
    return misread(
      text,
      'a whole number of milliseconds',
      `${allowedWords}; nothing finer than 1ms`,
      formatDuration(rounded),
    );
  if (rounded > longestDuration)
    return misread(text, 'a duration that can be meant', `${allowedWords}; at most ${formatDuration(longestDuration)}`);
  return read(rounded);
}

function scaled(number: string | undefined, ms: number): number {
  return number === undefined ? 0 : Number(number) * ms;
}

/** A duration in the shortest of the words that `parseDuration` reads; fractions of a millisecond are rounded. */
export function formatDuration(ms: number): string {
  const whole = Math.round(Math.abs(ms));
  const sign = ms < 0 && whole > 0 ? '-' : '';
  if (whole === 0) return '0s';
  if (whole < 1000) return `${sign}${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1000;
  return (
    sign + (hours > 0 ? `${hours}h` : '') + (minutes > 0 ? `${minutes}m` : '') + (seconds > 0 ? `${seconds}s` : '')
  );
}

const otherWords: readonly (readonly [RegExp, string, number])[] = [
  [/^(?:ms|msecs?|millis?|milliseconds?)$/, 'ms', 1],
  [/^(?:s|secs?|seconds?)$/, 's', 1],
  [/^(?:m|mins?|minutes?)$/, 'm', 1],
  [/^(?:h|hrs?|hours?)$/, 'h', 1],
  [/^(?:d|days?)$/, 'h', 24],
  [/^(?:w|weeks?)$/, 'h', 168],
];

/** The right word for near misses: `30`, `30 s`, `5M`, `10min`, `1d`, `1m 30s`. */
function meant(text: string): string | undefined {
  const parts =
    text.length > 40
      ? []
      : [
          ...text
            .toLowerCase()
            .replaceAll(/[\s,_]/g, '')
            .matchAll(/(\d+(?:\.\d+)?)([a-z]*)/g),
        ];
  if (parts.length === 0 || parts.length > 4) return undefined;
  let built = '';
  for (const [, number = '', word = ''] of parts) {
    const unit = word === '' ? otherWords[1] : otherWords.find(([pattern]) => pattern.test(word));
    if (unit === undefined) return undefined;
    built += `${unit[2] === 1 ? number : Number(number) * unit[2]}${unit[1]}`;
  }
  return shape.test(built) && built !== text ? built : undefined;
}
