/** Expressions, zones and instants for tests, many of the instants close to where clocks are changed. */

import fc from 'fast-check';
import { zoneOf } from './zone.ts';

const zones = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Tokyo',
  'America/Havana',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Antarctica/Troll',
  'America/Santiago',
  'Asia/Beirut',
  'Atlantic/Azores',
  'Pacific/Chatham',
  'Asia/Kathmandu',
];

const anyZone = fc.constantFrom(...zones);

/** One field within its bounds: all, steps, ranges, lists. */
function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: max - min }).map(step => `*/${step}`) },
    { weight: 1, arbitrary: range },
    { weight: 1, arbitrary: fc.tuple(range, fc.integer({ min: 1, max: 5 })).map(([of, step]) => `${of}/${step}`) },
    { weight: 3, arbitrary: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map(each => each.join(',')) },
  );
}

const dayOfMonth = fc.oneof(
  { weight: 4, arbitrary: field(1, 31) },
  { weight: 1, arbitrary: fc.constantFrom('L', 'LW', '1W', '15W', '31W') },
);
const dayOfWeek = fc.oneof(
  { weight: 4, arbitrary: field(0, 6) },
  { weight: 1, arbitrary: fc.constantFrom('5L', '1#2', '0#5') },
);
const fiveFields = fc.tuple(field(0, 59), field(0, 23), dayOfMonth, field(1, 12), dayOfWeek);

/** Five fields, or six; a few of them name no day that exists. */
export const anyExpression = fc.oneof(
  { weight: 3, arbitrary: fiveFields.map(fields => fields.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(field(0, 59), fiveFields).map(([second, rest]) => [second, ...rest].join(' ')) },
);

const anyInstant = fc.integer({ min: Date.UTC(2024, 0, 1) / 1000, max: Date.UTC(2040, 0, 1) / 1000 });

/** A zone and an instant in it, milliseconds since the epoch. */
export const anyMoment = fc
  .tuple(anyZone, anyInstant, fc.boolean(), fc.integer({ min: -6 * 3600, max: 6 * 3600 }))
  .map(([zone, at, isNear, by]) => {
    const [change] = isNear ? zoneOf(zone).changes(at, at + 400 * 86_400) : [];
    return { zone, at: (change === undefined ? at : change.at + by) * 1000 };
  });

/** Whether clocks are changed less than so many hours before the first or after the last of some instants. */
export function isNearChange(zone: string, instants: readonly number[], hours: number): boolean {
  const from = Math.min(...instants) / 1000 - hours * 3600;
  return zoneOf(zone).changes(from, Math.max(...instants) / 1000 + hours * 3600).length > 0;
}
