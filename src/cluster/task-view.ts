/** The state of one task, from Nomad's JSON. */

import { parseTime } from '../base/time.ts';
import type { Intern } from './interner.ts';
import type { TaskEventView, TaskView } from './types.ts';
import { amount, type Fields, fields, items, text, texts, word } from './untrusted.ts';

/** Nomad keeps no more. */
const eventsKept = 10;

/** What gates, faults and reports read of an event; the rest repeats its message. */
const detailsKept: ReadonlySet<string> = new Set([
  'exit_code',
  'fails_task',
  'kill_reason',
  'oom_killed',
  'restart_reason',
  'signal',
  'start_delay',
]);

const nanosecondsPerMs = 1e6;
/** A number of today's nanoseconds is exact to 256 of them only: a whole millisecond may have come out just below. */
const inexactness = 500;

/** Milliseconds of an instant that Nomad gives in nanoseconds. */
export function msOf(nanoseconds: unknown): number | undefined {
  const value = amount(nanoseconds);
  return value === undefined ? undefined : Math.floor((value + inexactness) / nanosecondsPerMs);
}

/** Milliseconds of an RFC 3339 text; Go's zero time, in the year 1, is no instant. */
export function instantOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseTime(value) : undefined;
}

/** The tasks of an allocation by name; undefined where there is nothing to read: that is not the same as no tasks. */
export function taskViews(value: unknown, intern: Intern): Readonly<Record<string, TaskView>> | undefined {
  const states = fields(value);
  if (states === undefined) return undefined;
  // fromEntries: a task may be called `__proto__`.
  return Object.fromEntries(
    Object.entries(states).flatMap(([name, state]) => {
      const known = fields(state);
      return known === undefined ? [] : [[intern(name), taskView(known, intern)]];
    }),
  );
}

function taskView(state: Fields, intern: Intern): TaskView {
  const view: { -readonly [K in keyof TaskView]: TaskView[K] } = {
    state: word(state['State'], ['running', 'dead']) ?? 'pending',
    failed: state['Failed'] === true,
    restarts: amount(state['Restarts']) ?? 0,
    events: items(state['Events'])
      .slice(-eventsKept)
      .flatMap(event => eventView(fields(event), intern)),
  };
  const startedAt = instantOf(state['StartedAt']);
  if (startedAt !== undefined) view.startedAt = startedAt;
  const finishedAt = instantOf(state['FinishedAt']);
  if (finishedAt !== undefined) view.finishedAt = finishedAt;
  return view;
}

function eventView(event: Fields | undefined, intern: Intern): readonly TaskEventView[] {
  const type = text(event?.['Type']);
  if (type === undefined) return [];
  const view = { type: intern(type), time: msOf(event?.['Time']) ?? 0 };
  const details = texts(event?.['Details']).filter(([key]) => detailsKept.has(key));
  if (details.length === 0) return [view];
  return [{ ...view, details: Object.fromEntries(details.map(([key, value]) => [intern(key), intern(value)])) }];
}
